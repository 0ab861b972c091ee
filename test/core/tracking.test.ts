import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConditionSettings } from "../../src/core/conditions/settings.ts";
import { millis } from "../../src/lib/time.ts";
import { Scenario } from "../helpers/scenario.ts";

const A = "192.0.2.11";
const B = "192.0.2.12";
const C = "192.0.2.13";

/** Instants are milliseconds; VRRPv3 with 1 s unless a test says otherwise. */
const table: readonly { name: string; run: (s: Scenario) => Scenario; changes: readonly string[] }[] = [
  {
    name: "the first advert makes its sender master, without a gap",
    run: (s) => s.adverts(0, 5_000, A, 150),
    changes: [`0 ->${A} initial`],
  },
  {
    name: "a resignation is followed by the backup: priority_zero, gap from the resignation",
    run: (s) => s.adverts(0, 3_000, A, 150).advert(3_400, A, 0).adverts(4_010, 8_000, B, 100),
    changes: [`0 ->${A} initial`, `4010 ${A}>${B} priority_zero 0.61`],
  },
  {
    name: "two resignations in the same millisecond (FAULT of keepalived) are one",
    run: (s) => s.adverts(0, 3_000, A, 150).advert(3_400, A, 0).advert(3_400.3, A, 0).adverts(4_010, 8_000, B, 100),
    changes: [`0 ->${A} initial`, `4010 ${A}>${B} priority_zero 0.6097`],
  },
  {
    name: "silence for the master-down time of the newcomer is no_response",
    run: (s) => s.adverts(0, 3_000, A, 150).adverts(6_610, 9_000, B, 100),
    changes: [`0 ->${A} initial`, `6610 ${A}>${B} no_response 3.61`],
  },
  {
    name: "a higher claim takes over from a living master: preempted",
    run: (s) => s.adverts(0, 3_000, B, 100).adverts(3_500, 8_000, A, 150),
    changes: [`0 ->${B} initial`, `3500 ${B}>${A} preempted 0.5`],
  },
  {
    name: "equal priority goes to the higher address",
    run: (s) => s.adverts(0, 3_000, A, 100).adverts(3_500, 8_000, B, 100),
    changes: [`0 ->${A} initial`, `3500 ${A}>${B} preempted 0.5`],
  },
  {
    name: "a master that lowers its priority is taken over by what is now higher",
    run: (s) => s.adverts(0, 3_000, A, 150).adverts(4_000, 6_000, A, 70).adverts(6_610, 9_000, B, 100),
    changes: [`0 ->${A} initial`, `6610 ${A}>${B} preempted 0.61`],
  },
  {
    name: "the loser of an election race is no master",
    run: (s) => s.adverts(0, 3_000, C, 200).advert(3_400, C, 0).advert(4_000, B, 101).advert(4_000.4, A, 100).adverts(5_000, 9_000, B, 101),
    changes: [`0 ->${C} initial`, `4000 ${C}>${B} priority_zero 0.6`],
  },
  {
    name: "during a split the lower claim changes nothing, nor does its end",
    run: (s) => {
      for (let t = 0; t < 20_000; t += 1_000) {
        s.advert(t, A, 150);
        if (t >= 5_000 && t < 12_000) s.advert(t + 400, B, 100);
      }
      return s;
    },
    changes: [`0 ->${A} initial`],
  },
  {
    name: "the survivor of a split becomes master when the other one dies: split_resolved",
    run: (s) => {
      for (let t = 0; t < 20_000; t += 1_000) {
        if (t < 10_000) s.advert(t, A, 150);
        if (t >= 5_000) s.advert(t + 400, B, 100);
      }
      return s;
    },
    changes: [`0 ->${A} initial`, `13016.093 ${A}>${B} split_resolved`],
  },
  {
    name: "with nobody left the master expires at MDI(1) + 20 ms, and the return says why it was lost",
    run: (s) => s.adverts(0, 3_000, A, 150).adverts(20_000, 22_000, B, 100),
    changes: [`0 ->${A} initial`, `7016.093 ${A}>- no_response`, `20000 ->${B} no_response 17`],
  },
  {
    name: "a resigned master that nobody replaces is lost just as late",
    run: (s) => s.adverts(0, 3_000, A, 150).advert(3_500, A, 0).idle(30_000),
    changes: [`0 ->${A} initial`, `7516.093 ${A}>- priority_zero`],
  },
  {
    name: "a master that resigns and takes it back at once did not change",
    run: (s) => s.adverts(0, 3_000, A, 150).advert(3_500, A, 0).adverts(4_000, 7_000, A, 150),
    changes: [`0 ->${A} initial`],
  },
  {
    name: "the only router returning after its own loss comes from nobody",
    run: (s) => s.adverts(0, 3_000, A, 150).adverts(13_000, 15_000, A, 150),
    changes: [`0 ->${A} initial`, `7016.093 ${A}>- no_response`, `13000 ->${A} no_response 10`],
  },
  {
    name: "the skew of VRRPv2 is a part of a second whatever the interval",
    run: (s) => s.advert(0, A, 150, { version: 2, interval: millis(10_000) }).idle(60_000),
    changes: [`0 ->${A} initial`, `31016.093 ${A}>- no_response`],
  },
  {
    name: "a v3 backup waits for the interval that the master advertises, not its own",
    run: (s) => s.adverts(0, 4_000, A, 150, { interval: millis(2_000) }).advert(11_220, B, 100, { interval: millis(500) }),
    changes: [`0 ->${A} initial`, `11220 ${A}>${B} no_response 7.22`],
  },
  {
    name: "a preempted router that has stepped down silently neither blocks nor inherits the next takeover",
    run: (s) => s.adverts(0, 5_000, B, 90).advert(5_300, A, 100).advert(5_900, A, 0).adverts(6_590, 9_590, C, 80),
    changes: [`0 ->${B} initial`, `5300 ${B}>${A} preempted 0.3`, `6590 ${A}>${C} priority_zero 0.69`],
  },
  {
    name: "a preempted router of a long interval is not master again because the new one died",
    run: (s) =>
      s
        .adverts(0, 40_000, B, 90, { interval: millis(10_000) })
        .adverts(45_000, 50_000, A, 100)
        .idle(80_000),
    changes: [`0 ->${B} initial`, `45000 ${B}>${A} preempted 5`, `54016.093 ${A}>- no_response`],
  },
  {
    name: "its real takeover afterwards is one by silence",
    run: (s) =>
      s
        .adverts(0, 40_000, B, 90, { interval: millis(10_000) })
        .adverts(45_000, 50_000, A, 100)
        .advert(53_648, B, 90, { interval: millis(10_000) }),
    changes: [`0 ->${B} initial`, `45000 ${B}>${A} preempted 5`, `53648 ${A}>${B} no_response 3.648`],
  },
  {
    name: "a takeover of a fast interval may reach us a little early",
    run: (s) => s.adverts(0, 1_000, A, 150, { interval: millis(10) }).advert(1_035.2, B, 90, { interval: millis(10) }),
    changes: [`0 ->${A} initial`, `1035.2 ${A}>${B} no_response 0.0352`],
  },
  {
    name: "a listener that begins with a resignation sees the first master after it",
    run: (s) => s.advert(0, A, 0).adverts(648, 3_648, B, 100),
    changes: [`648 ->${B} initial`],
  },
  {
    name: "a listener that begins with a resignation reports that nobody took over",
    run: (s) => s.advert(0, A, 0).idle(10_000).advert(20_000, B, 100),
    changes: [`4016.093 ${A}>- priority_zero`, `20000 ->${B} priority_zero 20`],
  },
  {
    name: "what happened while the listener was deaf is unknown",
    run: (s) => s.adverts(0, 3_000, A, 150).capture(3_500, "deaf").capture(60_000, "hearing").adverts(60_500, 62_000, B, 100),
    changes: [`0 ->${A} initial`, `60500 ${A}>${B} unknown`],
  },
  {
    name: "a master that goes on after the listener was deaf did not change",
    run: (s) => s.adverts(0, 3_000, A, 150).capture(3_500, "deaf").capture(60_000, "hearing").adverts(60_900, 62_000, A, 150),
    changes: [`0 ->${A} initial`],
  },
  {
    name: "a master lost while the listener was deaf is reported a whole master-down time after it hears again",
    run: (s) => s.adverts(0, 3_000, A, 150).capture(3_500, "deaf").capture(60_000, "hearing").idle(90_000),
    changes: [`0 ->${A} initial`, `64016.093 ${A}>- no_response`],
  },
  {
    name: "a deaf listener concludes nothing",
    run: (s) => s.adverts(0, 3_000, A, 150).capture(3_500, "deaf").idle(3_600_000),
    changes: [`0 ->${A} initial`],
  },
  {
    name: "lost frames put the conclusion off",
    run: (s) => s.adverts(0, 3_000, A, 150).gap(5_000, 6_000).idle(30_000),
    changes: [`0 ->${A} initial`, `10016.093 ${A}>- no_response`],
  },
  {
    name: "a living split is not resolved by lost frames",
    run: (s) => s.adverts(0, 3_000, A, 150).gap(3_100, 4_500).advert(4_000, A, 150).advert(4_600, B, 100).advert(5_000, A, 150),
    changes: [`0 ->${A} initial`],
  },
  {
    name: "three adverts of down_timer_adverts are not five",
    run: (s) => s.adverts(0, 3_000, A, 150).adverts(6_610, 6_610, B, 100).idle(20_000),
    changes: [`0 ->${A} initial`, `9016.093 ${A}>${B} split_resolved`, `12626.093 ${B}>- no_response`],
  },
];

