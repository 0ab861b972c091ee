import assert from "node:assert/strict";
import { test } from "node:test";
import { bom, bomText, locked, manifest } from "./packages.ts";

const refs = bom.components.map((component) => component["bom-ref"]);

test("the bill of materials is a CycloneDX document of version 1.5 about this version", () => {
  assert.equal(bom.bomFormat, "CycloneDX");
  assert.equal(bom.specVersion, "1.5");
  assert.equal(bom.version, 1);
  assert.equal(bom.metadata.component["bom-ref"], `${manifest.name}@${manifest.version}`);
});

test("nothing in the bill of materials depends on the time, the machine or a registry", () => {
  for (const part of ["serialNumber", "timestamp", "tools", "externalReferences"]) assert.ok(!bomText.includes(`"${part}"`), part);
  assert.deepEqual(bomText.match(/\w+:\/\/[^"]*/g), ["http://cyclonedx.org/schema/bom-1.5.schema.json"]);
});

test("every component has a name, a known type and scope, a licence and a reference of its own", () => {
  assert.equal(new Set(refs).size, refs.length);
  for (const { name, type, scope, licenses } of bom.components) {
    assert.ok(["library", "platform"].includes(type), name);
    assert.ok(["required", "optional"].includes(scope ?? ""), name);
    assert.equal(licenses.length, 1, name);
  }
});

test("every package has its version, its address as a package and the digest that the lock file has", () => {
  const digests = new Map<string, string>();
  for (const [path, { version, integrity = "" }] of locked)
    digests.set(
      `${path.slice(path.lastIndexOf("node_modules/") + 13)}@${version}`,
      Buffer.from(integrity.slice(7), "base64").toString("hex"),
    );
  const packages = bom.components.filter(({ purl }) => purl !== undefined);
  assert.ok(packages.length > 30, "the packages were found");
  for (const { name, version, purl, hashes } of packages) {
    assert.equal(purl, `pkg:npm/${name.replace("@", "%40")}@${version}`);
    assert.match(hashes?.[0]?.content ?? "", /^[0-9a-f]{128}$/, name);
    assert.equal(hashes?.[0]?.content, digests.get(`${name}@${version}`), name);
  }
});

test("the graph names every component, and nothing that is not one", () => {
  const own = bom.metadata.component["bom-ref"];
  assert.deepEqual(bom.dependencies.map(({ ref }) => ref).sort(), [...refs, own].sort());
  for (const { ref, dependsOn } of bom.dependencies) for (const other of dependsOn) assert.ok(refs.includes(other), `${ref} -> ${other}`);
});

test("every component is reached from the program", () => {
  const edges = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const reached = new Set<string>();
  const queue = [bom.metadata.component["bom-ref"]];
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    if (reached.has(ref)) continue;
    reached.add(ref);
    queue.push(...(edges.get(ref) ?? []));
  }
  assert.deepEqual(
    refs.filter((ref) => !reached.has(ref)),
    [],
  );
});

test("the native addon and Node are in it, and tools of developers are not", () => {
  const named = new Map(bom.components.map((component) => [component.name, component]));
  assert.equal(named.get("vrrpwatch_native")?.version, manifest.version);
  assert.equal(named.get("node")?.properties?.[0]?.value, manifest.engines.node);
  assert.equal(named.get("pcap")?.scope, "optional");
  for (const name of ["fastify", "undici", "zod", "netlink"]) assert.equal(named.get(name)?.scope, "required", name);
  for (const name of ["typescript", "@biomejs/biome", "fast-check", "@grafana/grafana-foundation-sdk"])
    assert.equal(named.get(name), undefined, name);
});
