import assert from "node:assert/strict";
import { hostname } from "node:os";
import { test } from "node:test";
import { runbooksOf } from "../../src/agent/runbooks.ts";
import { loadConfig } from "../../src/config/load.ts";

/** Where the agent of this configuration says that its runbooks are. */
function runbooks(text: string): string | null {
  const result = loadConfig(text, "c.yaml");
  assert.ok(result.ok);
  return runbooksOf(result.value, false);
}

const host = `http://${hostname()}`;

for (const { name, config, url } of [
  { name: "without a word about it the agent itself has them", config: "{}", url: `${host}:10112/docs/conditions` },
  {
    name: "alerts.external_url says how it is reached",
    config: 'alerts: {external_url: "https://a.example/lb1/"}',
    url: "https://a.example/lb1/docs/conditions",
  },
  {
    name: "alerts.runbook_url says where else they are",
    config: 'alerts: {runbook_url: "https://wiki.example/vrrp/"}',
    url: "https://wiki.example/vrrp",
  },
  { name: "an agent on loopback has none for others", config: 'web: {listen: ["127.0.0.1:10112"]}', url: null },
  {
    name: "alerts.runbook_url holds on loopback too",
    config: 'web: {listen: ["127.0.0.1:10112"]}\nalerts: {runbook_url: "https://wiki.example/vrrp"}',
    url: "https://wiki.example/vrrp",
  },
])
  test(`runbooks: ${name}`, () => {
    assert.equal(runbooks(config), url);
  });

test("an agent with TLS is reached by HTTPS", () => {
  const result = loadConfig("{}", "c.yaml");
  assert.ok(result.ok);
  assert.equal(runbooksOf(result.value, true), `https://${hostname()}:10112/docs/conditions`);
});
