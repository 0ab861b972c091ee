import assert from "node:assert/strict";
import { test } from "node:test";
import { millis, seconds } from "../../src/lib/time.ts";
import { link } from "../helpers/link.ts";
import type { AdvertSpec } from "../helpers/scenario.ts";
import { Timeline } from "./detectors/case.ts";
import { added, configured, ended, held, host, instance, notify, present, removed, running, VIP } from "./host/facts.ts";
import { A, B, C, type Line, stories } from "./ordinary-life.ts";

const macA = "02:00:00:00:00:01";
const macB = "02:00:00:00:00:02";
const own = { direction: "out", mac: macA } as const;
const addressOf = (address: string) => ({ address, prefixLength: 24, dev: null, advertised: true, dad: false });

/** The address is announced five times, as keepalived does it. */
function garp(
  t: Timeline,
  atMs: number,
  mac: string,
  spec: { readonly address?: string; readonly direction?: "in" | "out" } = {},
): Timeline {
  for (let i = 0; i < 5; i++) t.announce(atMs + i / 10, mac, spec);
  return t;
}

/**
 * What a member of the segment sees of a story: its own adverts leave, and keepalived and the kernel tell what they do.
 * @param begin the agent starts before this advert, and finds things as they are
 */
function asMember(source: string, lines: readonly Line[], begin = 0): Timeline {
  const t = new Timeline();
  const own = lines.filter((line) => line.source === source && line.priority > 0);
  const base = Math.max(...own.map(({ priority }) => priority));
  const { version = 3, interval = seconds(1), mac = null } = own[0]?.spec ?? {};
  let priority = base;
  let master = lines[0]?.source === source;
  const follow = (atMs: number | null, next: boolean): void => {
    if (next === master) return;
    master = next;
    if (atMs === null) return;
    t.fact(atMs + 0.02, notify(next ? "master" : "backup", priority)).fact(atMs + 0.03, next ? added(held(2, VIP)) : removed(held(2, VIP)));
    if (next) t.announce(atMs + 0.04, mac ?? "", { direction: "out" });
  };
  const see = (line: Line, atMs: number | null): void => {
    const mine = line.source === source;
    if (atMs !== null) t.advert(atMs, line.source, line.priority, { ...line.spec, direction: mine ? "out" : "in" });
    if (mine) {
      if (line.priority > 0) priority = line.priority;
      follow(atMs, line.priority > 0);
    } else if (line.priority > priority || (line.priority === priority && line.source > source)) follow(atMs, false);
    if (!mine && line.priority > 0 && !master && atMs !== null) t.announce(atMs + 0.06, line.spec.mac ?? "");
  };
  for (const line of lines.slice(0, begin)) see(line, null);
  const start = Math.floor((lines[begin]?.atMs ?? 0) - 1);
  const tracks = [{ kind: "script", name: "chk", weight: -30 }] as const;
  host(t, start, [instance({ priority: base, version, interval, tracks })]).fact(start, removed(held(2, A)));
  t.fact(start, added(held(2, source), ...(master ? [held(2, VIP)] : [])));
  for (const line of lines.slice(begin)) see(line, line.atMs);
  return t;
}

const wires = [
  [3, 1_000],
  [3, 100],
  [2, 1_000],
] as const;

/** Conditions that a story earns. */
const earned: Readonly<Record<string, readonly string[]>> = {
  "a paused machine is back before anybody takes over": ["slow_adverts"],
  "an equal priority is accepted by a backup": ["equal_priority"],
  "a race of two backups of equal priority": ["equal_priority"],
};
const earnedBy = (name: string): readonly string[] => Object.entries(earned).find(([start]) => name.startsWith(start))?.[1] ?? [];
/** Of these A says nothing of its end. */
const diesInSilence = /dies|died|race of|equal priority|at the very moment|paused|lowers/;
const conditions = (t: Timeline): string[] => [...new Set(t.raised().map((line) => line.split(" ")[1] ?? ""))];

