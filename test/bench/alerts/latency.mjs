/**
 * From a condition's event to the first byte of the POST, one event after the other, each in a segment of its own that begins and ends.
 * Arguments: folder of the compiled program, folder for the spool, JSON of {events, standing, groupWaitMs, pauseMs}.
 * Prints the times beyond group_wait in milliseconds.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { openStation, startReceiver } from "./station.mjs";

const [compiled, directory, options] = process.argv.slice(2);
const { events, standing, groupWaitMs, pauseMs } = JSON.parse(options);
const now = () => Number(process.hrtime.bigint() / 1_000n);

const receiver = await startReceiver();
const timing = { groupWait: groupWaitMs * 1_000, groupInterval: 0 };
const station = await openStation({ compiled, directory, port: receiver.port, timing });

/** Other virtual routers whose alerts fire all the time, 250 in a segment. */
for (let i = 0; i < standing; i++) station.raise(`standing-${Math.floor(i / 250)}`, (i % 250) + 1);
while (receiver.posts.flatMap(({ alerts }) => alerts).length < standing) await receiver.next();
await sleep(1_500);

const times = [];
for (let i = 0; i < events; i++) {
  const vrid = (i >> 1) % 255 || 255;
  const arrived = receiver.next();
  const at = now();
  if (i % 2 === 0) station.raise(`segment-${i >> 1}`, vrid);
  else station.clear(`segment-${i >> 1}`, vrid);
  const post = await arrived;
  if (post.alerts.length !== 1) throw new Error(`a POST with ${post.alerts.length} alerts instead of one`);
  times.push((post.at - at) / 1_000 - groupWaitMs);
  await sleep(pauseMs);
}
await station.center.stop();
await receiver.stop();
process.stdout.write(JSON.stringify({ times, complaints: station.complaints }));
