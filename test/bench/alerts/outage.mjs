/**
 * A receiver that is down for an hour while alerts come, by a clock that is moved by hand; disk and network are real. Alerts come every
 * half minute, spread evenly over the hour and over segments of ten virtual routers; every second one is over after ten minutes.
 * Arguments: folder of the compiled program, folder for the spool, JSON of {alerts}. Prints one JSON object.
 */
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { openStation, startReceiver } from "./station.mjs";

const [compiled, directory, options] = process.argv.slice(2);
const { alerts } = JSON.parse(options);
const OUTAGE = 3_600;
const OVER_AFTER = 600;
const WAVE = 30;
const segments = alerts / 10;

/** Moves by whole seconds. */
class SteppedClock {
  #seconds = 0;
  #timers = new Set();
  now = () => this.#seconds * 1e6;
  wall = () => Date.UTC(2026, 0, 1) * 1_000 + this.#seconds * 1e6;
  after(delay, action) {
    const timer = { at: this.now() + delay, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
  step() {
    this.#seconds += 1;
    const due = [...this.#timers].filter(({ at }) => at <= this.now()).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.#timers.delete(timer)) timer.action();
  }
}

let working = 0;
const busy = (change) => {
  working += change;
};
/** No time passes while the disk or the network work: they would seem to hang. */
async function quiet() {
  await turn();
  while (working > 0 && view().outcomes.delivered === 0) await sleep(1);
}

const unreachable = await startReceiver();
const { port } = unreachable;
await unreachable.stop();
const clock = new SteppedClock();
const station = await openStation({ compiled, directory, port, clock, busy });
const view = () => station.lane.view();
await quiet();
const nameOf = (i) => [`segment-${i % segments}`, Math.floor(i / segments) + 1];

const cpu = process.cpuUsage();
let raised = 0;
let cleared = 0;
for (let second = 0; second < OUTAGE; second++) {
  if (second % WAVE === 0) {
    for (; raised < ((second + WAVE) * alerts) / OUTAGE; raised++) station.raise(...nameOf(raised));
    for (; cleared < ((second + WAVE - OVER_AFTER) * alerts) / OUTAGE; cleared += 2) station.clear(...nameOf(cleared));
  }
  clock.step();
  await quiet();
}
const { user, system } = process.cpuUsage(cpu);
const { queueLength: waiting, outcomes: before } = view();

const receiver = await startReceiver(port);
while (view().outcomes.delivered === 0) {
  clock.step();
  await quiet();
}
const [{ at: begun }] = receiver.posts.length > 0 ? receiver.posts : [await receiver.next()];
while (view().queueLength > 0) await sleep(1);
const drained = Number(process.hrtime.bigint() / 1_000n);
while (receiver.posts.length < view().outcomes.delivered) await receiver.next();

/** The order of one alert's states is right where the last one told is the one that holds. */
const told = new Map(receiver.posts.flatMap((post) => post.alerts.map(({ fingerprint, status }) => [fingerprint, status])));
const { outcomes } = view();
await station.center.stop();
await receiver.stop();
process.stdout.write(
  JSON.stringify({
    alerts,
    over: Math.ceil(cleared / 2),
    notifications: station.notifications,
    attemptsInVain: before.retried,
    waiting,
    posts: receiver.posts.length,
    bytes: receiver.posts.reduce((sum, post) => sum + post.bytes, 0),
    told: told.size,
    toldOver: [...told.values()].filter((status) => status === "resolved").length,
    lost: outcomes.dropped + outcomes.expired,
    drainSeconds: (drained - begun) / 1e6,
    cpuSecondsOfTheHour: (user + system) / 1e6,
    complaints: station.complaints,
  }),
);
