/**
 * Makes 20,000 address changes while its event loop is blocked, says when it has read what came of them, and then tells the
 * counts once the address 192.0.2.99 shows up: see netlink-socket.test.ts. Argument: receive buffer in bytes.
 */
import { execFileSync } from "node:child_process";
import { loadNative } from "../../src/capture/native.ts";
import { splitDatagram } from "../../src/netlink/datagram.ts";

const RTMGRP_IPV4_IFADDR = 0x10;
const marker = Buffer.from([192, 0, 2, 99]);
const rounds = 40;
const addresses = 250;
const fullBatch = 64;

const say = (type: string, fields: object = {}): void => void process.stdout.write(`${JSON.stringify({ type, ...fields })}\n`);
const counts = { overruns: 0, messages: 0, damaged: 0, longestBatch: 0 };

const socket = new (loadNative().NetlinkSocket)({ groups: RTMGRP_IPV4_IFADDR, receiveBytes: Number(process.argv[2]) }, () => {
  const batch = socket.read();
  counts.longestBatch = Math.max(counts.longestBatch, batch.length);
  for (const datagram of batch) {
    if (datagram === null) counts.overruns += 1;
    else if (datagram.includes(marker)) say("marked", counts);
    else counts.messages += splitDatagram(datagram)?.length ?? 0;
    if (datagram !== null && splitDatagram(datagram) === undefined) counts.damaged += 1;
  }
  if (batch.length < fullBatch) say("quiet");
});

const changes: string[] = [];
for (let round = 0; round < rounds; round++) {
  for (const verb of ["add", "del"]) {
    for (let i = 1; i <= addresses; i++) changes.push(`address ${verb} 198.51.100.${i}/32 dev vw1`);
  }
}
execFileSync("ip", ["-batch", "-"], { input: `${changes.join("\n")}\n` });

process.stdin.on("data", () => {
  socket.close();
  process.stdin.destroy();
});
