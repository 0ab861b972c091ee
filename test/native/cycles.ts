/**
 * Opens and closes sockets of every kind, in several ways, and tells what stayed behind. Argument: how many packet sockets;
 * ten times as many of the others, because the kernel takes some 50 ms to open and close one packet socket.
 */
import { setImmediate as turn } from "node:timers/promises";
import { loadNative } from "../../src/capture/native.ts";
import { openSockets } from "./open-sockets.ts";

const native = loadNative();
const times = Number(process.argv[2]);
const nothing = (): void => {};

async function cyclePacketSocket(i: number): Promise<void> {
  const packets = new native.PacketSocket({}, nothing);
  if (i % 2 === 0) await turn();
  packets.close();
  packets.close();
  await turn();
}

async function cycleOthers(i: number): Promise<void> {
  const events = new native.NetlinkSocket({ groups: 1 }, nothing);
  const group = native.joinGroup(4, 1);
  if (i % 2 === 0) await turn();
  events.close();
  native.leaveGroup(group);
  events.close();
  native.leaveGroup(group);
  await turn();
}

async function cycle(packetSockets: number): Promise<void> {
  for (let i = 0; i < packetSockets; i++) await cyclePacketSocket(i);
  for (let i = 0; i < 10 * packetSockets; i++) await cycleOthers(i);
  await turn();
}

await cycle(3);
const socketsBefore = openSockets();
const residentBefore = process.memoryUsage.rss();
await cycle(times);
const growthMiB = (process.memoryUsage.rss() - residentBefore) / 2 ** 20;
process.stdout.write(`${JSON.stringify({ type: "cycles", socketsBefore, socketsAfter: openSockets(), growthMiB })}\n`);
