// Builds the native addon (binding.gyp) into build/Release with node-gyp, unless it is newer than its sources. `--force` builds anyway.
// `--unless-prebuilt` builds only where the package brings none that loads here: it is the install script of the package.
// Node's own headers are used where they are on this machine, so that nothing is downloaded. Needs nothing but Node and npm's node-gyp:
// it also runs from an installed package, which has no other scripts.
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const inRoot = (...parts) => path.join(root, ...parts);
const addon = inRoot("build/Release/vrrpwatch_native.node");

/** The build cannot work here; the message says what is missing. */
class NativeBuildError extends Error {}

const changed = (file) => statSync(file).mtimeMs;

function isFresh() {
  if (!existsSync(addon)) return false;
  const sources = [inRoot("binding.gyp"), ...readdirSync(inRoot("native")).map((name) => inRoot("native", name))];
  return Math.max(...sources.map(changed)) <= changed(addon);
}

/** As src/capture/native.ts looks for it: a glibc addon must not be loaded into a Node that was linked against musl. */
function prebuiltLoads() {
  const prebuilt = inRoot("prebuilds", `linux-${process.arch}-glibc`, path.basename(addon));
  if (!existsSync(prebuilt) || runsOnMusl()) return false;
  return spawnSync(process.execPath, ["-e", "require(process.argv[1])", prebuilt], { stdio: "ignore" }).status === 0;
}

function runsOnMusl() {
  const head = Buffer.alloc(4096);
  const file = openSync("/proc/self/exe", "r");
  const length = readSync(file, head);
  closeSync(file);
  return head.subarray(0, length).includes("/ld-musl-");
}

const works = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

function checkTools() {
  const missing = [];
  if (!works(process.env.PYTHON ?? "python3")) missing.push("python3");
  if (!works(process.env.MAKE ?? "make")) missing.push("make");
  if (![process.env.CC, "cc", "gcc", "clang"].some((name) => name && works(name))) missing.push("gcc");
  // node-gyp links with the C++ driver, whatever the sources are.
  if (![process.env.CXX, "c++", "g++", "clang++"].some((name) => name && works(name))) missing.push("g++");
  if (missing.length === 0) return;
  const without = process.argv.includes("--unless-prebuilt")
    ? "; replay, decode and check do without it: npm install --ignore-scripts"
    : "";
  throw new NativeBuildError(
    `the native addon needs ${missing.join(", ")} to be built: install them (Debian: apt-get install ${missing.join(" ")})${without}`,
  );
}

/** npm carries node-gyp with it: beside this Node, or beside the npm that is on the PATH. */
function nodeGyp() {
  const inNpm = "node_modules/node-gyp/bin/node-gyp.js";
  const candidates = [process.env.npm_config_node_gyp, path.resolve(path.dirname(process.execPath), "../lib/node_modules/npm", inNpm)];
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    const npm = path.join(folder, "npm");
    if (existsSync(npm)) candidates.push(path.resolve(path.dirname(realpathSync(npm)), "..", inNpm));
  }
  const found = candidates.find((file) => file !== undefined && existsSync(file));
  if (found === undefined)
    throw new NativeBuildError("node-gyp was not found: install npm, which carries it, or set npm_config_node_gyp to its script");
  return found;
}

/** Where Node's headers are on this machine; without any, node-gyp downloads them. */
function headerFolder() {
  const candidates = [
    process.env.npm_config_nodedir,
    path.resolve(path.dirname(realpathSync(process.execPath)), ".."),
    "/usr",
    "/usr/local",
  ];
  return candidates.find((folder) => folder !== undefined && existsSync(path.join(folder, "include/node/node_api.h")));
}

function build() {
  if (process.platform !== "linux") {
    console.log('the native addon is for Linux only: use "capture.backend: libpcap" here');
    return;
  }
  if (!process.argv.includes("--force") && isFresh()) return;
  if (process.argv.includes("--unless-prebuilt") && prebuiltLoads()) return;
  checkTools();
  const headers = headerFolder();
  const args = [nodeGyp(), "rebuild", "--loglevel=warn", ...(headers === undefined ? [] : [`--nodedir=${headers}`])];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) {
    process.stderr.write(stdout + stderr);
    const hint = headers === undefined ? "; Node's headers are not on this machine, and downloading them may have failed" : "";
    throw new NativeBuildError(`the native addon could not be built (see above)${hint}`);
  }
  process.stdout.write(stderr.includes("warning:") ? stderr : "");
  console.log(`built ${path.relative(root, addon)}`);
}

try {
  build();
} catch (error) {
  if (!(error instanceof NativeBuildError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
