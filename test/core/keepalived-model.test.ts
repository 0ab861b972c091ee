import assert from "node:assert/strict";
import { test } from "node:test";
import { overlaps, reigns } from "../helpers/keepalived-model/truth.ts";
import { play, type Run } from "../helpers/keepalived-model/world.ts";
import { calmWorld, partition, type Step, seconds, speaker } from "../helpers/keepalived-model/world-spec.ts";

/** `A100 3.614` an advert, in seconds. */
const adverts = (run: Run, from = 0): string[] =>
  run.adverts
    .filter(({ at }) => at >= seconds(from))
    .map(({ at, who, packet }) => `${String.fromCharCode(65 + who)}${packet.priority} ${(at / 1_000_000).toFixed(3)}`);

const start = (who: number, at = 0): Step => ({ do: "start", who, at: seconds(at) });
const A = speaker(1, { version: 2 });
const B = speaker(2, { version: 2, priority: 90 });
const both = [start(0), start(1)];
/** A is master since 3.626 s and advertises at each second after that. */
const pair = (steps: readonly Step[], end: number): Run => play(calmWorld([A, B], [...both, ...steps], seconds(end)));

test("alone it advertises first after its bookkeeping and its master-down time, then each second", () => {
  assert.deepEqual(adverts(play(calmWorld([A], [start(0)], seconds(6)))), ["A100 3.626", "A100 4.626", "A100 5.626"]);
});

test("a clock that runs fast by one percent shortens every timer by one percent", () => {
  assert.deepEqual(adverts(play(calmWorld([speaker(1, {}, 1.01)], [start(0)], seconds(5)))), ["A100 3.591", "A100 4.581"]);
});

test("a master that is stopped resigns once, and the backup follows after its skew", () => {
  const run = pair([{ do: "stop", who: 0, at: seconds(5) }], 7);
  assert.deepEqual(adverts(run, 4), ["A100 4.626", "A0 5.000", "B90 5.648", "B90 6.648"]);
  assert.deepEqual(overlaps(run), []);
});

test("after a crash the backup follows its master-down time after the last advert", () => {
  const run = pair([{ do: "crash", who: 0, at: seconds(5) }], 9);
  assert.deepEqual(adverts(run, 4), ["A100 4.626", "B90 8.275"]);
});

test("a returning better router preempts with its first advert, and the other falls silent", () => {
  const run = play(calmWorld([A, B], [start(1), start(0, 10)], seconds(16)));
  assert.deepEqual(adverts(run, 11.5), ["B90 11.665", "B90 12.665", "A100 13.626", "A100 14.626", "A100 15.626"]);
  assert.ok(overlaps(run).every(({ from, until }) => until - from < 1_000));
});

test("nopreempt keeps a better router a backup, until the master is gone", () => {
  const reluctant = speaker(1, { version: 2, nopreempt: true });
  const run = play(calmWorld([reluctant, B], [start(1), start(0, 10), { do: "crash", who: 1, at: seconds(20) }], seconds(24)));
  assert.deepEqual(adverts(run, 19), ["B90 19.665", "A100 23.275"]);
});

test("preempt_delay waits from the first lower advert, and the master-down time after that", () => {
  const patient = speaker(1, { version: 2, preemptDelay: seconds(5) });
  const run = play(calmWorld([patient, B], [start(1), start(0, 10.1)], seconds(20)));
  const [first] = reigns(run, 0);
  // The first low advert at 10.665: accepted until 15.665, the last one at 14.665 or 15.665.
  assert.ok(first !== undefined && first.from > seconds(14.6 + 3.6) && first.from < seconds(15.7 + 3.7));
});

test("a lower priority is announced at the next tick, and taken over a master-down time after the last better advert", () => {
  const run = pair([{ do: "priority", who: 0, priority: 70, at: seconds(5) }], 10);
  assert.deepEqual(adverts(run, 4), ["A100 4.626", "A70 5.626", "A70 6.626", "A70 7.626", "B90 8.275", "B90 9.275"]);
});

