import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Engine } from "../../src/core/engine.ts";
import type { Event } from "../../src/core/events.ts";
import type { HostFact } from "../../src/core/host-facts.ts";
import type { Input } from "../../src/core/input.ts";
import { instant, millis, wallTime } from "../../src/lib/time.ts";
import { rejectReasons } from "../../src/wire/decoded.ts";
import { advertInput, EPOCH_US } from "../helpers/scenario.ts";
import { configured, ended, eth0, held, instance, notify, running } from "./host/facts.ts";

const A = ["192.0.2.11", "192.0.2.12", "192.0.2.13"];

/** Steps of a timeline: how long after the one before, and what. */
const step = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 6_000 }), fc.constantFrom(0, 1_000, 4_016, 3_609)),
  what: fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant("advert" as const),
        source: fc.constantFrom(...A),
        priority: fc.constantFrom(0, 1, 100, 100, 150, 254, 255),
        vrid: fc.constantFrom(51, 52),
        version: fc.constantFrom(2 as const, 3 as const),
        direction: fc.constantFrom("in" as const, "in" as const, "out" as const),
        interval: fc.constantFrom(millis(100), millis(1_000), millis(3_000)),
        interface: fc.constantFrom("eth0", "eth1"),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("claim" as const),
        interface: fc.constantFrom("eth0", "eth1"),
        mac: fc.constantFrom("02:00:00:00:00:01", "00:00:5e:00:01:33", "02:00:00:00:00:0f"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("capture" as const),
        state: fc.constantFrom("deaf" as const, "hearing" as const),
        interface: fc.constantFrom("eth0", null),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("rejected" as const),
        interface: fc.constantFrom("eth0", "eth1"),
        reason: fc.constantFrom(...rejectReasons),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("gap" as const),
        interface: fc.constantFrom("eth0", null),
        lengthMs: fc.integer({ min: 0, max: 5_000 }),
      }),
    },
  ),
});

function inputs(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): Input[] {
  let now = 0;
  return steps.map(({ afterMs, what }) => {
    now += afterMs;
    if (what.kind === "advert") {
      const { source, priority, vrid, version, interval, interface: name, direction } = what;
      return advertInput(now, source, priority, { vrid, version, interval, interface: name, direction });
    }
    if (what.kind === "claim") {
      const at = instant(now * 1_000);
      const claim = { family: "ipv4", address: "192.0.2.100", mac: what.mac, linkSource: what.mac, how: "gratuitous_arp" } as const;
      return { kind: "claim", interface: what.interface, direction: "in", at, wall: wallTime(EPOCH_US + at), claim };
    }
    if (what.kind === "rejected") {
      const at = instant(now * 1_000);
      return { ...what, at, wall: wallTime(EPOCH_US + at), partial: { family: "ipv4" } };
    }
    if (what.kind === "gap") {
      const at = instant(now * 1_000);
      return { kind: "gap", interface: what.interface, at, wall: wallTime(EPOCH_US + at), until: instant(at + what.lengthMs * 1_000) };
    }
    return { ...what, at: instant(now * 1_000), wall: wallTime(EPOCH_US + now * 1_000) };
  });
}

const options = { maxVirtualRouters: 3, maxSenders: 2, forgetAfter: millis(20_000) };

test("how often time is advanced changes neither the events nor the state", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 20 }), (steps, wakeups) => {
      const timeline = inputs(steps);
      const end = instant((timeline.at(-1)?.at ?? 0) + 60_000_000);
      const seldom = new Engine(options);
      const often = new Engine(options);
      const expected: Event[] = timeline.flatMap((input) => [...seldom.handle(input)]);
      expected.push(...seldom.advance(end));

      const actual: Event[] = [];
      let before = 0;
      for (const [i, input] of timeline.entries()) {
        const ratio = (wakeups[i % wakeups.length] as number) / 1_000;
        const due = often.nextDeadline();
        if (due !== undefined && due <= input.at) actual.push(...often.advance(due));
        actual.push(...often.advance(instant(Math.floor(before + (input.at - before) * ratio))));
        actual.push(...often.handle(input));
        before = input.at;
      }
      for (let t = before; t < end; t += 777_777) actual.push(...often.advance(instant(t)));
      actual.push(...often.advance(end));

      assert.deepEqual(actual, expected);
      assert.deepEqual(plain(often, end), plain(seldom, end));
    }),
    { numRuns: 3000 },
  );
});

test("events come in the order of their instants, and nothing grows past its bound", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const engine = new Engine(options);
      let last = Number.NEGATIVE_INFINITY;
      for (const input of inputs(steps)) {
        for (const event of engine.handle(input)) {
          assert.ok(event.at >= last && event.at <= input.at);
          last = event.at;
        }
        const { routers } = engine.snapshot();
        assert.ok(routers.length <= 3);
        for (const router of routers) {
          assert.ok(router.senders.length <= 2);
          assert.ok(router.master === null || router.senders.includes(router.master), "the master is never evicted");
          assert.ok(router.master === null || router.master.claims, "a master claims");
        }
      }
    }),
    { numRuns: 3000 },
  );
});

