import assert from "node:assert/strict";
import { test } from "node:test";
import { millis } from "../../../src/lib/time.ts";
import { link } from "../../helpers/link.ts";
import { added, configured, held, host, instance, notify, present, VIP } from "../host/facts.ts";
import { Timeline } from "./case.ts";

/** A condition that nobody asks again is as wrong as one that is judged wrongly. */

const A = "192.0.2.9";
const B = "192.0.2.8";
const ours = "192.0.2.1";
const own = { direction: "out" } as const;
const macA = "02:00:00:00:00:0a";
const macB = "02:00:00:00:00:0b";

test("after a short gap a healthy virtual router is judged again", () => {
  const t = new Timeline().adverts(0, 10_000, A, 150).gap(10_200, 10_250);
  t.adverts(11_000, 20_000, A, 150);
  for (const condition of ["no_master", "split_brain", "vip_arp_stale"] as const) assert.equal(t.holds(condition), false, condition);
});

test("a gap does not lose what was about to be raised", () => {
  const t = new Timeline().adverts(0, 5_000, A, 150, { mac: macA }).announce(5_100, macA);
  t.advert(5_600, B, 100, { mac: macB }).announce(5_601, macB).advert(5_610, A, 150, { mac: macA });
  t.gap(6_200, 6_250).adverts(6_610, 30_610, A, 150, { mac: macA });
  assert.equal(t.of("vip_arp_stale").length, 1);
});

test("a gap does not end the split that this host's own keepalived tells of", () => {
  const t = host(new Timeline())
    .fact(100, added(held(2, VIP)))
    .fact(101, notify("master", 100));
  t.adverts(102, 2_102, ours, 100, own).adverts(5_700, 12_700, B, 90).gap(12_900, 12_950).adverts(13_700, 40_700, B, 90);
  assert.equal(t.of("split_brain").length, 1);
  assert.equal(t.holds("split_brain"), true);
});

test("a renumbered host is not blocked because its old address is silent", () => {
  const t = host(new Timeline().capture(0, "hearing"))
    .fact(100, added(held(2, VIP)))
    .fact(101, notify("master", 100));
  t.adverts(102, 10_102, ours, 100, own).adverts(11_102, 60_102, "192.0.2.2", 100, own);
  assert.deepEqual(t.of("local_send_blocked"), []);
});

test("a sync group whose states are only inferred is whole again, for each of its members", () => {
  const inner = instance({
    name: "VI_2",
    interface: "eth1",
    vrid: 52,
    addresses: [{ address: "198.51.100.1", prefixLength: 24, dev: null, advertised: true, dad: false }],
  });
  const other = { interface: "eth1", vrid: 52, addresses: ["198.51.100.1"] };
  const t = host(new Timeline())
    .fact(1, present(link(3, "eth1")))
    .fact(10, configured([instance(), inner], { syncGroups: [{ name: "G", members: ["VI_1", "VI_2"] }] }));
  for (let at = 100; at < 5_000; at += 1_000) t.advert(at, A, 150).advert(at + 1, "198.51.100.9", 150, other);
  t.idle(5_000).fact(5_001, added(held(2, VIP)));
  for (let at = 5_100; at < 15_000; at += 1_000) t.advert(at, ours, 200, own).advert(at + 1, "198.51.100.9", 150, other);
  t.fact(15_001, added(held(3, "198.51.100.1")));
  for (let at = 15_100; at < 60_000; at += 1_000) t.advert(at, ours, 200, own).advert(at + 1, "198.51.100.7", 200, { ...other, ...own });
  for (const vrid of [51, 52]) {
    assert.deepEqual(t.of("sync_group_split", vrid).length, 2, `VRID ${vrid} raised and cleared`);
    assert.equal(t.holds("sync_group_split", vrid), false);
  }
});

test("two strangers that take turns are one story", () => {
  for (const every of [1_000, 2_000]) {
    const t = new Timeline().advert(0, A, 150);
    for (let at = 1_000, n = 0; at < 60_000; at += 1_000) {
      t.advert(at, A, 150);
      if (at % every === 0) t.announce(at + 1, n++ % 2 === 0 ? "02:00:00:00:00:77" : "02:00:00:00:00:78");
    }
    assert.equal(t.of("vip_conflict").length, 1, t.of("vip_conflict").join(", "));
  }
});

test("the virtual MAC is no stranger before the first advert either", () => {
  const t = host(new Timeline()).announce(500, "00:00:5e:00:01:33").adverts(1_000, 20_000, A, 150, { mac: macA });
  assert.deepEqual(t.of("vip_conflict"), []);
});

test("a sender whose address this host gains is told", () => {
  const t = host(new Timeline()).adverts(1_000, 10_000, A, 150, { mac: macA });
  t.fact(10_500, added(held(2, A))).adverts(11_000, 20_000, A, 150, { mac: macA });
  assert.equal(t.of("unauthorized_sender").length, 1);
});

test("every advert that disagrees with the one before it is counted", () => {
  const t = new Timeline().adverts(0, 5_000, A, 150);
  for (let at = 6_000; at < 16_000; at += 1_000) t.advert(at, A, 150).advert(at + 500, B, 100, { interval: millis(2_000) });
  assert.equal(t.engine.snapshot().routers[0]?.mismatches.interval, 19);
});

test("two unicast pairs that share a VRID disagree about nothing", () => {
  const t = new Timeline();
  const to = (destination: string) => ({ flags: ["unicast"] as const, destination });
  for (let at = 0; at < 20_000; at += 1_000) {
    t.advert(at, "192.0.2.1", 150, to("192.0.2.2"));
    t.advert(at + 300, "192.0.2.11", 150, { ...to("192.0.2.12"), addresses: ["192.0.2.200"], version: 2, checksum: "v2" });
  }
  assert.deepEqual(t.raised(), []);
});

test("flapping says how often, also beyond what raises it", () => {
  const t = new Timeline();
  let at = 0;
  for (let i = 0; i < 20; i++) {
    for (let k = 0; k < 3; k++, at += 1_000) t.advert(at, i % 2 === 0 ? A : B, 100);
    t.advert(at, i % 2 === 0 ? A : B, 0);
    at += 600;
  }
  const active = t.engine.snapshot().host.routers[0]?.conditions.active.find(({ condition }) => condition === "flapping");
  assert.ok(Number(active?.evidence["changes"]) > 12, active?.summary);
});