for (const [version, ms] of wires) {
  test(`a listener raises nothing of healthy routers (VRRPv${version}, ${ms} ms)`, () => {
    for (const { name, lines } of stories(version, ms)) {
      const t = new Timeline();
      for (const { atMs, source, priority, spec } of lines) t.advert(atMs, source, priority, spec);
      assert.deepEqual(
        conditions(t).filter((one) => !earnedBy(name).includes(one)),
        [],
        name,
      );
    }
  });

  test(`a member raises nothing of what it does itself, from wherever its agent starts (VRRPv${version}, ${ms} ms)`, () => {
    for (const { name, lines } of stories(version, ms))
      for (const source of [A, B, C].filter((one) => lines.some((line) => line.source === one))) {
        if (source === A && diesInSilence.test(name)) continue;
        for (const begin of lines.keys())
          assert.deepEqual(
            conditions(asMember(source, lines, begin)).filter((one) => !earnedBy(name).includes(one)),
            [],
            `${name}, as ${source}, from advert ${begin}`,
          );
      }
  });
}

test("a rolling change of the address list clears the mismatch with its last step", () => {
  const both = [VIP, "192.0.2.101"];
  const t = new Timeline().adverts(0, 5_000, B, 90).adverts(5_500, 60_500, A, 100);
  // The backup is reloaded first, takes over for it refuses its master, and the master is reloaded five seconds later.
  t.advert(64_148, B, 90, { addresses: both }).advert(64_500, A, 100).advert(65_148, B, 90, { addresses: both });
  t.advert(69_000, A, 100).advert(69_001, A, 100, { addresses: both }).adverts(70_001, 800_001, A, 100, { addresses: both });
  assert.deepEqual(t.of("address_mismatch"), ["64148 raised configuration", "69001 cleared"]);
  assert.equal(t.holds("split_brain"), false);
});

test("a rolling change of the interval clears the mismatch with its last step", () => {
  const fast = { interval: millis(500) };
  const t = new Timeline().adverts(0, 5_000, B, 90).adverts(5_500, 60_500, A, 100);
  t.adverts(61_000, 70_000, A, 100, fast)
    .advert(70_100, A, 0, fast)
    .adverts(70_424, 80_424, B, 90, fast)
    .adverts(80_600, 100_600, A, 100, fast);
  assert.deepEqual(t.of("interval_mismatch"), ["61000 raised configuration", "70424 cleared"]);
});

test("a change on both routers while one was never heard is no mismatch", () => {
  const both = [VIP, "192.0.2.101"];
  const t = new Timeline().adverts(0, 5_000, A, 100).adverts(5_500, 60_500, A, 100, { addresses: both });
  t.advert(60_600, A, 0, { addresses: both }).adverts(61_248, 70_248, B, 90, { addresses: both });
  assert.deepEqual(t.raised(), []);
});

test("a failover months after the last one raises nothing", () => {
  const t = garp(new Timeline().adverts(0, 5_000, A, 100), 5_001, macA);
  garp(t.advert(8_650, B, 90, { mac: macB }), 8_651, macB).adverts(9_650, 12_650, B, 90, { mac: macB });
  garp(t.advert(13_000, A, 100), 13_001, macA).adverts(14_000, 19_000, A, 100);
  const months = 90 * 86_400_000;
  // In between nothing happens that would have to be told advert by advert.
  t.gap(19_100, months).adverts(months + 100, months + 5_100, A, 100);
  garp(t.advert(months + 8_750, B, 90, { mac: macB }), months + 8_751, macB);
  t.adverts(months + 9_750, months + 60_750, B, 90, { mac: macB });
  assert.deepEqual(t.raised(), []);
});

for (const [name, advertMacs, garpMac] of [
  ["use_vmac and FRR", ["00:00:5e:00:01:33", "00:00:5e:00:01:33"], "00:00:5e:00:01:33"],
  ["vmac_xmit_base", [macA, macB], "00:00:5e:00:01:33"],
] as const)
  test(`with ${name} a failover and back raises nothing`, () => {
    const [a, b] = advertMacs;
    const t = garp(new Timeline().adverts(0, 5_000, A, 100, { mac: a }), 5_001, garpMac);
    garp(t.advert(8_650, B, 90, { mac: b }), 8_651, garpMac).adverts(9_650, 19_650, B, 90, { mac: b });
    garp(t.advert(20_000, A, 100, { mac: a }), 20_001, garpMac).adverts(21_000, 40_000, A, 100, { mac: a });
    t.adverts(41_000, 60_000, A, 100, { mac: a });
    assert.deepEqual(t.raised(), []);
  });

