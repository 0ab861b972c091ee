import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { packageRoot } from "../../src/capture/native.ts";
import { advert } from "./frames.ts";
import { liveSkip, VethPair } from "./support.ts";

const headers = [join(dirname(process.execPath), "../include/node"), "/usr/include/node"].find((folder) =>
  existsSync(join(folder, "node_api.h")),
);

/** The path of libasan, or "" where the compiler has none. */
function sanitizer(): string {
  const { stdout } = spawnSync("cc", ["-print-file-name=libasan.so"], { encoding: "utf8" });
  const path = (stdout ?? "").trim();
  return path.startsWith("/") ? path : "";
}

function skip(): string | false {
  const live = liveSkip();
  if (live !== false) return live;
  if (headers === undefined) return "needs Node's headers";
  return sanitizer() === "" && "needs libasan";
}

describe("the addon under AddressSanitizer and UndefinedBehaviorSanitizer", { skip: skip() }, () => {
  const folder = mkdtempSync(join(tmpdir(), "vw-nat-asan-"));
  let net: VethPair | undefined;
  after(() => {
    net?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test("it compiles without a warning and survives traffic, overruns, closing in a callback and the end of workers", async () => {
    const addon = join(folder, "addon.node");
    const sources = readdirSync(join(packageRoot(), "native")).filter((name) => name.endsWith(".c"));
    const flags = [
      "-std=c11",
      "-D_GNU_SOURCE",
      "-DNAPI_VERSION=8",
      "-Wall",
      "-Wextra",
      "-Wshadow",
      "-Werror",
      "-g",
      "-O1",
      "-fPIC",
      "-shared",
    ];
    const checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];
    const files = sources.map((name) => join(packageRoot(), "native", name));
    execFileSync("cc", [...flags, ...checks, `-I${headers}`, "-o", addon, ...files]);

    net = new VethPair();
    const script = net.run("b", "asan-scenario.js", [addon], { LD_PRELOAD: sanitizer(), ASAN_OPTIONS: "detect_leaks=0" });
    await script.until("the start", () => script.of("ready").length > 0);
    await net.send("a", "vw0", [advert()], { count: 120_000 });
    script.command("go");
    await script.until("the end", () => script.of("done").length > 0);
    assert.equal(await script.quit(), 0, script.errors);
    assert.doesNotMatch(script.errors, /Sanitizer|runtime error/);
    assert.ok(Number(script.of("done")[0]?.frames) > 0);
  });
});
