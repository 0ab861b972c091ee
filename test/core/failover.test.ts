import assert from "node:assert/strict";
import { test } from "node:test";
import type { FailoverEvent } from "../../src/core/events.ts";
import { type Duration, micros, millis, seconds, toSeconds, type WallTime } from "../../src/lib/time.ts";
import { EPOCH_US, Scenario } from "../helpers/scenario.ts";
import { added, changed, eth0, held, host, instance, notify, VIP } from "./host/facts.ts";

const A = "192.0.2.11";
const B = "192.0.2.12";
const C = "192.0.2.13";
const macA = { mac: "02:00:00:00:00:0a" };
const macB = { mac: "02:00:00:00:00:0b" };
const macC = { mac: "02:00:00:00:00:0c" };
const vmac = "00:00:5e:00:01:33";

const failovers = (s: Scenario): FailoverEvent[] => s.events.filter((event) => event.kind === "failover");

const ms = (at: WallTime | null): string => (at === null ? "-" : String(Math.round((at - EPOCH_US) / 10) / 100));
const sec = (d: Duration | null): string => (d === null ? "-" : String(toSeconds(d)));

/**
 * Each failover as `at from>to reason planned | gap inevitable excess | last advert, detected (how), first advert, address,
 * announcement`; instants in milliseconds.
 */
const told = (s: Scenario): string[] =>
  failovers(s).map((e) => {
    const { lastAdvert, detected, firstAdvert, addressPresent, announced } = e.phases;
    const how = e.detectedBy === null ? "" : ` ${e.detectedBy}`;
    return [
      `${ms(e.wall)} ${e.from ?? "-"}>${e.to} ${e.reason} ${e.planned ? "planned" : "unplanned"}`,
      `${sec(e.gap)} ${sec(e.inevitable)} ${sec(e.excess)}`,
      `${ms(lastAdvert)}, ${ms(detected)}${how}, ${ms(firstAdvert)}, ${ms(addressPresent)}, ${ms(announced)}`,
    ].join(" | ");
  });

/** A is master with priority 150 until 5 s. */
const started = (): Scenario => new Scenario().adverts(0, 5_000, A, 150, macA);