for (const { name, run, changes } of table)
  test(name, () => {
    const options = name.startsWith("three adverts") ? { downTimerAdverts: () => 5 } : {};
    assert.deepEqual(run(new Scenario(options)).masterChanges(), changes);
  });

test("no_master is raised with the expiry and cleared by the next master", () => {
  const s = new Scenario().adverts(0, 3_000, A, 150).adverts(20_000, 20_000, B, 100);
  assert.deepEqual(s.trace().slice(2), [
    `7016.093 ${A}>- no_response`,
    "7016.093 condition_raised no_master",
    `20000 ->${B} no_response 17`,
    "20000 condition_cleared no_master",
  ]);
});

test("a condition that is switched off is neither reported nor judged", () => {
  const s = new Scenario({
    conditions: () => ({ ...defaultConditionSettings, no_master: { enabled: false, severity: "critical", options: {} } }),
  })
    .adverts(0, 3_000, A, 150)
    .idle(20_000);
  assert.ok(!s.trace().some((line) => line.includes("condition")));
  assert.equal(s.engine.snapshot().host.routers[0]?.conditions.holds("no_master"), null);
});

test("a changed priority is reported, a resignation is none", () => {
  const s = new Scenario().advert(0, A, 150).advert(1_000, A, 0).advert(1_200, A, 150).advert(2_000, A, 140);
  assert.deepEqual(
    s.trace().filter((line) => line.includes("->19") === false && line.includes("150")),
    [`2000 ${A} 150->140`],
  );
});