test("on a host with use_vmac the virtual MAC and the address on its device raise nothing", () => {
  const vmac = "00:00:5e:00:01:33";
  const macvlan = link(7, "vrrp.51", { kind: "macvlan", parent: 2, mac: vmac });
  const t = host(new Timeline(), 0, [instance({ vmac: "vrrp.51" })]).fact(1, present(macvlan));
  t.adverts(100, 5_100, B, 90, { mac: vmac }).fact(5_500, notify("backup", 100));
  t.advert(5_600, A, 100, { direction: "out", mac: vmac })
    .fact(5_601, notify("master", 100))
    .fact(5_602, added(held(7, VIP)));
  garp(t, 5_603, vmac, { direction: "out" }).adverts(6_600, 60_600, A, 100, { direction: "out", mac: vmac });
  assert.deepEqual(t.raised(), []);
});

test("ARP of the hosts of the segment raises nothing", () => {
  const t = new Timeline().adverts(0, 5_000, A, 100);
  for (let i = 0; i < 200; i++) {
    const how = i % 2 === 0 ? "arp_request" : "arp_reply";
    t.announce(5_100 + i, `02:00:00:00:01:${i.toString(16).padStart(2, "0")}`, { address: `192.0.2.${i === 99 ? 250 : i + 1}`, how });
  }
  t.announce(5_900, macA, { how: "arp_reply" }).adverts(6_000, 60_000, A, 100);
  assert.deepEqual(t.raised(), []);
});

/** keepalived on this host, master since 100 ms. */
function masterHere(): Timeline {
  const t = host(new Timeline())
    .fact(100, notify("master", 100))
    .advert(101, A, 100, own)
    .fact(102, added(held(2, VIP)));
  return garp(t, 103, macA, { direction: "out" }).adverts(1_101, 9_101, A, 100, own);
}

test("a restart of keepalived on a master host raises nothing there", () => {
  const t = masterHere()
    .advert(9_500, A, 0, own)
    .fact(9_501, notify("stop", 100))
    .fact(9_502, removed(held(2, VIP)));
  t.fact(9_900, ended(-10_000));
  garp(t.advert(10_148, B, 90, { mac: macB }), 10_149, macB);
  t.fact(10_500, running(10_490)).fact(10_510, notify("backup", 100)).adverts(11_148, 13_148, B, 90, { mac: macB });
  t.advert(14_119, A, 100, own)
    .fact(14_120, notify("master", 100))
    .fact(14_121, added(held(2, VIP)));
  garp(t, 14_122, macA, { direction: "out" }).adverts(15_119, 90_119, A, 100, own);
  assert.deepEqual(t.raised(), []);
});

test("a restart of keepalived on a backup host raises nothing there", () => {
  const t = host(new Timeline(), 0, [instance({ priority: 80 })])
    .fact(50, notify("backup", 80))
    .adverts(100, 5_100, B, 90);
  t.fact(5_500, notify("stop", 80)).fact(5_600, ended(-10_000)).adverts(6_100, 8_100, B, 90);
  t.fact(8_500, running(8_490)).fact(8_600, notify("backup", 80)).adverts(9_100, 90_100, B, 90);
  assert.deepEqual(t.raised(), []);
});

for (const [name, facts] of [
  ["without a word of keepalived", () => null],
  ["that reads what lay in the FIFO", (t: Timeline, event: "master" | "backup") => t.fact(2, notify(event, 100, { happened: null }))],
] as const) {
  test(`an agent that starts on a master host, ${name}, raises nothing`, () => {
    const t = host(new Timeline()).fact(1, added(held(2, VIP)));
    facts(t, "master");
    t.adverts(700, 90_700, A, 100, own);
    assert.deepEqual(t.raised(), []);
  });

  test(`an agent that starts on a backup host, ${name}, raises nothing`, () => {
    const t = host(new Timeline(), 0, [instance({ priority: 80 })]);
    facts(t, "backup");
    t.adverts(700, 90_700, B, 90);
    assert.deepEqual(t.raised(), []);
  });
}