const wire: readonly (readonly [title: string, timeline: (s: Scenario) => Scenario, ...failovers: string[]])[] = [
  [
    "a graceful stop is planned and takes Skew_Time",
    (s) => s.advert(5_400, A, 0, macA).advert(6_010, B, 100, macB).announce(6_013, macB.mac),
    `6013 ${A}>${B} priority_zero planned | 0.61 0.609375 0.000625 | 5400, 6009.38 computed, 6010, -, 6013`,
  ],
  [
    "a crash is unplanned and takes Master_Down_Interval",
    (s) => s.advert(8_610, B, 100, macB).announce(8_611, macB.mac),
    `8611 ${A}>${B} no_response unplanned | 3.61 3.609375 0.000625 | 5000, 8609.38 computed, 8610, -, 8611`,
  ],
  [
    "a backup that is late has an excess",
    (s) => s.advert(8_900, B, 100, macB).announce(8_901, macB.mac),
    `8901 ${A}>${B} no_response unplanned | 3.9 3.609375 0.290625 | 5000, 8609.38 computed, 8900, -, 8901`,
  ],
  [
    "a new master with a fast clock was not there before it had to be",
    (s) => s.advert(8_600, B, 100, macB).announce(8_601, macB.mac),
    `8601 ${A}>${B} no_response unplanned | 3.6 3.609375 -0.009375 | 5000, 8600 computed, 8600, -, 8601`,
  ],
  [
    "a preemption is planned, nothing is detected, and the living master's own silence is no excess",
    (s) => s.advert(5_700, B, 200, macB).announce(5_702, macB.mac),
    `5702 ${A}>${B} preempted planned | 0.7 0 0 | 5000, -, 5700, -, 5702`,
  ],
  [
    "a preemption of a master that had fallen silent has an excess",
    (s) => s.advert(7_500, B, 200, macB).announce(7_502, macB.mac),
    `7502 ${A}>${B} preempted planned | 2.5 0 1.5 | 5000, -, 7500, -, 7502`,
  ],
  [
    "a resignation that is said twice is a fault, and the backups wait anew from the second",
    (s) => s.advert(5_400, A, 0, macA).advert(5_400.4, A, 0, macA).advert(6_010, B, 100, macB).announce(6_013, macB.mac),
    `6013 ${A}>${B} priority_zero unplanned | 0.6096 0.609375 0.000225 | 5400.4, 6009.78 computed, 6010, -, 6013`,
  ],
  [
    "the copies of a resignation for two unicast peers are one resignation",
    (s) =>
      s
        .advert(5_400, A, 0, { ...macA, destination: B })
        .advert(5_400.1, A, 0, { ...macA, destination: C })
        .advert(6_010, B, 100, macB)
        .announce(6_013, macB.mac),
    `6013 ${A}>${B} priority_zero planned | 0.61 0.609375 0.000625 | 5400, 6009.38 computed, 6010, -, 6013`,
  ],
  [
    "a resignation that was captured twice is one resignation",
    (s) =>
      s
        .advert(5_400, A, 0, { ...macA, ipId: 7 })
        .advert(5_400.1, A, 0, { ...macA, ipId: 7 })
        .advert(6_010, B, 100, macB)
        .announce(6_013, macB.mac),
    `6013 ${A}>${B} priority_zero planned | 0.61 0.609375 0.000625 | 5400, 6009.38 computed, 6010, -, 6013`,
  ],
  [
    "who does not announce is reported 6 s after its first advert",
    (s) => s.adverts(8_610, 15_000, B, 100, macB),
    `14610 ${A}>${B} no_response unplanned | 3.61 3.609375 0.000625 | 5000, 8609.38 computed, 8610, -, -`,
  ],
  [
    "where the first announcements were lost, keepalived's second ones are the first that the network hears",
    (s) => s.adverts(8_610, 13_000, B, 100, macB).announce(13_612, macB.mac),
    `13612 ${A}>${B} no_response unplanned | 3.61 3.609375 0.000625 | 5000, 8609.38 computed, 8610, -, 13612`,
  ],
  [
    "an announcement by anybody else, and an ordinary ARP reply, are none of the new master's",
    (s) =>
      s
        .advert(8_610, B, 100, macB)
        .announce(8_611, macA.mac)
        .announce(8_612, "02:00:00:00:00:ff")
        .announce(8_613, macB.mac, { how: "arp_reply" })
        .announce(8_614, macB.mac, { address: "192.0.2.200" })
        .announce(8_615, macB.mac),
    `8615 ${A}>${B} no_response unplanned | 3.61 3.609375 0.000625 | 5000, 8609.38 computed, 8610, -, 8615`,
  ],
  [
    "with use_vmac the announcement comes from the virtual MAC, even if the adverts do not",
    (s) => s.advert(8_610, B, 100, macB).announce(8_612, vmac),
    `8612 ${A}>${B} no_response unplanned | 3.61 3.609375 0.000625 | 5000, 8609.38 computed, 8610, -, 8612`,
  ],
  [
    "a failover that the next one overtakes is reported before it",
    (s) => s.advert(8_610, B, 100, macB).advert(8_650, A, 150, macA).announce(8_651, macA.mac),
    `8650 ${A}>${B} no_response unplanned | 3.61 3.609375 0.000625 | 5000, 8609.38 computed, 8610, -, -`,
    `8651 ${B}>${A} preempted planned | 0.04 0 0 | 8610, -, 8650, -, 8651`,
  ],
  [
    "a master that nobody expected any more is measured from the last one's last advert",
    (s) => s.idle(20_000).advert(30_000, B, 100, macB).announce(30_001, macB.mac),
    `30001 ->${B} no_response unplanned | 25 3.609375 21.390625 | 5000, 8609.38 computed, 30000, -, 30001`,
  ],
  [
    "a master that returns after nobody took over is measured from its own last advert",
    (s) => s.advert(5_500, B, 0, macB).idle(20_000).advert(30_000, A, 150, macA).announce(30_001, macA.mac),
    `30001 ->${A} no_response unplanned | 25 3.414062 21.585938 | 5000, 8414.06 computed, 30000, -, 30001`,
  ],
  [
    "a master that takes its resignation back is none",
    (s) => s.advert(5_400, A, 0, macA).advert(5_401, A, 150, macA).announce(5_402, macA.mac).idle(8_000),
  ],
  [
    "the end of a split tells nothing of how long a takeover takes",
    (s) => s.advert(5_500, B, 100, macB).adverts(6_000, 8_000, A, 150, macA).adverts(8_500, 12_500, B, 100, macB).idle(13_000),
    `12016.09 ${A}>${B} split_resolved unplanned | - - - | -, -, -, -, -`,
  ],
  [
    "one of two masters that resigns was followed by nobody",
    (s) => s.advert(5_500, B, 100, macB).advert(6_000, A, 150, macA).advert(6_200, A, 0, macA).advert(6_500, B, 100, macB),
    `6500 ${A}>${B} priority_zero planned | - 0.609375 - | -, -, -, -, -`,
  ],
  [
    "while a third goes on as master, no takeover is measured",
    (s) => s.adverts(5_100, 8_100, C, 90, macC).advert(8_610, B, 100, macB).announce(8_611, macB.mac),
    `8610 ${A}>${B} no_response unplanned | - 3.609375 - | -, -, -, -, -`,
  ],
  [
    "after deafness nothing is known",
    (s) => s.capture(5_500, "deaf").capture(7_000, "hearing").advert(9_000, B, 100, macB).announce(9_001, macB.mac).idle(20_000),
    `9000 ${A}>${B} unknown unplanned | - - - | -, -, -, -, -`,
  ],
  [
    "after adverts may have been missed nothing is known",
    (s) => s.gap(5_500, 8_000).advert(8_610, B, 100, macB).announce(8_611, macB.mac).idle(20_000),
    `8610 ${A}>${B} unknown unplanned | - - - | -, -, -, -, -`,
  ],
  [
    "the first announcement after something was missed need not be the first",
    (s) => s.advert(8_610, B, 100, macB).gap(8_610.5, 8_611).announce(8_612, macB.mac).adverts(9_610, 15_610, B, 100, macB),
    `14610 ${A}>${B} no_response unplanned | 3.61 3.609375 0.000625 | 5000, 8609.38 computed, 8610, -, -`,
  ],
  [
    "deafness right after the takeover hides the announcement only",
    (s) => s.advert(8_610, B, 100, macB).capture(8_611, "deaf").idle(20_000),
    `14610 ${A}>${B} no_response unplanned | 3.61 3.609375 0.000625 | 5000, 8609.38 computed, 8610, -, -`,
  ],
];

