import { build } from "./lib/build.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { failed } from "./lib/exec.mjs";

try {
  await ensureDependencies();
  await build();
} catch (error) {
  process.exitCode = failed(error);
}
