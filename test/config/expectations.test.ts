import assert from "node:assert/strict";
import { test } from "node:test";
import { engineOptionsOf, expectationFor } from "../../src/config/expectations.ts";
import { loadConfig } from "../../src/config/load.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import type { VirtualRouterId } from "../../src/core/events.ts";
import { defaultEngineOptions } from "../../src/core/options.ts";
import { seconds } from "../../src/lib/time.ts";

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
  const { downTimerAdverts, expected, conditions, allowedSenders, ...options } = engineOptionsOf(defaultConfig());
  const {
    downTimerAdverts: defaultTimer,
    expected: nothing,
    conditions: defaultConditions,
    allowedSenders: anybody,
    ...defaults
  } = defaultEngineOptions;
  assert.deepEqual(options, defaults);
  assert.deepEqual(conditions(id("eth0", "ipv4")), defaultConditions(id("eth0", "ipv4")));
  assert.equal(allowedSenders(id("eth0", "ipv4")), anybody(id("eth0", "ipv4")));
  assert.equal(downTimerAdverts(id("eth0", "ipv4")), defaultTimer(id("eth0", "ipv4")));
  assert.equal(expected(id("eth0", "ipv4")), nothing(id("eth0", "ipv4")));
});

test("addresses and instances of virtual_routers reach the engine, and entries with an interface exist unheard", () => {
  const known = loadConfig(
    `virtual_routers:
  - {interface: eth0, vrid: 60, addresses: ["2001:db8::100"], instance: VI_6}
  - {vrid: 61, addresses: ["192.0.2.1", "2001:db8::1"]}
`,
    "d.yaml",
  );
  assert.ok(known.ok);
  const { expected, expectedRouters } = engineOptionsOf(known.value);
  assert.deepEqual(expectedRouters, [{ interface: "eth0", family: "ipv6", vrid: 60 }]);
  assert.deepEqual(expected({ interface: "eth0", family: "ipv6", vrid: 60 }), { addresses: ["2001:db8::100"], instance: "VI_6" });
  assert.deepEqual(expected({ interface: "eth7", family: "ipv4", vrid: 61 }), { addresses: ["192.0.2.1"], instance: null });
  assert.equal(expected({ interface: "eth1", family: "ipv6", vrid: 60 }), null);
});

test("what an entry says of conditions and senders holds for its virtual router, the rest as in general", () => {
  const known = loadConfig(
    `conditions: {flapping: {changes: 4, severity: critical}, slow_adverts: {very_late: 3}}
virtual_routers:
  - {vrid: 60, senders: [192.0.2.1, "2001:db8::1"], conditions: {flapping: {window: 1m}, no_master: {enabled: false}}}
`,
    "d.yaml",
  );
  assert.ok(known.ok);
  const { conditions, allowedSenders } = engineOptionsOf(known.value);
  const special = conditions(id("eth0", "ipv4", 60));
  assert.deepEqual(special.flapping, { enabled: true, severity: "critical", options: { changes: 4, window: seconds(60) } });
  assert.equal(special.no_master.enabled, false);
  assert.equal(special.slow_adverts.options["very_late"], 3);
  assert.deepEqual(conditions(id("eth0", "ipv4", 61)).flapping.options, { changes: 4, window: seconds(300) });
  assert.equal(conditions(id("eth0", "ipv4", 60)), special, "made once an entry");
  assert.deepEqual(allowedSenders(id("eth0", "ipv6", 60)), ["2001:db8::1"]);
  assert.equal(allowedSenders(id("eth0", "ipv6", 61)), null);
});