test("FAULT resigns twice in the same millisecond", () => {
  const run = pair(
    [
      { do: "fault", who: 0, at: seconds(5) },
      { do: "recover", who: 0, at: seconds(7) },
    ],
    12,
  );
  assert.deepEqual(adverts(run, 4), [
    "A100 4.626",
    "A0 5.000",
    "A0 5.000",
    "B90 5.648",
    "B90 6.648",
    "B90 7.648",
    "B90 8.648",
    "B90 9.648",
    "A100 10.609",
    "A100 11.609",
  ]);
});

test("a partition makes two masters, and the better one tells the other off within a millisecond of the healing", () => {
  const run = pair(partition(0, 1, seconds(6), seconds(15)), 17);
  assert.deepEqual(adverts(run, 6).slice(0, 6), ["A100 6.626", "A100 7.626", "A100 8.626", "B90 9.275", "A100 9.626", "B90 10.275"]);
  assert.deepEqual(adverts(run, 14.5), ["A100 14.626", "B90 15.275", "A100 15.275", "A100 16.275"]);
  assert.equal(overlaps(run).length, 1);
});

test("with lower_prio_no_advert the better one answers at its own tick only", () => {
  const calm = { version: 2, lowerPrioNoAdvert: true } as const;
  const speakers = [speaker(1, calm), speaker(2, { ...calm, priority: 90 })];
  const run = play(calmWorld(speakers, [...both, ...partition(0, 1, seconds(6), seconds(15))], seconds(17)));
  assert.deepEqual(adverts(run, 15), ["B90 15.275", "A100 15.626", "A100 16.626"]);
});

test("with higher_prio_send_advert a healing sounds B A B A", () => {
  const polite = { version: 2, higherPrioSendAdvert: true } as const;
  const speakers = [speaker(1, polite), speaker(2, { ...polite, priority: 90 })];
  const run = play(calmWorld(speakers, [...both, ...partition(0, 1, seconds(6), seconds(15))], seconds(16)));
  assert.deepEqual(adverts(run, 15), ["B90 15.275", "A100 15.275", "B90 15.275", "A100 15.275"]);
});

test("of two masters of equal priority the lower address yields", () => {
  const speakers = [speaker(1), speaker(2)];
  const run = play(calmWorld(speakers, [...partition(0, 1, 0, seconds(6)), ...both], seconds(9)));
  assert.deepEqual(reigns(run, 1), [{ from: 3_626_375, until: seconds(9) }]);
  assert.ok((reigns(run, 0)[0]?.until ?? 0) < seconds(6.71));
});

test("a reload of the master sends the old and the new configuration within milliseconds, and starts the counter again", () => {
  const run = pair([{ do: "reload", who: 0, config: { priority: 80 }, at: seconds(5) }], 10);
  assert.deepEqual(adverts(run, 4), [
    "A100 4.626",
    "A100 5.000",
    "A80 5.000",
    "A80 6.000",
    "A80 7.000",
    "A80 8.001",
    "B90 8.648",
    "B90 9.648",
  ]);
  assert.deepEqual(
    run.adverts.slice(0, 5).map(({ packet }) => packet.ipId),
    [1, 2, 3, 1, 2],
  );
});

test("a frozen master bursts on return: its own advert and one for each that waited, and the other yields", () => {
  const run = pair([{ do: "pause", who: 0, at: seconds(5), until: seconds(11), keeping: true }], 13);
  assert.deepEqual(adverts(run, 8), [
    "B90 8.275",
    "B90 9.275",
    "B90 10.275",
    "A100 11.000",
    "A100 11.000",
    "A100 11.000",
    "A100 11.000",
    "A100 12.000",
  ]);
});

test("a freeze of two seconds is one late advert", () => {
  const run = pair([{ do: "pause", who: 0, at: seconds(5), until: seconds(7), keeping: true }], 9);
  assert.deepEqual(adverts(run, 4), ["A100 4.626", "A100 7.000", "A100 8.000"]);
});

test("of close priorities the loser of a race sends one advert, and is told off within a millisecond", () => {
  const close = [speaker(1, { priority: 110 }), speaker(2, { priority: 100 }), speaker(3, { priority: 100 })];
  const run = play(calmWorld(close, [start(0), start(1), start(2), { do: "crash", who: 0, at: seconds(10) }], seconds(16)));
  const race = adverts(run, 10.5);
  assert.deepEqual(race.slice(0, 3), ["B100 13.197", "C100 13.197", "C100 13.197"]);
  assert.ok(race.slice(3).every((advert) => advert.startsWith("C")));
});