for (const [title, timeline, ...expected] of wire) {
  test(title, () => {
    const s = timeline(started()).idle(40_000);
    assert.deepEqual(told(s).slice(0, expected.length), expected);
    if (expected.length === 0) assert.deepEqual(told(s), []);
  });
}

test("the first master is no failover", () => {
  assert.deepEqual(told(started().announce(5_001, macA.mac)), []);
});

test("at 0.1 s everything is a tenth", () => {
  const fast = { interval: millis(100) };
  const s = new Scenario().adverts(0, 1_000, A, 150, { ...macA, ...fast });
  s.advert(1_362, B, 100, { ...macB, ...fast }).announce(1_363, macB.mac);
  assert.deepEqual(told(s), [`1363 ${A}>${B} no_response unplanned | 0.362 0.360937 0.001063 | 1000, 1360.94 computed, 1362, -, 1363`]);
});

test("the interval that counts is the old master's, which the backups follow", () => {
  const s = started().advert(8_610, B, 100, { ...macB, interval: seconds(3) });
  s.announce(8_611, macB.mac);
  assert.equal(failovers(s)[0]?.inevitable, micros(3_609_375));
});

test("in VRRPv2 Skew_Time is a part of one second whatever the interval", () => {
  const v2 = { version: 2, interval: seconds(3) } as const;
  const s = new Scenario().adverts(0, 6_000, A, 150, { ...macA, ...v2 }).advert(6_100, A, 0, { ...macA, ...v2 });
  s.advert(6_712, B, 100, { ...macB, ...v2 }).announce(6_713, macB.mac);
  assert.equal(failovers(s)[0]?.inevitable, micros(609_375));
});

