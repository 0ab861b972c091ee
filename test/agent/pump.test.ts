import assert from "node:assert/strict";
import { test } from "node:test";
import { Pump } from "../../src/agent/pump.ts";
import { Engine } from "../../src/core/engine.ts";
import type { Event } from "../../src/core/events.ts";
import { toSeconds, wallTime } from "../../src/lib/time.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { advertFrame, makeFrame } from "../helpers/packets.ts";
import { RingSource } from "../helpers/ring-source.ts";

/** protocol facts, appendix A4: VRRPv3 over IPv4 from 192.0.2.1, VRID 51, priority 100, every 0.5 s. */
const ADVERT = Uint8Array.from(
  "01005e000012020000000001080045c00020000100 00ff701899c0000201e000001231336401003205a4c0000264".replaceAll(" ", "").match(/../g) ?? [],
  (hex) => Number.parseInt(hex, 16),
);

function setUp(): {
  clock: FakeClock;
  source: RingSource;
  pump: Pump;
  engine: Engine;
  events: Event[];
  pauses: number[];
  seen: () => string[];
} {
  const clock = new FakeClock();
  const source = new RingSource(clock);
  const engine = new Engine();
  const events: Event[] = [];
  const pauses: number[] = [];
  const pump = new Pump({
    engine,
    clock,
    sink: (event) => events.push(event),
    paused: (d) => pauses.push(toSeconds(d)),
    dropped: () => {},
    hearing: () => {},
  });
  pump.start(source);
  const seen = (): string[] =>
    events.map((e) => `${e.at / 1_000} ${e.kind === "master_changed" ? `${e.from ?? "-"}>${e.to ?? "-"}` : e.kind}`);
  return { clock, source, pump, engine, events, pauses, seen };
}

/** The master advertises every 0.5 s up to `untilMs`, each advert delivered as it comes. */
function advertise(clock: FakeClock, source: RingSource, fromMs: number, untilMs: number): void {
  for (let t = fromMs; t <= untilMs; t += 500) {
    clock.runTo(t);
    source.arrive(ADVERT);
    source.drain();
  }
}

/** When a master that was last heard at `ms` is given up: 3 x 0.5 s + 255/256 x 0.5 s + 20 ms later. */
const expiry = (ms: number): number => (ms * 1_000 + 2_018_046) / 1_000;

test("the master's loss is reported by the timer, without any packet", () => {
  const { clock, source, seen } = setUp();
  advertise(clock, source, 0, 2_000);
  clock.runTo(4_000);
  assert.deepEqual(seen().slice(2), []);
  clock.runTo(4_100);
  assert.deepEqual(seen().slice(2), [`${expiry(2_000)} 192.0.2.1>-`, `${expiry(2_000)} condition_raised`]);
});

test("frames that wait in the ring when the timer fires are heard before time passes", () => {
  const { clock, source, seen } = setUp();
  advertise(clock, source, 0, 2_000);
  for (const t of [2_500, 3_000, 3_500, 4_000]) {
    clock.runTo(t);
    source.arrive(ADVERT); // nobody delivers it: the loop is busy elsewhere
  }
  clock.runTo(4_100);
  assert.deepEqual(seen().slice(2), []);
});

test("a process that stood still concludes nothing from the silence, and does so a master-down time later", () => {
  const { clock, source, seen, pauses } = setUp();
  advertise(clock, source, 0, 2_000);
  clock.freezeTo(12_000);
  clock.runTo(13_900);
  assert.deepEqual(seen().slice(2), []);
  assert.equal(pauses.length, 1);
  assert.ok((pauses[0] as number) > 9);
  clock.runTo(14_100);
  assert.equal(seen()[2], `${expiry(12_000)} 192.0.2.1>-`);
});

test("a paused host whose master went on sees no change", () => {
  const { clock, source, seen } = setUp();
  advertise(clock, source, 0, 2_000);
  clock.freezeTo(12_000);
  advertise(clock, source, 12_100, 20_100);
  assert.deepEqual(seen().slice(2), []);
});

test("drops put the conclusion off by a master-down time", () => {
  const { clock, source, seen } = setUp();
  advertise(clock, source, 0, 2_000);
  clock.runTo(3_900);
  source.sink?.dropped(17);
  clock.runTo(5_800);
  assert.deepEqual(seen().slice(2), []);
  clock.runTo(6_000);
  assert.equal(seen()[2], `${expiry(3_900)} 192.0.2.1>-`);
});

for (const step of [3_600_000, -3_600_000])
  test(`a wall clock stepped by ${step / 1_000} s raises nothing, and a loss right after it is reported in time`, () => {
    const { clock, source, seen, events } = setUp();
    advertise(clock, source, 0, 2_000);
    clock.stepWall(step);
    advertise(clock, source, 2_500, 4_000);
    assert.deepEqual(seen().slice(2), []);
    clock.runTo(6_100);
    assert.equal(seen()[2], `${expiry(4_000)} 192.0.2.1>-`);
    assert.equal(events[2]?.wall, wallTime(clock.wall() - (clock.now() - (events[2]?.at ?? 0))), "shown in the new wall time");
  });