test("nextDeadline is never later than the next event that only time brings", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const engine = new Engine(options);
      for (const input of inputs(steps)) engine.handle(input);
      for (let i = 0; i < 50; i++) {
        const due = engine.nextDeadline();
        const far = instant((engine.snapshot().now as number) + 600_000_000);
        if (due === undefined) {
          assert.deepEqual(engine.advance(far), []);
          return;
        }
        assert.deepEqual(engine.advance(instant(due - 1)), []);
        engine.advance(due);
      }
    }),
    { numRuns: 300 },
  );
});

/** Views without the class identity of what they hold. */
const plain = (engine: Engine, now: ReturnType<typeof instant>): unknown =>
  JSON.parse(JSON.stringify(engine.snapshot(now), (_, value: unknown) => (value instanceof Map ? [...value] : value)));

/** Facts of a host that come at any time, true or not. */
const anyFact: fc.Arbitrary<HostFact> = fc.oneof(
  fc.constantFrom("192.0.2.100", "192.0.2.200").chain((address) =>
    fc.record({
      kind: fc.constant("addresses" as const),
      changes: fc.array(
        fc.record({
          kind: fc.constantFrom("added" as const, "removed" as const),
          address: fc.constantFrom(held(2, address), held(3, address, { dadFailed: true })),
          before: fc.constant(null),
        }),
        { maxLength: 3 },
      ),
    }),
  ),
  fc.record({ kind: fc.constant("links" as const), changes: fc.constant([{ kind: "added" as const, link: eth0, before: null }]) }),
  fc
    .constantFrom("master", "backup", "fault", "stop", "deleted", "master_priority")
    .chain((event) => fc.constantFrom(notify(event as "master", 100), notify(event as "master", 70, { name: "VI_2" }))),
  fc.constantFrom(configured([instance()]), configured([]), configured([instance({ vrid: 52, interface: "eth1", addresses: [] })])),
  fc.constantFrom<HostFact>(running(0), running(5_000), ended(0), { kind: "keepalived_process", process: null }),
);

/** What a host adds to an event of the wire is left out. */
const ofWire = ({ suspect: _suspect, ...event }: Event & { readonly suspect?: unknown }): unknown => event;
const hostKinds = new Set(["router_state_changed", "effective_priority_changed", "address_changed"]);

const isCondition = (kind: Event["kind"]): boolean => kind === "condition_raised" || kind === "condition_cleared";

/** What the wire alone knows of the failovers, by virtual router: this host adds to them, and so delays them. */
const failoversOf = (events: readonly Event[]): readonly unknown[] =>
  events
    .filter((event) => event.kind === "failover")
    .sort((a, b) => (a.router.interface ?? "").localeCompare(b.router.interface ?? "") || a.router.vrid - b.router.vrid)
    .map(({ router, from, to, reason, planned, gap, inevitable, excess, phases: { lastAdvert, firstAdvert } }) =>
      JSON.stringify({ router, from, to, reason, planned, gap, inevitable, excess, lastAdvert, firstAdvert }),
    );

/** A full table lets in what this host runs itself before anything else: see flood.test.ts. */
const roomy = { ...options, maxVirtualRouters: 16 };

test("facts of the host change nothing of what the wire tells, and never throw", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(fc.tuple(fc.nat({ max: 40 }), anyFact), { maxLength: 30 }), (steps, facts) => {
      const timeline = inputs(steps);
      const alone = new Engine(roomy);
      const joined = new Engine(roomy);
      const expected = timeline.flatMap((input) => [...alone.handle(input)]);
      const end = instant((timeline.at(-1)?.at ?? 0) + 6_000_000);
      expected.push(...alone.advance(end));
      const all: Event[] = [];
      const actual = timeline.flatMap((input, i) => {
        const told = facts
          .filter(([index]) => index === i)
          .flatMap(([, fact]) => [...joined.handleHost({ ...fact, at: input.at, wall: input.wall })]);
        assert.ok(told.every(({ kind }) => hostKinds.has(kind) || kind === "failover" || isCondition(kind)));
        const heard = joined.handle(input);
        all.push(...told, ...heard);
        return heard.filter(({ kind }) => !hostKinds.has(kind));
      });
      const last = joined.advance(end);
      all.push(...last);
      actual.push(...last.filter(({ kind }) => !hostKinds.has(kind)));
      // What is wrong, and why, may be known by the host alone.
      const notFailover = ({ kind }: Event): boolean => kind !== "failover" && !isCondition(kind);
      assert.deepEqual(actual.filter(notFailover).map(ofWire), expected.filter(notFailover).map(ofWire));
      assert.deepEqual(failoversOf(all), failoversOf(expected));
      const { host, ...wire } = joined.snapshot();
      assert.equal(wire.routers.length, alone.snapshot().routers.length);
      for (const { id, wire: heard, vips, instance: named } of host.routers) {
        assert.ok(heard !== null || named !== null, "nothing is kept that nobody speaks of");
        assert.equal(heard === null || heard.id.vrid === id.vrid, true);
        assert.equal(new Set(vips.map(({ address }) => address)).size, vips.length);
      }
    }),
    { numRuns: 500 },
  );
});
