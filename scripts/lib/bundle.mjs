import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inRoot, root } from "./paths.mjs";

/** Packages with a native part stay outside: they find it by their own path. */
const external = ["netlink", "pcap"];

/** Bundled CommonJS packages call require for Node's own modules, which an ES module does not have. */
const banner = 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/**
 * Bundles the compiled program into dist/: one file for each command and what it shares with others. An agent that loads
 * fifteen files instead of seven hundred starts in half the time and with 10 MB less (npm run bench: start, scrape).
 */
export async function bundle(from, to) {
  const { build } = await import("esbuild");
  const common = {
    outdir: to,
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    target: "node20",
    external,
    // V8 keeps the sources in memory: 6 MB less. Names stay, for the stack of a crash.
    minify: true,
    keepNames: true,
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
    logOverride: { "direct-eval": "silent" },
  };
  const program = { ...common, format: "esm", splitting: true, banner: { js: banner } };
  // A thread of its own is started from one file, or from its text where the file is out of reach: a script.
  const thread = { ...common, format: "cjs", outExtension: { ".js": ".cjs" } };
  const built = await Promise.all([
    build({ ...program, entryPoints: [{ in: path.join(from, "main.js"), out: "main" }] }),
    build({
      ...thread,
      entryPoints: [
        { in: path.join(from, "agent/config-reader.js"), out: "config-reader" },
        { in: path.join(from, "http/access/password-worker.js"), out: "password-worker" },
      ],
    }),
  ]);
  mkdirSync(to, { recursive: true });
  const made = new Set(built.flatMap(({ metafile }) => Object.keys(metafile.outputs)).map((file) => path.resolve(root, file)));
  for (const name of readdirSync(to)) if (!made.has(path.join(to, name))) rmSync(path.join(to, name), { recursive: true });
  chmodSync(path.join(to, "main.js"), 0o755);
  writeFileSync(
    path.join(to, "THIRD-PARTY-LICENSES.txt"),
    licenses([...new Set(built.flatMap(({ metafile }) => Object.keys(metafile.inputs)))]),
  );
}

/** The licence of every package that went into the bundle, as their terms ask. */
function licenses(inputs) {
  const packages = new Set(
    inputs.map((file) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter((name) => name !== undefined),
  );
  return [...packages]
    .sort()
    .map((name) => {
      const folder = inRoot("node_modules", name);
      const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
      const file = existsSync(folder) ? readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry)) : undefined;
      const text = file === undefined ? `Licence: ${license}` : readFileSync(path.join(folder, file), "utf8").trim();
      return `${name} ${version}\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
