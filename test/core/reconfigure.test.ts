import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ConditionSetting, ConditionSettings } from "../../src/core/conditions/settings.ts";
import { defaultConditionSettings } from "../../src/core/conditions/settings.ts";
import { Engine } from "../../src/core/engine.ts";
import type { ConditionName, Event, VirtualRouterId } from "../../src/core/events.ts";
import { defaultEngineOptions, type EngineOptions } from "../../src/core/options.ts";
import { instant, millis, wallTime } from "../../src/lib/time.ts";
import { advertInput, EPOCH_US, Scenario } from "../helpers/scenario.ts";
import { configured, eth0, held, instance, notify, running } from "./host/facts.ts";

const A = "192.0.2.1";
const B = "192.0.2.2";
const id: VirtualRouterId = { interface: "eth0", family: "ipv4", vrid: 51 };

/** One condition otherwise than by default. */
const judged = (name: ConditionName, change: Partial<ConditionSetting>): Pick<EngineOptions, "conditions"> => {
  const before = defaultConditionSettings[name];
  const options = { ...before.options, ...change.options };
  const settings: ConditionSettings = { ...defaultConditionSettings, [name]: { ...before, ...change, options } };
  return { conditions: () => settings };
};

const active = (scenario: Scenario): string[] =>
  scenario.engine.snapshot().host.routers.flatMap(({ conditions }) => conditions.active.map(({ condition }) => condition));

const conditionLines = (scenario: Scenario): string[] => scenario.trace().filter((line) => line.includes("condition_"));

test("a condition that is switched off while it is raised ends, says why, and cannot be judged any more", () => {
  const s = new Scenario().adverts(0, 5_000, A, 100).idle(20_000);
  assert.deepEqual(active(s), ["no_master"]);
  s.reconfigure(21_000, judged("no_master", { enabled: false }));
  assert.deepEqual(active(s), []);
  const last = s.events.at(-1);
  assert.ok(last?.kind === "condition_cleared");
  assert.deepEqual(
    [last.condition, last.at, last.resolved, last.summary],
    ["no_master", 21_000_000, true, "switched off in the configuration"],
  );
  assert.equal(s.engine.snapshot().host.routers[0]?.conditions.holds("no_master"), null);
});

test("a condition that is switched on is judged at once by what is known", () => {
  const s = new Scenario(judged("no_master", { enabled: false })).adverts(0, 5_000, A, 100).idle(20_000);
  assert.deepEqual(active(s), []);
  s.reconfigure(21_000, {});
  assert.deepEqual(conditionLines(s), ["21000 condition_raised no_master"]);
});

test("another threshold judges what has happened already", () => {
  const s = new Scenario();
  for (let at = 0; at < 8_000; at += 4_000)
    s.adverts(at, at + 1_000, A, 100)
      .adverts(at + 2_000, at + 3_000, B, 200)
      .advert(at + 3_500, B, 0);
  assert.ok(!active(s).includes("flapping"));
  s.reconfigure(8_000, judged("flapping", { options: { changes: 2 } }));
  assert.ok(active(s).includes("flapping"), s.trace().join("\n"));
  s.reconfigure(8_001, judged("flapping", { options: { changes: 900 } }));
  assert.ok(!active(s).includes("flapping"));
});

test("masters, counters and raised conditions are not touched by options that do not concern them", () => {
  const make = (): Scenario => new Scenario().adverts(0, 5_000, A, 100).adverts(5_100, 9_100, B, 200).adverts(5_200, 9_200, A, 100);
  const [untouched, touched] = [make(), make()];
  touched.reconfigure(9_200, { expected: () => ({ addresses: [], instance: null }), forgetAfter: millis(3_600_000) });
  const plain = (s: Scenario): unknown =>
    JSON.parse(JSON.stringify(s.engine.snapshot().routers, (_, value: unknown) => (value instanceof Map ? [...value] : value)));
  assert.deepEqual(plain(touched), plain(untouched));
  assert.deepEqual(active(touched), active(untouched));
  assert.deepEqual(touched.idle(60_000).trace(), untouched.idle(60_000).trace());
});

test("another down_timer_adverts moves when a silent master is lost, and what is over by it is lost at that instant", () => {
  const s = new Scenario().adverts(0, 5_000, A, 100).reconfigure(5_500, { downTimerAdverts: () => 10 });
  assert.deepEqual(s.idle(14_000).masterChanges(), ["0 ->192.0.2.1 initial"]);
  s.reconfigure(14_000, { downTimerAdverts: () => 3 }).idle(14_000);
  assert.deepEqual(s.masterChanges().at(-1), "14000 192.0.2.1>- no_response");
});

test("senders that may not send are found among those that are known, and forgiven again", () => {
  const s = new Scenario().adverts(0, 5_000, A, 100).reconfigure(5_100, { allowedSenders: () => [B] });
  assert.ok(active(s).includes("unauthorized_sender"));
  s.reconfigure(5_200, { allowedSenders: () => [A] });
  assert.ok(!active(s).includes("unauthorized_sender"));
});

