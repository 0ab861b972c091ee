import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bom, locked, manifest } from "./packages.ts";
import { root } from "./repository.ts";

/** Packages with an install script, and whether npm may run it. docs/security.md gives each one's reason. */
const installScripts: Readonly<Record<string, boolean>> = { esbuild: false, netlink: true, pcap: true };

/** Licences that go together with Apache-2.0 in one program. */
const compatible = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"]);

const nameOf = (path: string): string => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
const direct = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };

test("only the packages with a stated reason have install scripts", () => {
  const found = [...locked].filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => nameOf(path));
  assert.deepEqual(found.sort(), Object.keys(installScripts).sort());
  const text = readFileSync(join(root, "docs/security.md"), "utf8");
  for (const [name, allowed] of Object.entries(installScripts))
    assert.match(
      text,
      new RegExp(`^\\| \`${name}\` \\| ${allowed ? "yes" : "no"} \\| .{20,} \\|$`, "m"),
      `docs/security.md says why ${name}`,
    );
});

test("npm is allowed to run those install scripts and no others", () => {
  assert.deepEqual(manifest.allowScripts, installScripts);
});

test("every dependency is pinned to one version", () => {
  for (const [name, wanted] of Object.entries(direct)) assert.match(wanted, /^\d+\.\d+\.\d+$/, name);
});

test("the lock file has what package.json asks for", () => {
  for (const [name, wanted] of Object.entries(direct)) assert.equal(locked.get(`node_modules/${name}`)?.version, wanted, name);
});

test("every locked package comes from a registry, with its digest, and from none by name", () => {
  for (const [path, { version, integrity, resolved, link }] of locked) {
    assert.match(version ?? "", /^\d+\.\d+\.\d+(-[\w.]+)?$/, path);
    // Absent for what is of another platform when npm wrote the file: npm then asks the registry for it.
    assert.match(integrity ?? "sha512-", /^sha512-/, path);
    assert.equal(link, undefined, path);
    assert.equal(resolved, undefined, `${path}: with a registry's address the file is of use with that one alone`);
  }
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  assert.doesNotMatch(lock.replaceAll(/"funding": (?:\{[^}]*\}|\[[^\]]*\]|"[^"]*")/g, ""), /"[^"]*(?:git\+|git:|https?:|file:)[^"]*"/);
});

test("everything that is shipped has its digest in the lock file", () => {
  for (const { name, purl, hashes } of bom.components) if (purl !== undefined) assert.equal(hashes?.[0]?.alg, "SHA-512", name);
});

test("everything that is shipped has a licence that goes together with Apache-2.0", () => {
  for (const { name, licenses } of bom.components)
    for (const licence of licenses)
      assert.ok("license" in licence && compatible.has(licence.license.id), `${name}: ${JSON.stringify(licence)}`);
});