test("down_timer_adverts of the virtual router counts", () => {
  const s = new Scenario({ downTimerAdverts: () => 2 }).adverts(0, 5_000, A, 150, macA);
  s.advert(7_610, B, 100, macB).announce(7_611, macB.mac);
  assert.equal(failovers(s)[0]?.inevitable, micros(2_609_375));
});

test("a change of master says what was inevitable, and one to nobody says nothing of it", () => {
  const s = started().advert(5_400, A, 0, macA).idle(12_000).advert(13_000, B, 100, macB);
  const changes = s.events.filter((event) => event.kind === "master_changed");
  assert.deepEqual(
    changes.map(({ to, inevitable }) => [to, inevitable]),
    [
      [A, null],
      [null, null],
      [B, micros(609_375)],
    ],
  );
});

test("an election among three backups is one failover after the other, each with its own gap", () => {
  const s = started().advert(5_400, A, 0, macA).advert(6_048, C, 90, macC).advert(6_049, B, 91, macB).announce(6_050, macB.mac);
  assert.deepEqual(told(s), [
    `6049 ${A}>${C} priority_zero planned | 0.648 0.648437 -0.000437 | 5400, 6048 computed, 6048, -, -`,
    `6050 ${C}>${B} preempted planned | 0.001 0 0 | 6048, -, 6049, -, 6050`,
  ]);
});

test("a virtual router that has to make room is reported first", () => {
  const s = new Scenario({ maxVirtualRouters: 1 }).advert(0, A, 150, macA).advert(10, A, 0, macA).advert(20, B, 100, macB);
  s.advert(30, B, 0, macB)
    .idle(5_000)
    .advert(5_001, A, 150, { ...macA, vrid: 52 });
  assert.deepEqual(told(s), [`5001 ${A}>${B} priority_zero planned | 0.01 0.609375 -0.599375 | 10, 20 computed, 20, -, -`]);
});

test("the phases are summed up over all changes, and the last one is there by itself", () => {
  const s = started().advert(8_610, B, 100, macB).announce(8_612, macB.mac).adverts(9_610, 12_610, B, 100, macB);
  s.advert(12_700, A, 150, macA).announce(12_703, macA.mac);
  const [router] = s.engine.snapshot().routers;
  assert.ok(router);
  const { phases, last } = router.failovers;
  assert.deepEqual(phases, {
    detection: { sum: micros(3_609_375), count: 1 },
    advert: { sum: micros(625), count: 1 },
    address: { sum: micros(0), count: 0 },
    announcement: { sum: micros(5_000), count: 2 },
  });
  assert.deepEqual(last, {
    durations: { detection: null, advert: null, address: null, announcement: micros(3_000) },
    inevitable: micros(0),
    excess: micros(0),
  });
});

const HERE = "192.0.2.1";
const mine = { direction: "out", mac: "02:00:00:00:00:01" } as const;

/** A is master until 5 s; this host is a backup of priority 100. */
const backup = (): Scenario => host(new Scenario()).fact(10, notify("backup", 100)).adverts(100, 5_100, A, 150, macA);

test("of this host's own takeover the kernel tells the address and keepalived the detection", () => {
  const s = backup()
    .advert(8_710, HERE, 100, mine)
    .fact(8_710.5, added(held(2, VIP)));
  s.announce(8_711, mine.mac, { direction: "out" });
  assert.deepEqual(told(s), [], "keepalived has not called yet");
  s.fact(8_712, notify("master", 100));
  assert.deepEqual(told(s), [`8712 ${A}>${HERE} no_response unplanned | 3.61 3.609375 0.000625 | 5100, 8710 notify, 8710, 8710.5, 8711`]);
});