test("a virtual router that is named in full is there from then on, and gone when it is not named any more", () => {
  const expected = { expectedRouters: [id], expected: () => ({ addresses: ["192.0.2.100"], instance: "VI_1" }) };
  const s = new Scenario();
  s.fact(0, { kind: "links", changes: [{ kind: "added", link: eth0, before: null }] });
  s.fact(0, { kind: "addresses", changes: [{ kind: "added", address: held(2, "192.0.2.100"), before: null }] });
  const keys = (): string[] =>
    s.engine.snapshot().host.routers.map((r) => `${r.id.vrid} ${r.instance?.name} ${r.vips.map((v) => v.present)}`);
  assert.deepEqual(keys(), []);
  s.reconfigure(1_000, expected);
  assert.deepEqual(keys(), ["51 VI_1 true"]);
  s.reconfigure(2_000, { ...expected, expected: () => ({ addresses: ["192.0.2.100"], instance: "VI_2" }) });
  assert.deepEqual(keys(), ["51 VI_2 true"]);
  s.reconfigure(3_000, {});
  assert.deepEqual(keys(), []);
  assert.deepEqual(
    s.engine.snapshot().host.instances.map(({ name }) => name),
    [],
  );
});

test("an instance goes from one virtual router to another, whichever is looked at first", () => {
  const other: VirtualRouterId = { ...id, vrid: 52 };
  const assigned = (owner: VirtualRouterId): Partial<EngineOptions> => ({
    expectedRouters: [id, other],
    expected: (asked) => ({ addresses: [], instance: asked.vrid === owner.vrid ? "VI_1" : null }),
  });
  const s = new Scenario(assigned(id)).fact(0, running(0)).fact(10, notify("master"));
  const owner = (): unknown => s.engine.snapshot().host.routers.flatMap((r) => (r.instance === null ? [] : [r.id.vrid]));
  assert.deepEqual(owner(), [51]);
  s.reconfigure(100, assigned(other));
  assert.deepEqual(owner(), [52]);
  s.reconfigure(200, assigned(id));
  assert.deepEqual(owner(), [51]);
  assert.equal(s.engine.snapshot().host.instances[0]?.state, "master");
});

test("what keepalived.conf says of an instance is not undone by what the user says", () => {
  const s = new Scenario()
    .fact(0, running(0))
    .fact(1, configured([instance()]))
    .fact(10, notify("master"));
  s.reconfigure(100, { expected: () => ({ addresses: [], instance: "VI_9" }) });
  const [router] = s.engine.snapshot().host.routers;
  assert.equal(router?.instance?.name, "VI_1");
  assert.equal(router?.instance?.state, "master");
});

test("what was heard on an interface that is not listened on any more is forgotten, and nothing is said to be over", () => {
  const s = new Scenario().adverts(0, 3_000, A, 100).adverts(3_100, 3_100, B, 100, { interface: "eth1" }).idle(20_000);
  assert.ok(active(s).includes("no_master"));
  s.reconfigure(21_000, {}, ["eth0"]);
  const { routers, host } = s.engine.snapshot();
  assert.deepEqual([routers.length, host.routers.length, routers[0]?.id.interface], [1, 1, "eth1"]);
  const last = s.events.findLast((event) => event.kind === "condition_cleared");
  assert.ok(last?.kind === "condition_cleared" && !last.resolved);
  const before = s.events.length;
  const later = s.idle(7_200_000).events.slice(before);
  assert.deepEqual(
    later.filter(({ router }) => router?.interface === "eth0"),
    [],
  );
});

const variants: readonly Partial<EngineOptions>[] = [
  {},
  { downTimerAdverts: () => 6 },
  { downTimerAdverts: () => 1, forgetAfter: millis(10_000) },
  judged("no_master", { enabled: false }),
  judged("flapping", { options: { changes: 2 } }),
  judged("slow_adverts", { severity: "critical" }),
  { allowedSenders: () => [A] },
  { expectedRouters: [id], expected: () => ({ addresses: ["192.0.2.100"], instance: "VI_1" }) },
];

const step = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 6_000 }), fc.constantFrom(0, 1_000, 3_609)),
  what: fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        source: fc.constantFrom(A, B),
        priority: fc.constantFrom(0, 100, 150, 255),
        vrid: fc.constantFrom(51, 52),
        interface: fc.constantFrom("eth0", "eth1"),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ options: fc.integer({ min: 0, max: variants.length - 1 }), abandoned: fc.constantFrom([], [], ["eth1"]) }),
    },
  ),
});

test("how often time is advanced between changes of the options changes no event", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 20 }), (steps, wakeups) => {
      let now = 0;
      const inputs = steps.map(({ afterMs, what }) => {
        now += afterMs;
        const at = instant(now * 1_000);
        return { at, apply: (engine: Engine): readonly Event[] => applied(engine, at, what) };
      });
      const end = instant(now * 1_000 + 60_000_000);
      const [seldom, often] = [new Engine(), new Engine()];
      const expected = [...inputs.flatMap(({ apply }) => [...apply(seldom)]), ...seldom.advance(end)];

      const actual: Event[] = [];
      let before = 0;
      for (const [i, { at, apply }] of inputs.entries()) {
        const ratio = (wakeups[i % wakeups.length] as number) / 1_000;
        const due = often.nextDeadline();
        if (due !== undefined && due <= at) actual.push(...often.advance(due));
        actual.push(...often.advance(instant(Math.floor(before + (at - before) * ratio))), ...apply(often));
        before = at;
      }
      for (let t = before; t < end; t += 777_777) actual.push(...often.advance(instant(t)));
      actual.push(...often.advance(end));
      assert.deepEqual(actual, expected);
    }),
    { numRuns: 500 },
  );
});

function applied(engine: Engine, at: ReturnType<typeof instant>, what: typeof step extends fc.Arbitrary<{ what: infer T }> ? T : never) {
  if ("source" in what) {
    const { source, priority, ...spec } = what;
    return engine.handle(advertInput(at / 1_000, source, priority, spec));
  }
  const options = { ...defaultEngineOptions, ...variants[what.options] };
  return engine.reconfigure(options, at, wallTime(EPOCH_US + at), what.abandoned);
}
