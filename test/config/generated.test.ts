import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleConfig } from "../../src/config/example.ts";
import { inactiveSettings, isInactive } from "../../src/config/inactive.ts";
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

test("the example with everything that is not active yet loads and equals the defaults, too", () => {
  assert.deepEqual({ ...load(exampleConfig(true)), given: [] }, defaultConfig());
});

test("the example names every key", () => {
  for (const path of keys(configJsonSchema())) {
    if (path.includes("[]")) continue;
    assert.match(exampleConfig(), new RegExp(`\\b${path.split(".").at(-1)}:`), path);
  }
});

test("who copies the example is not told of settings without effect", () => {
  assert.deepEqual(inactiveSettings(load(exampleConfig())), []);
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

test("what has no effect in this version is named when it is set, and only then", () => {
  const config = load(
    "alerts: {group_wait: 2s}\nkeepalived: {notify_fifo: /run/vrrpwatch/notify.fifo}\nconditions: {flapping: {changes: 4}, no_master: {severity: info}}\nlog: {level: debug}",
  );
  assert.deepEqual(inactiveSettings(config), ["alerts.group_wait"]);
  assert.deepEqual(inactiveSettings(defaultConfig()), []);
});

test("a setting is inactive with everything below it, and not by the likeness of its name", () => {
  assert.ok(isInactive("alerts.receivers[3].url"));
  assert.ok(isInactive("alerts.receivers[12].severities[0]"));
  assert.ok(!isInactive("virtual_routers[0].segment"));
  assert.ok(!isInactive("web.listen[0]"));
  assert.ok(!isInactive("alertsx"));
});
