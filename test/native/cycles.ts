/** Opens and closes sockets of every kind, in several ways, and tells what stayed behind. Argument: how often. */
import { readdirSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { loadNative } from "../../src/capture/native.ts";

const native = loadNative();
const times = Number(process.argv[2]);
const nothing = (): void => {};

async function cycle(i: number): Promise<void> {
  const packets = new native.PacketSocket({}, nothing);
  const events = new native.NetlinkSocket({ groups: 1 }, nothing);
  const group = native.joinGroup(4, 1);
  if (i % 2 === 0) await turn();
  packets.close();
  events.close();
  native.leaveGroup(group);
  packets.close();
  events.close();
  native.leaveGroup(group);
  await turn();
}

const descriptors = (): number => readdirSync("/proc/self/fd").length;

for (let i = 0; i < 50; i++) await cycle(i);
await turn();
const descriptorsBefore = descriptors();
const residentBefore = process.memoryUsage.rss();
for (let i = 0; i < times; i++) await cycle(i);
await turn();
const growthMiB = (process.memoryUsage.rss() - residentBefore) / 2 ** 20;
process.stdout.write(`${JSON.stringify({ type: "cycles", descriptorsBefore, descriptorsAfter: descriptors(), growthMiB })}\n`);