test("an agent that starts and reads the facts in another order raises nothing", () => {
  const t = new Timeline().adverts(700, 3_700, A, 100, own);
  t.fact(3_800, added(held(1, "127.0.0.1"), held(2, A), held(2, VIP))).fact(
    3_900,
    present(link(1, "lo", { loopback: true }), link(2, "eth0")),
  );
  t.fact(4_500, running(-10_000))
    .fact(4_600, configured([instance()]))
    .adverts(4_700, 90_700, A, 100, own);
  assert.deepEqual(t.raised(), []);
});

test("a unicast virtual router of this host beside another one that shares its number raises nothing", () => {
  const t = masterHere();
  for (let at = 10_101; at < 60_000; at += 1_000) {
    t.advert(at, A, 100, { ...own, flags: ["unicast"], destination: B });
    t.advert(at + 300, "192.0.2.50", 150, { flags: ["unicast"], destination: "192.0.2.51", addresses: ["192.0.2.200"] });
  }
  assert.deepEqual(t.raised(), []);
});

test("a host with two cards on one segment hears itself, and raises nothing", () => {
  const eth1 = link(3, "eth1", { mac: "02:00:00:00:00:0b" });
  const t = new Timeline().fact(0, configured([instance()])).fact(0, running(-10_000));
  t.fact(0, present(link(2, "eth0", { mac: macA }), eth1)).fact(0, added(held(2, A), held(2, VIP), held(3, "192.0.2.11")));
  for (let at = 100; at < 60_000; at += 1_000) t.advert(at, A, 100, own).advert(at + 0.1, A, 100, { mac: macA, interface: "eth1" });
  assert.deepEqual(t.raised(), []);
});

test("VRRPv2 without addresses raises nothing in a failover", () => {
  const v2: AdvertSpec = { version: 2, checksum: "v2", addresses: [] };
  const t = new Timeline()
    .adverts(0, 5_000, A, 100, v2)
    .adverts(8_648, 20_648, B, 90, { ...v2, mac: macB })
    .adverts(21_000, 60_000, A, 100, v2);
  assert.deepEqual(t.raised(), []);
});

for (const count of [20, 300]) {
  const list = Array.from({ length: count }, (_, i) => `198.51.${100 + (i >> 8)}.${i & 0xff}`);
  const spec = { addresses: list };

  test(`${count} addresses raise nothing on a master host`, () => {
    const t = host(new Timeline(), 0, [instance({ addresses: list.map(addressOf) })]).fact(100, notify("master", 100));
    t.advert(101, A, 100, { ...own, ...spec }).fact(102, added(...list.map((address) => held(2, address))));
    t.adverts(1_101, 90_101, A, 100, { ...own, ...spec });
    assert.deepEqual(t.raised(), []);
  });

  test(`${count} addresses raise nothing on a backup host that takes over and gives back`, () => {
    const t = host(new Timeline(), 0, [instance({ addresses: list.map(addressOf), priority: 90 })]).fact(50, notify("backup", 90));
    t.adverts(100, 5_100, B, 100, { ...spec, mac: macB });
    t.advert(8_749, A, 90, { ...own, ...spec })
      .fact(8_750, notify("master", 90))
      .fact(8_751, added(...list.map((address) => held(2, address))));
    t.adverts(9_749, 20_749, A, 90, { ...own, ...spec });
    t.advert(21_000, B, 100, { ...spec, mac: macB })
      .fact(21_001, notify("backup", 90))
      .fact(21_002, removed(...list.map((address) => held(2, address))));
    t.adverts(22_000, 90_000, B, 100, { ...spec, mac: macB });
    assert.deepEqual(t.raised(), []);
  });
}