test("an interface that is deaf proves nothing until it has been heard for a master-down time", () => {
  const { clock, source, events, seen } = setUp();
  advertise(clock, source, 0, 2_000);
  source.sink?.hearing("eth0", "deaf", "link down");
  clock.runTo(60_000);
  source.sink?.hearing("eth0", "hearing", "link up");
  clock.runTo(61_900);
  assert.deepEqual(seen().slice(2), ["12000 condition_raised", "59988 condition_cleared"]);
  assert.ok(events.every((e) => e.kind !== "condition_raised" || e.condition === "capture_blind"));
  clock.runTo(62_200);
  assert.equal(seen().length, 6);
});

test("a scrape that comes first after a pause concludes nothing from it", () => {
  const { clock, source, pump, seen, pauses } = setUp();
  advertise(clock, source, 0, 2_000);
  clock.freezeTo(62_000);
  pump.catchUp();
  assert.deepEqual(seen().slice(2), []);
  assert.equal(pauses.length, 1);
});

test("a link event that comes first after a pause concludes nothing from it", () => {
  const { clock, source, seen } = setUp();
  advertise(clock, source, 0, 2_000);
  clock.freezeTo(62_000);
  source.sink?.hearing("eth1", "deaf", "link down");
  assert.deepEqual(seen().slice(2), []);
});

test("the adverts of senders with different passwords reach the engine with different tags", () => {
  const { pump, engine } = setUp();
  for (const [source, password] of [
    ["192.0.2.1", "abcdefgh"],
    ["192.0.2.2", "cdabefgh"],
  ] as const)
    pump.frame(makeFrame(advertFrame({ version: 2, authType: 1, source, password }), { interface: "eth0" }));
  const tags = engine.snapshot().routers[0]?.senders.map((sender) => sender.lastAdvert.passwordTag) ?? [];
  assert.deepEqual(
    tags.map((tag) => typeof tag),
    ["number", "number"],
  );
  assert.notEqual(tags[0], tags[1]);
});

test("where frames come late, nothing is concluded before they can have come", () => {
  const { clock, source, seen } = setUp();
  // Every 0.5 s an advert, that waits for 0.4 s until its host has a moment for it.
  for (let at = 500; at <= 6_000; at += 500) {
    clock.runTo(at + 400);
    source.arrive(ADVERT, at);
    source.drain();
  }
  const due = 6_000 + 4 * 500;
  clock.runTo(due + 200);
  assert.deepEqual(seen().slice(2), []);
  clock.runTo(due + 1_100);
  assert.equal(seen().length, 4);
});

test("a sink that asks for the latest state while events are handed out lets none overtake another", () => {
  const clock = new FakeClock();
  const source = new RingSource(clock);
  const engine = new Engine();
  const vrids = [51, 52, 53];
  const advertise = (): void => {
    for (const vrid of vrids) source.arrive(advertFrame({ vrid, interval: 50 }));
  };
  const told: string[] = [];
  const pump: Pump = new Pump({
    engine,
    clock,
    sink: (event) => {
      if (event.kind !== "condition_raised" && event.kind !== "condition_cleared") return;
      // The masters are back while their loss is told.
      if (told.length === 0) advertise();
      pump.catchUp();
      told.push(`${event.kind} ${event.router.vrid}`);
    },
    paused: () => {},
    dropped: () => {},
    hearing: () => {},
  });
  pump.start(source);
  for (let t = 0; t <= 2_000; t += 500) {
    clock.runTo(t);
    advertise();
    source.drain();
  }
  clock.runTo(4_200);
  assert.deepEqual(told, [...vrids.map((vrid) => `condition_raised ${vrid}`), ...vrids.map((vrid) => `condition_cleared ${vrid}`)]);
});

test("a sink that fails does not keep the pump from catching up later", () => {
  const clock = new FakeClock();
  const source = new RingSource(clock);
  let fails = true;
  const pump = new Pump({
    engine: new Engine(),
    clock,
    sink: () => {
      if (fails) throw new Error("a sink that fails");
    },
    paused: () => {},
    dropped: () => {},
    hearing: () => {},
  });
  pump.start(source);
  source.arrive(ADVERT);
  assert.throws(() => pump.catchUp(), /a sink that fails/);
  fails = false;
  source.arrive(ADVERT);
  pump.catchUp();
  assert.equal(source.overflow(), 0, "nothing waits in the ring");
});

test("where nothing is heard and nothing is due, the engine's time goes on", () => {
  const { clock, source, engine } = setUp();
  source.sink?.hearing("eth0", "hearing", "link up");
  for (const ms of [10_000, 60_000, 600_000]) {
    clock.runTo(ms);
    const behind = clock.now() / 1_000 - engine.now / 1_000;
    assert.ok(behind > 0 && behind < 4_000, `${behind} ms behind`);
  }
});
