import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bundle } from "./bundle.mjs";
import { npmEnvironment } from "./dependencies.mjs";
import { capture, must } from "./exec.mjs";
import { renderPages } from "./pages.mjs";
import { inRoot } from "./paths.mjs";

/** The program as compiled, a file for each source: what is bundled, and what generates the reference documentation. */
export const compiled = inRoot(".compiled");
const infoFile = inRoot("dist/build-info.json");

/** Compiles a TypeScript project with the compiler of package.json. */
export const tsc = (project, ...args) =>
  must(`the compilation of ${project}`, process.execPath, [inRoot("node_modules/typescript/bin/tsc"), "-p", project, ...args]);

/** src/ compiled and bundled into dist/, the core once more without Node's types, the native addon, and the build information. */
export async function build() {
  console.log("» build");
  await tsc("tsconfig.core.json");
  await tsc("tsconfig.json");
  pruneStale(compiled, inRoot("src"));
  await bundle(compiled, inRoot("dist"));
  await renderPages(inRoot("docs"), inRoot("dist/docs"));
  await must("the build of the native addon", process.execPath, [inRoot("scripts/native.mjs")], { env: npmEnvironment() });
  writeBuildInfo();
}

/** Whether dist/ is there and no source is younger than it. */
export function isBuilt() {
  if (!existsSync(infoFile) || !existsSync(inRoot("dist/main.js"))) return false;
  const built = statSync(infoFile).mtimeMs;
  const sources = ["src", "native", "binding.gyp", "package.json", "tsconfig.json", "tsconfig.base.json", "docs"].map((name) =>
    inRoot(name),
  );
  return sources.filter((name) => existsSync(name)).every((name) => youngest(name) <= built);
}

/** What `vrrpwatch_build_info` says about where this build came from. */
function writeBuildInfo() {
  const { version } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  const head = capture("git", ["rev-parse", "--short=12", "HEAD"]);
  // A container is built from a copy without the history: REVISION says it then.
  const revision = head.ok ? head.stdout.trim() : (process.env.REVISION ?? "");
  writeFileSync(infoFile, `${JSON.stringify({ version, revision })}\n`);
}

function youngest(name) {
  const stat = statSync(name);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(name).map((child) => youngest(path.join(name, child))));
}

/** Removes compiled files whose source is gone, so that nothing imports what no longer exists. */
function pruneStale(outDir, sourceDir) {
  for (const entry of readdirSync(outDir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.js(\.map)?$/.test(entry.name)) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const source = path.join(sourceDir, path.relative(outDir, file).replace(/\.js(\.map)?$/, ".ts"));
    if (!existsSync(source)) rmSync(file);
  }
}