test("a VRRPv3 backup reckons with the interval of its master, and takes up its own when it takes over", () => {
  const run = play(
    calmWorld(
      [speaker(1), speaker(2, { priority: 90, interval: seconds(3) })],
      [...both, { do: "crash", who: 0, at: seconds(5) }],
      seconds(15),
    ),
  );
  assert.deepEqual(adverts(run, 4), ["A100 4.626", "B90 8.275", "B90 11.275", "B90 14.275"]);
});

const mismatched = (other: Parameters<typeof speaker>[1], config: Parameters<typeof speaker>[1] = {}): Run =>
  play(
    calmWorld(
      [speaker(1, { version: 2, ...config }), speaker(2, { version: 2, priority: 90, ...config, ...other })],
      [start(0), start(1, 5)],
      seconds(25),
    ),
  );
const count = (run: Run, who: number, from: number, until: number): number =>
  run.adverts.filter((advert) => advert.who === who && advert.at >= seconds(from) && advert.at < seconds(until)).length;

test("rejected packets restart a master's timer: the slower of two that reject each other is silent for good", () => {
  const run = mismatched({ interval: seconds(2) });
  assert.deepEqual(adverts(run, 11).slice(0, 3), ["A100 11.626", "B90 11.665", "A100 12.665"]);
  assert.equal(count(run, 1, 11.8, 25), 0);
  assert.deepEqual(reigns(run, 1), [{ from: 11_665_437, until: seconds(25) }]);
});

for (const [what, other] of [
  ["versions", { version: 3 }],
  ["passwords", { password: "another" }],
  ["addresses", { addresses: ["192.0.2.101"] }],
  ["numbers of addresses", { addresses: ["192.0.2.100", "192.0.2.101"] }],
] as const)
  test(`two masters of different ${what} share one advert an interval between them`, () => {
    const run = mismatched(other);
    assert.equal(adverts(run, 8.6)[1], "B90 8.665");
    const sum = count(run, 0, 9, 25) + count(run, 1, 9, 25);
    assert.ok(sum >= 15 && sum <= 33, `${sum} adverts in 16 s`);
    assert.ok(overlaps(run).some(({ from, until }) => until - from > seconds(16)));
  });

test("with lower_prio_no_advert two masters that reject each other both go at full rate", () => {
  const run = mismatched({ password: "another" }, { lowerPrioNoAdvert: true });
  assert.equal(count(run, 0, 9.5, 19.5), 10);
  assert.equal(count(run, 1, 9.5, 19.5), 10);
});

test("the order of addresses makes no split", () => {
  const addresses = ["192.0.2.100", "192.0.2.101"];
  assert.deepEqual(overlaps(mismatched({ addresses: [...addresses].reverse() }, { addresses })), []);
});

test("with delays and a busy scheduler, elections of close priorities race now and then, and never longer than that takes", () => {
  let races = 0;
  for (let seed = 1; seed <= 100; seed += 1) {
    const speakers = [speaker(1, { priority: 100 }), speaker(2, { priority: 90 }), speaker(3, { priority: 89 })];
    const steps: Step[] = [start(0), start(1), start(2), { do: "crash", who: 0, at: seconds(10) }];
    const run = play({ ...calmWorld(speakers, steps, seconds(20)), seed, scheduling: "busy" });
    const found = overlaps(run).filter(({ from }) => from > seconds(10));
    races += found.length > 0 ? 1 : 0;
    for (const { from, until } of found) assert.ok(until - from < 110_000, `${until - from} µs with seed ${seed}`);
  }
  assert.ok(races > 10 && races < 90, `${races} of 100 raced`);
});

test("equal specifications give equal runs", () => {
  const spec = {
    ...calmWorld([A, B], [...both, ...partition(0, 1, seconds(6), seconds(15))], seconds(30)),
    loss: 0.1,
    scheduling: "busy",
  } as const;
  assert.deepEqual(play(spec), play(spec));
});
