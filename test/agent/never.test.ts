import assert from "node:assert/strict";
import { test } from "node:test";
import { Pump } from "../../src/agent/pump.ts";
import { Engine } from "../../src/core/engine.ts";
import type { Event } from "../../src/core/events.ts";
import { type Line, stories } from "../core/ordinary-life.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { advertFrame } from "../helpers/packets.ts";
import { RingSource } from "../helpers/ring-source.ts";

const alarming = new Set(["split_brain", "no_master", "flapping"]);

const frameOf = ({ source, priority, spec }: Line): Uint8Array =>
  advertFrame({
    source,
    priority,
    version: spec.version ?? 3,
    interval: (spec.interval ?? 1_000_000) / (spec.version === 2 ? 1_000_000 : 10_000),
    mac: spec.mac ?? "02:00:00:00:00:01",
    ipId: spec.ipId ?? 1,
  });

class Agent {
  readonly clock = new FakeClock();
  readonly source = new RingSource(this.clock);
  readonly events: Event[] = [];

  constructor() {
    const pump = new Pump({
      engine: new Engine(),
      clock: this.clock,
      sink: (event) => this.events.push(event),
      paused: () => {},
      dropped: () => {},
      hearing: () => {},
    });
    pump.start(this.source);
  }

  hear(lines: readonly Line[]): this {
    for (const line of lines) {
      this.clock.runTo(line.atMs);
      this.source.arrive(frameOf(line), line.atMs);
      this.source.drain();
    }
    return this;
  }

  /** Stands still from `fromMs` to `untilMs`, while these come. */
  freeze(fromMs: number, untilMs: number, lines: readonly Line[]): this {
    this.clock.runTo(fromMs);
    for (const line of lines) this.source.arrive(frameOf(line), line.atMs);
    this.clock.freezeTo(untilMs);
    return this;
  }

  alarms(): string[] {
    return this.events
      .filter((event) => event.kind === "condition_raised" && alarming.has(event.condition))
      .map((event) => `${event.at / 1_000} ${event.kind === "condition_raised" ? event.condition : ""}`);
  }
}

const all = (
  [
    [3, 1_000],
    [3, 100],
    [2, 1_000],
  ] as const
).flatMap(([version, ms]) => stories(version, ms).map((story) => ({ ...story, ms })));

/** Each advert of each story, from just before which the agent stands still. */
function* stops(lengthMs: number) {
  for (const { name, lines, ms } of all)
    for (const [i, { atMs }] of lines.entries()) {
      const until = atMs - 0.05 + lengthMs;
      const rest = lines.slice(i);
      const after = rest.findIndex((line) => line.atMs > until);
      const during = after < 0 ? rest : rest.slice(0, after);
      yield {
        name: `every ${ms} ms, ${name}, from advert ${i}`,
        before: lines.slice(0, i),
        from: atMs - 0.05,
        until,
        during,
        after: after < 0 ? [] : rest.slice(after),
      };
    }
}

for (const lengthMs of [2_000, 6_000]) {
  test(`a loop that was blocked for ${lengthMs / 1_000} s hears later what came meanwhile, and raises nothing`, () => {
    for (const { name, before, from, until, during, after } of stops(lengthMs))
      assert.deepEqual(new Agent().hear(before).freeze(from, until, during).hear(after).alarms(), [], name);
  });

  test(`a host that was paused for ${lengthMs / 1_000} s has missed what came meanwhile, and raises nothing`, () => {
    for (const { name, before, from, until, after } of stops(lengthMs))
      assert.deepEqual(new Agent().hear(before).freeze(from, until, []).hear(after).alarms(), [], name);
  });
}

for (const hours of [1, -1])
  test(`a wall clock that is set by ${hours} h raises nothing wherever that happens, and a loss right after it is told in time`, () => {
    for (const { name, lines } of all)
      for (const i of lines.keys()) {
        const agent = new Agent().hear(lines.slice(0, i));
        agent.clock.stepWall(hours * 3_600_000);
        agent.hear(lines.slice(i));
        assert.deepEqual(agent.alarms(), [], `${name}, before advert ${i}`);
      }
    const agent = new Agent().hear(stories(3, 1_000)[0]?.lines.slice(0, 6) ?? []);
    agent.clock.stepWall(hours * 3_600_000);
    const last = stories(3, 1_000)[0]?.lines[5]?.atMs ?? 0;
    agent.clock.runTo(last + 4_100);
    assert.deepEqual(agent.alarms(), [`${last + 4_016.093} no_master`]);
  });
