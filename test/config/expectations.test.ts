import assert from "node:assert/strict";
import { test } from "node:test";
import { engineOptionsOf, expectationFor } from "../../src/config/expectations.ts";
import { loadConfig } from "../../src/config/load.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import type { VirtualRouterId } from "../../src/core/events.ts";
import { defaultEngineOptions } from "../../src/core/options.ts";

const loaded = loadConfig(
  `
tracking: {max_senders: 4, down_timer_adverts: 5}
virtual_routers:
  - {vrid: 1, name: anywhere}
  - {vrid: 1, interface: eth0, name: on eth0, down_timer_adverts: 2}
  - {vrid: 1, interface: eth0, family: ipv6, name: on eth0 over ipv6}
  - {vrid: 1, interface: eth0, vlan: 7, name: in vlan 7}
`,
  "c.yaml",
);
assert.ok(loaded.ok);
const config = loaded.value;
const id = (interfaceName: string | null, family: "ipv4" | "ipv6", vrid = 1): VirtualRouterId => ({
  interface: interfaceName,
  family,
  vrid,
});

test("the entry with most fitting keys is the one that holds", () => {
  assert.equal(expectationFor(config, id("eth1", "ipv4"))?.name, "anywhere");
  assert.equal(expectationFor(config, id(null, "ipv4"))?.name, "anywhere");
  assert.equal(expectationFor(config, id("eth0", "ipv4"))?.name, "on eth0");
  assert.equal(expectationFor(config, id("eth0", "ipv6"))?.name, "on eth0 over ipv6");
  assert.equal(expectationFor(config, { ...id("eth0", "ipv4"), vlan: 7 })?.name, "in vlan 7");
  assert.equal(expectationFor(config, id("eth0", "ipv4", 2)), null);
});

test("the engine gets its limits from the tracking section, and the down timer from the best entry", () => {
  const options = engineOptionsOf(config);
  assert.equal(options.maxSenders, 4);
  assert.equal(options.downTimerAdverts(id("eth0", "ipv4")), 2);
  assert.equal(options.downTimerAdverts(id("eth0", "ipv6")), 5);
});

test("the default configuration gives the engine its own defaults", () => {
  const { downTimerAdverts, ...options } = engineOptionsOf(defaultConfig());
  const { downTimerAdverts: expected, ...defaults } = defaultEngineOptions;
  assert.deepEqual(options, defaults);
  assert.equal(downTimerAdverts(id("eth0", "ipv4")), expected(id("eth0", "ipv4")));
});
