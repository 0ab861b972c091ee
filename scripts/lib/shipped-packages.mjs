import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { inRoot } from "./paths.mjs";

/** What has imports and is no part of the program. */
const notShipped = new Set(["dashboards", "rules"]);
const importPattern = /\b(?:from|import)\s*\(?\s*"([^".][^"]*)"/g;

/**
 * The packages that the program is made of, and what those need, from package-lock.json: bundled into dist/ or installed beside it.
 * Returns a Map of the path in the lock file to { name, entry, required, dependsOn: paths }, and the paths of the roots.
 */
export function shippedPackages() {
  const { packages } = JSON.parse(readFileSync(inRoot("package-lock.json"), "utf8"));
  const { dependencies = {}, optionalDependencies = {} } = packages[""];
  const optional = Object.keys(optionalDependencies);
  const required = [...new Set([...Object.keys(dependencies), ...importedBySource()])].filter((name) => !optional.includes(name));
  const found = new Map();

  const visit = (at, isRequired) => {
    const known = found.get(at);
    if (known !== undefined && (known.required || !isRequired)) return;
    const entry = packages[at];
    const wanted = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies });
    const dependsOn = wanted.map((name) => resolve(packages, at, name)).filter((where) => where !== undefined);
    found.set(at, { name: entry.name ?? nameOf(at), entry, required: isRequired, dependsOn });
    for (const where of dependsOn) visit(where, isRequired);
  };
  const rootsOf = (names) => names.map((name) => rootOf(packages, name)).sort();
  for (const at of rootsOf(required)) visit(at, true);
  for (const at of rootsOf(optional)) visit(at, false);
  return { packages: found, roots: rootsOf([...required, ...optional]) };
}

const nameOf = (at) => at.slice(at.lastIndexOf("node_modules/") + "node_modules/".length);

function rootOf(packages, name) {
  const at = `node_modules/${name}`;
  if (packages[at] === undefined) throw new Error(`package-lock.json lacks ${name}: run npm install`);
  return at;
}

/** As Node looks for it: in the package's own node_modules, then in those above. */
function resolve(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const at = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[at] !== undefined) return at;
    if (folder === "") return undefined;
  }
}

function importedBySource() {
  const names = new Set();
  for (const entry of readdirSync(inRoot("src"), { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (notShipped.has(path.relative(inRoot("src"), file).split(path.sep)[0])) continue;
    const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    for (const [, specifier] of text.matchAll(importPattern)) {
      if (!/^(?:@[\w.-]+\/)?[\w.-]+(?:\/|$)/.test(specifier)) continue;
      names.add(specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/"));
    }
  }
  return [...names];
}
