import fc from "fast-check";
import type { SpeakerConfig } from "../../helpers/keepalived-model/speaker-config.ts";
import { type Step, speaker, type WorldSpec } from "../../helpers/keepalived-model/world-spec.ts";

/**
 * `peaceful`: whatever befalls speakers that agree and a network that loses packets at random.
 * `parted`: the network also cuts speakers off from each other. `quarrelling`: their configurations differ, or come to.
 */
export type Mood = "peaceful" | "parted" | "quarrelling";

const INTERVALS = { 2: [1_000_000, 2_000_000], 3: [100_000, 1_000_000, 3_000_000] } as const;

/** Positions in a world are in hundredths of its advert interval, so that worlds of all intervals are alike. */
const LENGTH = 5_000;
const position = fc.integer({ min: 0, max: LENGTH - 500 });
const length = fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 100, max: 1_500 }));
const priority = fc.constantFrom(100, 100, 101, 90, 90, 89, 150, 254, 1);

const difference = fc.constantFrom(
  { password: "another" },
  { addresses: ["192.0.2.101"] },
  { addresses: ["192.0.2.100", "192.0.2.101"] },
  { version: "other" as const },
  { interval: "double" as const },
);
type Difference = typeof difference extends fc.Arbitrary<infer T> ? T : never;

/** A step with positions instead of times, and a difference instead of a configuration. */
function step(mood: Mood, speakers: number) {
  const who = fc.nat({ max: speakers - 1 });
  const of = <const K extends string>(kind: K) => fc.constant(kind);
  const peaceful = [
    fc.record({
      do: fc.constantFrom("stop" as const, "crash" as const, "fault" as const, "recover" as const, "start" as const),
      who,
      at: position,
    }),
    fc.record({ do: of("priority"), who, at: position, priority }),
    fc.record({ do: of("reload"), who, at: position, difference: fc.constant<Difference | null>(null) }),
    fc.record({ do: of("pause"), who, at: position, length, keeping: fc.boolean() }),
    fc.record({ do: fc.constantFrom("gap" as const, "deaf" as const), at: position, length }),
  ] as const;
  const cut = fc.record({ do: of("cut"), who, other: who, at: position, length, bothWays: fc.boolean() });
  const differ = fc.record({ do: of("reload"), who, at: position, difference: fc.option(difference) });
  if (mood === "parted") return fc.oneof({ weight: 5, arbitrary: cut }, ...peaceful.map((arbitrary) => ({ weight: 1, arbitrary })));
  if (mood === "quarrelling") return fc.oneof({ weight: 4, arbitrary: differ }, ...peaceful.map((arbitrary) => ({ weight: 1, arbitrary })));
  return fc.oneof(...peaceful);
}

const config = fc.record({
  priority,
  nopreempt: fc.boolean(),
  preemptDelay: fc.constantFrom(0, 0, 0, 500),
  lowerPrioNoAdvert: fc.constantFrom(false, false, false, true),
  higherPrioSendAdvert: fc.constantFrom(false, false, false, true),
});

/** Any world of that mood. */
export function world(mood: Mood): fc.Arbitrary<WorldSpec> {
  return fc.record({ speakers: fc.constantFrom(2, 3), version: fc.constantFrom(2 as const, 3 as const) }).chain(({ speakers, version }) =>
    fc
      .record({
        interval: fc.constantFrom(...INTERVALS[version]),
        configs: fc.array(config, { minLength: speakers, maxLength: speakers }),
        differences: fc.array(fc.option(difference, { freq: 1 }), { minLength: speakers, maxLength: speakers }),
        clocks: fc.array(fc.constantFrom(1, 1, 0.99, 1.01), { minLength: speakers, maxLength: speakers }),
        starts: fc.array(fc.constantFrom(0, 0, 0, 10, 700), { minLength: speakers, maxLength: speakers }),
        steps: fc.array(step(mood, speakers), { maxLength: mood === "peaceful" ? 8 : 6 }),
        loss: fc.constantFrom(0, 0, 0, 0.01, 0.1),
        listenerLoss: fc.constantFrom(0, 0, 0, 0.01, 0.1),
        scheduling: fc.constantFrom("none" as const, "idle" as const, "busy" as const),
        listenFrom: fc.constantFrom(0, 0, 0, 650, 1_234),
        seed: fc.nat({ max: 999_999 }),
      })
      .map(({ interval, configs, differences, clocks, starts, steps, loss, listenerLoss, scheduling, listenFrom, seed }) => {
        const time = (at: number): number => Math.round((at * interval) / 100);
        const plain: Partial<SpeakerConfig> = { version, interval, addresses: ["192.0.2.100"], password: "secret" };
        const changed = (it: Difference | null | undefined): Partial<SpeakerConfig> => {
          if (it === null || it === undefined) return plain;
          if ("interval" in it) return { ...plain, interval: 2 * interval };
          if (!("version" in it)) return { ...plain, ...it };
          // VRRPv2 knows whole seconds only.
          return version === 2 ? { ...plain, version: 3 } : { ...plain, version: 2, interval: Math.max(interval, 1_000_000) };
        };
        const specs = configs.map((own, i) =>
          speaker(
            i + 1,
            { ...changed(mood === "quarrelling" ? differences[i] : null), ...own, preemptDelay: time(own.preemptDelay) },
            clocks[i] ?? 1,
          ),
        );
        const taken: Step[] = starts.map((at, who) => ({ do: "start", who, at: time(at) }));
        for (const one of steps) {
          const at = time(one.at);
          const until = "length" in one ? time(one.at + one.length) : at;
          if (one.do === "cut") {
            if (one.who === one.other) continue;
            taken.push({ do: "cut", from: one.who, to: one.other, at, until });
            if (one.bothWays) taken.push({ do: "cut", from: one.other, to: one.who, at, until });
          } else if (one.do === "reload") {
            taken.push({ do: "reload", who: one.who, at, config: changed(one.difference) });
          } else if (one.do === "pause") taken.push({ do: "pause", who: one.who, at, until, keeping: one.keeping });
          else if (!("who" in one)) taken.push({ do: one.do, at, until });
          else if (one.do === "priority") taken.push({ do: "priority", who: one.who, at, priority: one.priority });
          else taken.push({ do: one.do, who: one.who, at });
        }
        taken.sort((a, b) => a.at - b.at);
        return { seed, speakers: specs, steps: taken, loss, listenerLoss, scheduling, listenFrom: time(listenFrom), end: time(LENGTH) };
      }),
  );
}
