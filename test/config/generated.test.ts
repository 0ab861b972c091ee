import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleConfig } from "../../src/config/example.ts";
import { configJsonSchema, type SchemaNode } from "../../src/config/json-schema.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configurationReference } from "../../src/config/reference.ts";
import { type Config, defaultConfig } from "../../src/config/schema.ts";

function load(text: string): Config {
  const result = loadConfig(text, "config.example.yaml");
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.error));
  return result.value;
}

/** The paths of all keys in the schema; list entries as `key[]`. */
function keys(node: SchemaNode, prefix = ""): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    return [path, ...keys(child, path), ...(child.items === undefined ? [] : keys(child.items, `${path}[]`))];
  });
}

test("the example loads and equals the defaults", () => {
  assert.deepEqual({ ...load(exampleConfig()), given: [] }, defaultConfig());
});

test("the example names every key", () => {
  for (const path of keys(configJsonSchema())) {
    if (path.includes("[]")) continue;
    assert.match(exampleConfig(), new RegExp(`\\b${path.split(".").at(-1)}:`), path);
  }
});

test("every key has a description", () => {
  const undescribed = (node: SchemaNode, prefix: string): string[] =>
    Object.entries(node.properties ?? {}).flatMap(([name, child]) => [
      ...(child.description === undefined ? [`${prefix}${name}`] : []),
      ...undescribed(child, `${prefix}${name}.`),
      ...(child.items === undefined ? [] : undescribed(child.items, `${prefix}${name}[].`)),
    ]);
  assert.deepEqual(undescribed(configJsonSchema(), ""), []);
});

test("the reference has a row for every key", () => {
  const reference = configurationReference();
  for (const path of keys(configJsonSchema())) {
    const name = path.split(".").at(-1) ?? "";
    // Described where they hold for every virtual router.
    if (path.startsWith("virtual_routers[].conditions.")) continue;
    if (path.startsWith("conditions.") && (name === "enabled" || name === "severity")) continue;
    assert.match(reference, new RegExp(`(\`|\\.)${name}\`|## ${name}`), path);
  }
});
