// Runs before `npm pack` and `npm publish`: the build, and this machine's native addon under prebuilds/, so that nobody with the same
// kind of machine needs a compiler. The addon asks for nothing newer than glibc 2.17 (test/package/npm.test.ts).
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { build, isBuilt } from "./lib/build.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { capture, failed, must, StepError } from "./lib/exec.mjs";
import { inRoot } from "./lib/paths.mjs";

const addon = "vrrpwatch_native.node";

try {
  if (process.platform !== "linux" || !capture("getconf", ["GNU_LIBC_VERSION"]).ok)
    throw new StepError("packages are made on Linux with glibc: others get no addon with them, and build it when they install");
  await ensureDependencies();
  if (!isBuilt()) await build();
  const folder = inRoot("prebuilds", `linux-${process.arch}-glibc`);
  rmSync(inRoot("prebuilds"), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(inRoot("build/Release", addon), path.join(folder, addon));
  await must("the removal of the addon's symbols", "strip", ["--strip-unneeded", path.join(folder, addon)]);
} catch (error) {
  process.exitCode = failed(error);
}
