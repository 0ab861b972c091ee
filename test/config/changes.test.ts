import assert from "node:assert/strict";
import { test } from "node:test";
import { compareConfigs } from "../../src/config/changes.ts";
import { configJsonSchema, type SchemaNode } from "../../src/config/json-schema.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configurationReference } from "../../src/config/reference.ts";
import type { Config } from "../../src/config/schema.ts";

function load(text: string): Config {
  const result = loadConfig(text, "c.yaml");
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.error));
  return result.value;
}

const compare = (before: string, after: string): ReturnType<typeof compareConfigs> => compareConfigs(load(before), load(after));

test("the same settings in other words are no change", () => {
  const text = 'alerts: {receivers: [{name: a, url: "http://h/", matchers: [segment="x"]}]}';
  const { changed, atNextStart } = compare(text, `${text}\nconditions: {flapping: {window: 300s}}\nlog: {level: info}`);
  assert.deepEqual([changed, atNextStart], [[], []]);
});

test("a change is named by its key, and a list is one setting", () => {
  const { config, changed, atNextStart } = compare(
    "virtual_routers: [{vrid: 1, name: a}]",
    'virtual_routers: [{vrid: 1, name: b}]\nconditions: {flapping: {changes: 4}}\nalerts: {group_wait: 2s, heartbeat: {url: "http://h/"}}',
  );
  assert.deepEqual(changed, ["virtual_routers", "conditions.flapping.changes", "alerts.group_wait", "alerts.heartbeat"]);
  assert.deepEqual(atNextStart, []);
  assert.equal(config.virtual_routers[0]?.name, "b");
  assert.equal(config.conditions.flapping["changes"], 4);
});

test("a matcher of a receiver is compared by its text", () => {
  const receivers = (matcher: string): string => `alerts: {receivers: [{name: a, url: "http://h/", matchers: ['${matcher}']}]}`;
  assert.deepEqual(compare(receivers('vrid="1"'), receivers('vrid="1"')).changed, []);
  assert.deepEqual(compare(receivers('vrid="1"'), receivers('vrid="2"')).changed, ["alerts.receivers"]);
});

test("what only a start can change stays as it is beside the rest", () => {
  const { config, changed, atNextStart } = compare(
    'web: {listen: [":1"]}',
    'web: {listen: [":2"], control_socket: /x}\nstate_directory: /s\nlog: {level: debug}\nincidents: {ring_bytes: 1000000, quiet: 5s}',
  );
  assert.deepEqual(changed, ["incidents.quiet", "log.level"]);
  assert.deepEqual(atNextStart, ["web.listen", "web.control_socket", "state_directory", "incidents.ring_bytes"]);
  assert.deepEqual(config.web.listen, load('web: {listen: [":1"]}').web.listen);
  assert.equal(config.log.level, "debug");
  assert.equal(config.state_directory, "/var/lib/vrrpwatch");
  assert.deepEqual(compareConfigs(config, load('web: {listen: [":1"]}\nlog: {level: debug}\nincidents: {quiet: 5s}')).atNextStart, []);
});

/** The paths of all settings with the mark. */
function marked(node: SchemaNode, prefix = ""): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    ...(child["x-only-at-start"] === true ? [`${prefix}${key}`] : []),
    ...marked(child, `${prefix}${key}.`),
  ]);
}

test("the settings with the mark say so to people, in the schema and in the reference", () => {
  const paths = marked(configJsonSchema());
  assert.ok(paths.includes("capture.backend") && paths.includes("keepalived.config") && paths.includes("state_directory"), paths.join(" "));
  const count = configurationReference().split("A change takes effect at the next start.").length - 1;
  assert.equal(count, paths.length);
  assert.ok(!JSON.stringify(configJsonSchema()).includes("onlyAtStart"));
});
