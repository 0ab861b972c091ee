/**
 * All virtual routers of a segment lose their master at once, in an agent that has told of nothing yet.
 * Arguments: folder of the compiled program, folder for the spool, JSON of {routers, groupWaitMs}. Prints one JSON object.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { openStation, startReceiver } from "./station.mjs";

const [compiled, directory, options] = process.argv.slice(2);
const { routers, groupWaitMs } = JSON.parse(options);
const now = () => Number(process.hrtime.bigint() / 1_000n);

const receiver = await startReceiver();
const station = await openStation({ compiled, directory, port: receiver.port, timing: { groupWait: groupWaitMs * 1_000 } });
await sleep(500);

/** What a timer of a millisecond is late by is how long something else held the event loop. */
let longestStall = 0;
let last = now();
const watch = setInterval(() => {
  const time = now();
  longestStall = Math.max(longestStall, time - last - 1_000);
  last = time;
}, 1);
await sleep(100);
longestStall = 0;

const begun = now();
for (let vrid = 1; vrid <= routers; vrid++) station.raise("eth0", vrid);
const lastEvent = now();
await sleep(groupWaitMs + 1_500);
clearInterval(watch);
const [first] = receiver.posts;
await station.center.stop();
await receiver.stop();
process.stdout.write(
  JSON.stringify({
    notifications: receiver.posts.length,
    alerts: new Set(receiver.posts.flatMap(({ alerts }) => alerts.map(({ fingerprint }) => fingerprint))).size,
    bytes: first?.bytes,
    eventsMs: (lastEvent - begun) / 1_000,
    firstByteMs: (first?.at - lastEvent) / 1_000 - groupWaitMs,
    stallMs: longestStall / 1_000,
    complaints: station.complaints,
  }),
);
