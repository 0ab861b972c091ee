/** Adds and removes 198.51.100.1/32 on a device, one request after the other's answer. Arguments: index of the device, how many. Prints when each was sent, in microseconds of CLOCK_MONOTONIC. */
import { createRequire } from "node:module";

const { createNetlink } = createRequire(import.meta.url)("netlink/dist/netlink.js");
const [index, count] = process.argv.slice(2).map(Number);
const [RTM_NEWADDR, RTM_DELADDR, NLM_F_CREATE, NLM_F_EXCL] = [20, 21, 0x400, 0x200];
const address = [198, 51, 100, 1];

const body = Buffer.alloc(24);
body.set([2, 32, 0, 0]);
body.writeUInt32LE(index, 4);
for (const [at, type] of [
  [8, 2],
  [16, 1],
]) {
  body.writeUInt16LE(8, at);
  body.writeUInt16LE(type, at + 2);
  body.set(address, at + 4);
}

const socket = createNetlink(0, { ref: true });
const sent = [];
for (let i = 0; i < count; i++) {
  const add = i % 2 === 0;
  sent.push([add ? "added" : "removed", Number(process.hrtime.bigint() / 1_000n)]);
  await socket.request(add ? RTM_NEWADDR : RTM_DELADDR, body, { flags: add ? NLM_F_CREATE | NLM_F_EXCL : 0 });
  // The agent is to be met idle, as it is when keepalived moves an address.
  await new Promise((resolve) => setTimeout(resolve, 2));
}
socket.close();
process.stdout.write(`${JSON.stringify(sent)}\n`);
