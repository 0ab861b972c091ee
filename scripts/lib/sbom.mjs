import { readFileSync } from "node:fs";
import { inRoot } from "./paths.mjs";
import { shippedPackages } from "./shipped-packages.mjs";

/**
 * The software bill of materials, CycloneDX 1.5, from package.json, package-lock.json and the imports of src/. `npm sbom` is not used: what
 * it says depends on its version, on the folder's name and on what is installed, and it has a serial number and a time.
 */
export function sbom() {
  const { name, version, description, license, engines } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  const { packages, roots } = shippedPackages();
  const self = `${name}@${version}`;
  const addon = `${name}_native@${version}`;
  const components = new Map();
  const needs = new Map();
  for (const each of packages.values()) {
    const component = componentOf(each);
    const ref = component["bom-ref"];
    const known = components.get(ref);
    if (known?.scope !== "required") components.set(ref, component);
    needs.set(ref, [...(needs.get(ref) ?? []), ...each.dependsOn.map((at) => refOf(packages.get(at)))]);
  }
  const own = [
    {
      type: "library",
      "bom-ref": addon,
      name: `${name}_native`,
      version,
      description: "The native addon (native/, plain C, Node-API 8): AF_PACKET and netlink sockets. Part of this package, Linux only.",
      scope: "required",
      licenses: licensesOf(license),
    },
    {
      type: "platform",
      "bom-ref": "node",
      name: "node",
      description: "The runtime. Not part of this package.",
      scope: "required",
      licenses: licensesOf("MIT"),
      properties: [{ name: `${name}:required-version`, value: engines.node }],
    },
    {
      type: "library",
      "bom-ref": "libpcap",
      name: "libpcap",
      description: "What the optional package pcap is linked with, from the operating system. Not part of this package.",
      scope: "optional",
      licenses: licensesOf("BSD-3-Clause"),
    },
  ];
  needs.set(self, [addon, "node", ...roots.map((at) => refOf(packages.get(at)))]);
  needs.set(addon, ["node"]);
  for (const [ref] of needs) if (ref.startsWith("pcap@")) needs.get(ref).push("libpcap");
  for (const ref of ["node", "libpcap"]) needs.set(ref, []);

  return {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      lifecycles: [{ phase: "build" }],
      component: {
        type: "application",
        "bom-ref": self,
        name,
        version,
        description,
        licenses: licensesOf(license),
        purl: purlOf(name, version),
      },
    },
    components: [...[...components.values()].sort(byRef), ...own],
    dependencies: [...needs].map(([ref, on]) => ({ ref, dependsOn: [...new Set(on)].sort() })).sort((a, b) => (a.ref < b.ref ? -1 : 1)),
  };
}

const byRef = (a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1);
const refOf = ({ name, entry }) => `${name}@${entry.version}`;
const purlOf = (name, version) => `pkg:npm/${name.replace("@", "%40")}@${version}`;
const licensesOf = (text) => [text.includes(" ") ? { expression: text } : { license: { id: text } }];

function componentOf({ name, entry, required }) {
  const [algorithm, digest] = (entry.integrity ?? "").split("-");
  if (algorithm !== "sha512" || entry.license === undefined)
    throw new Error(`package-lock.json: ${name} has no SHA-512 digest or no licence: install it again, or look at what it is`);
  return {
    type: "library",
    "bom-ref": `${name}@${entry.version}`,
    name,
    version: entry.version,
    scope: required ? "required" : "optional",
    hashes: [{ alg: "SHA-512", content: Buffer.from(digest, "base64").toString("hex") }],
    licenses: licensesOf(entry.license),
    purl: purlOf(name, entry.version),
  };
}