test("both directions are counted, and an advert on its way out makes its sender local", () => {
  const s = new Scenario().advert(0, A, 150, { direction: "out" }).advert(1_000, A, 150, { direction: "out" }).advert(1_100, B, 100);
  const [router] = s.engine.snapshot().routers;
  assert.deepEqual(
    router?.senders.map((x) => [x.source, x.sent, x.received, x.local]),
    [
      [A, 2, 0, true],
      [B, 0, 1, false],
    ],
  );
});

test("missed adverts are counted at the next one and shown as they are missed", () => {
  const s = new Scenario().adverts(0, 3_000, A, 150).idle(5_600);
  const shown = (): (number | undefined)[] => [
    s.engine.snapshot().routers[0]?.consecutiveMissed,
    s.engine.snapshot().routers[0]?.missedAdverts,
  ];
  assert.deepEqual(shown(), [2, 0]);
  s.advert(6_000, A, 150);
  assert.deepEqual(shown(), [0, 2]);
});

test("copies of one advert to several unicast peers are one beat of the cadence", () => {
  const s = new Scenario();
  for (let t = 0; t < 5_000; t += 1_000)
    s.advert(t, A, 150, { destination: "192.0.2.12" }).advert(t + 0.1, A, 150, { destination: "192.0.2.13" });
  const cadence = s.engine.snapshot().routers[0]?.lateness;
  assert.deepEqual(cadence?.counts, [0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test("the IPv4 identification tells lost adverts, restarts and other numbering apart", () => {
  const s = new Scenario();
  for (const [i, id] of [1, 2, 3, 4, 7, 8, 1, 2].entries()) s.advert(i * 1_000, A, 150, { ipId: id });
  for (const [i, id] of [900, 40_000, 12, 31_000].entries()) s.advert(i * 1_000 + 8_000, B, 100, { ipId: id });
  const [a, b] = s.engine.snapshot().routers[0]?.senders ?? [];
  assert.deepEqual([a?.ipId.mode, a?.ipId.lost, a?.ipId.restarts], ["counter", 2, 1]);
  assert.equal(b?.ipId.mode, "irregular");
});

test("the same VRID on another interface, VLAN or family is another virtual router", () => {
  const s = new Scenario()
    .advert(0, A, 150)
    .advert(1, A, 150, { interface: "eth1" })
    .advert(2, A, 150, { vlan: 10 })
    .advert(3, A, 150, { vlan: 10, innerVlan: 5 })
    .advert(4, "fe80::1", 150);
  assert.equal(s.engine.snapshot().routers.length, 5);
});

test("time without and with several masters adds up", () => {
  const s = new Scenario().adverts(0, 3_000, A, 150).advert(3_500, A, 0).adverts(4_100, 6_100, B, 100).advert(6_600, A, 150);
  const [router] = s.idle(9_000).engine.snapshot().routers;
  assert.equal(router?.noMaster, millis(600));
  assert.equal(router?.multipleMaster, millis(1_500)); // B's claim ends 1.5 intervals after it was outranked
});

test("a full table gives the place of who was heard once, never of an established one", () => {
  const s = new Scenario({ maxVirtualRouters: 4 });
  s.advert(0, A, 150, { vrid: 1 }).advert(1_000, A, 150, { vrid: 1 });
  for (let i = 0; i < 100; i++) s.advert(1_001 + i, `198.51.100.${i}`, 255, { vrid: 2 + (i % 200), vlan: 1 + i });
  const { routers, evictions } = s.engine.snapshot();
  assert.equal(routers.length, 4);
  assert.equal(routers.find((r) => r.id.vrid === 1 && r.id.vlan === undefined)?.master?.source, A);
  assert.equal(evictions.virtual_router, 97);
});

test("one virtual router too many is left out, and all others are followed", () => {
  const s = new Scenario({ maxVirtualRouters: 20 });
  for (let t = 0; t < 30_000; t += 1_000) for (let i = 0; i < 21; i++) s.advert(t + i * 40, A, 150, { vrid: 1 + i });
  const { routers } = s.engine.snapshot();
  assert.equal(routers.length, 20);
  assert.equal(routers.filter((r) => (r.senders[0]?.received ?? 0) > 25).length, 20);
  assert.ok(s.events.length < 60, `${s.events.length} events`);
});

test("a virtual router that appears during a flood of invented ones is followed before long", () => {
  const s = new Scenario();
  for (let i = 0; i < 667 * 30; i++) {
    s.advert(i * 1.5, "198.51.100.1", 100, { vrid: 1 + (i % 255), vlan: 1 + (i % 4_093), interval: millis(40_950) });
    if (i % 667 === 333) s.advert(i * 1.5, A, 150);
  }
  const real = s.engine.snapshot().routers.find((r) => r.id.vrid === 51 && r.id.vlan === undefined);
  assert.equal(real?.master?.source, A);
});

test("the outage of a master that returns counts from its own last advert", () => {
  const s = new Scenario().advert(0, B, 100).adverts(1_000, 3_000, A, 150).adverts(13_000, 15_000, A, 150);
  assert.equal(s.masterChanges().at(-1), `13000 ->${A} no_response 13`);
  assert.equal(s.engine.snapshot().routers[0]?.failoverGap.last, millis(10_000));
});

test("an outage that is being reported is not evicted for invented routers", () => {
  const s = new Scenario({ maxVirtualRouters: 8 }).adverts(0, 20_000, A, 150).idle(30_000);
  for (let i = 0; i < 40; i++) for (const t of [0, 100]) s.advert(30_000 + i * 10_000 + t, "198.51.100.1", 100, { vrid: 60 + i });
  const real = s.engine.snapshot().host.routers.find((r) => r.id.vrid === 51);
  assert.equal(real?.conditions.holds("no_master"), true);
  const cleared = s.events.filter((e) => e.kind === "condition_cleared");
  assert.ok(cleared.length > 0 && cleared.every((e) => e.router.vrid !== 51), "evicted ones do not stay raised");
});

test("interfaces that come and go without end deafen nothing else", () => {
  const s = new Scenario({ maxInterfaces: 16 }).adverts(0, 3_000, A, 150);
  for (let i = 0; i < 100; i++) s.capture(3_000 + i, "deaf", `veth${i}`);
  s.adverts(4_000, 6_000, A, 150).advert(4_100, A, 150, { vrid: 52 }).idle(20_000);
  assert.deepEqual(
    s.engine.snapshot().host.routers.map((r) => [r.id.vrid, r.wire?.hearing, r.conditions.holds("no_master")]),
    [
      [51, true, true],
      [52, true, true],
    ],
  );
});

test("after lost frames a weaker advert does not take over from a master that was heard just before", () => {
  const s = new Scenario().adverts(0, 3_000, A, 200).gap(3_100, 3_100).advert(3_200, B, 50).adverts(4_000, 6_000, A, 200);
  assert.deepEqual(s.masterChanges(), [`0 ->${A} initial`]);
});

test("a flood of senders evicts neither the master nor who is established", () => {
  const s = new Scenario().adverts(0, 3_000, A, 250);
  s.advert(3_100, B, 100).advert(3_200, B, 100);
  for (let i = 0; i < 100; i++) s.advert(3_300 + i, `198.51.100.${i}`, 1 + i);
  const { routers, evictions } = s.engine.snapshot();
  const sources = routers[0]?.senders.map((x) => x.source) ?? [];
  assert.equal(sources.length, 8);
  assert.ok(sources.includes(A) && sources.includes(B));
  assert.equal(evictions.sender, 94);
  assert.equal(routers[0]?.master?.source, A);
});

test("what has not been heard for long is forgotten", () => {
  const s = new Scenario({ forgetAfter: millis(60_000) }).adverts(0, 3_000, A, 150).advert(1_000, B, 200).advert(1_100, B, 0).idle(60_000);
  assert.deepEqual(
    s.engine.snapshot().routers[0]?.senders.map((x) => x.source),
    [A, B],
  );
  s.idle(64_000);
  assert.deepEqual(s.engine.snapshot().routers, []);
});

test("an input older than the engine's time counts as late and happens now", () => {
  const s = new Scenario().advert(0, A, 150).advert(1_000, A, 150).advert(999.7, B, 200);
  assert.equal(s.engine.snapshot().lateInputs, 1);
  assert.equal(s.masterChanges().at(-1), `1000 ${A}>${B} preempted 0`);
});
