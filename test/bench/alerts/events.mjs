/**
 * CPU time of condition events: conditions of many virtual routers begin and end, and one receiver is told.
 * Arguments: folder of the compiled program, folder for the spool, JSON of {events, perSecond}. Prints one JSON object.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { openStation, startReceiver } from "./station.mjs";

const [compiled, directory, options] = process.argv.slice(2);
const { events, perSecond } = JSON.parse(options);
const routers = 1_000;
const burst = 100;

const spent = (since) => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

const receiver = await startReceiver();
const station = await openStation({ compiled, directory, port: receiver.port });
await sleep(500);

let inEvents = 0;
const begun = process.cpuUsage();
const beginning = performance.now();
for (let i = 0; i < events; i += burst) {
  const before = process.cpuUsage();
  for (let n = i; n < i + burst; n++) {
    const router = n % routers;
    const change = Math.floor(n / routers) % 2 === 0 ? station.raise : station.clear;
    change(`segment-${Math.floor(router / 250)}`, (router % 250) + 1);
  }
  inEvents += spent(before);
  await sleep(Math.max(0, beginning + (1_000 * (i + burst)) / perSecond - performance.now()));
}
await sleep(12_000); // group_interval, and what it brings
const all = spent(begun);
const told = receiver.posts.length;
await station.center.stop();
await receiver.stop();
process.stdout.write(
  JSON.stringify({
    events,
    seconds: (performance.now() - beginning) / 1_000,
    microsecondsInEvent: inEvents / events,
    microsecondsWithDelivery: all / events,
    notifications: told,
    complaints: station.complaints,
  }),
);