test("facts that were read before the frames they belong to count as well", () => {
  const s = backup()
    .fact(8_709.8, added(held(2, VIP)))
    .fact(8_709.9, notify("master", 100));
  s.advert(8_710, HERE, 100, mine).announce(8_711, mine.mac, { direction: "out" });
  assert.deepEqual(told(s), [`8711 ${A}>${HERE} no_response unplanned | 3.61 3.609375 0.000625 | 5100, 8709.9 notify, 8710, 8709.8, 8711`]);
  assert.equal(s.engine.snapshot().routers[0]?.failovers.phases.address.sum, 0, "no phase is shorter than nothing");
});

test("facts that arrive after a younger frame do not turn back time", () => {
  const s = backup().advert(8_710, HERE, 100, mine).announce(8_713, mine.mac, { direction: "out" });
  s.fact(8_711, notify("master", 100)).fact(8_712, added(held(2, VIP)));
  assert.deepEqual(told(s), [`8713 ${A}>${HERE} no_response unplanned | 3.61 3.609375 0.000625 | 5100, 8710 notify, 8710, 8712, 8713`]);
});

test("where keepalived never spoke, its call is not waited for", () => {
  const s = host(new Scenario()).adverts(100, 5_100, A, 150, macA).advert(8_710, HERE, 100, mine);
  s.announce(8_711, mine.mac, { direction: "out" }).fact(8_712, added(held(2, VIP)));
  assert.deepEqual(told(s), [
    `8712 ${A}>${HERE} no_response unplanned | 3.61 3.609375 0.000625 | 5100, 8709.38 computed, 8710, 8712, 8711`,
  ]);
});

test("an address that stayed here is no part of the takeover", () => {
  const s = host(new Scenario())
    .fact(20, added(held(2, VIP)))
    .adverts(100, 5_100, A, 150, macA)
    .advert(8_710, HERE, 100, mine);
  s.announce(8_711, mine.mac, { direction: "out" });
  assert.deepEqual(told(s), [`8711 ${A}>${HERE} no_response unplanned | 3.61 3.609375 0.000625 | 5100, 8709.38 computed, 8710, -, 8711`]);
});

test("the addresses are there when the last of them is", () => {
  const two = instance({
    addresses: [VIP, "192.0.2.101"].map((address) => ({ address, prefixLength: 24, dev: null, advertised: true, dad: false })),
  });
  const s = host(new Scenario(), 0, [two]).adverts(100, 5_100, A, 150, macA).advert(8_710, HERE, 100, mine);
  s.fact(8_711, added(held(2, VIP))).announce(8_712, mine.mac, { direction: "out" });
  assert.deepEqual(told(s), []);
  s.fact(8_714, added(held(2, "192.0.2.101")));
  assert.deepEqual(told(s), [
    `8714 ${A}>${HERE} no_response unplanned | 3.61 3.609375 0.000625 | 5100, 8709.38 computed, 8710, 8714, 8712`,
  ]);
});

test("an address that does not come is given up with the rest", () => {
  const s = backup().adverts(8_710, 15_710, HERE, 100, mine).idle(16_000);
  assert.deepEqual(told(s), [`14710 ${A}>${HERE} no_response unplanned | 3.61 3.609375 0.000625 | 5100, 8709.38 computed, 8710, -, -`]);
});

test("a link that comes up brings its address", () => {
  const down = { ...eth0, up: false };
  const s = host(new Scenario())
    .adverts(100, 5_100, A, 150, macA)
    .fact(5_200, changed(eth0, down))
    .fact(5_300, added(held(2, VIP)));
  s.fact(8_700, changed(down, eth0)).advert(8_710, HERE, 100, mine).announce(8_711, mine.mac, { direction: "out" });
  assert.equal(ms(failovers(s)[0]?.phases.addressPresent ?? null), "8700");
});

test("what this host is told of another's takeover is no part of it", () => {
  const s = backup()
    .advert(8_710, B, 120, macB)
    .fact(8_710.5, added(held(2, VIP)))
    .fact(8_710.6, notify("master", 100));
  s.announce(8_711, macB.mac);
  const [event] = failovers(s);
  assert.deepEqual([event?.detectedBy, event?.phases.addressPresent], ["computed", null]);
});
