import { closeSync, openSync, writeSync } from "node:fs";
import { ethernet, fold, ipv4, sum16, vrrp } from "./frames.mjs";

/*
 * A capture file as a busy segment gives it: every second packet an advert of one of 50 virtual routers (25 IPv4, 25 IPv6,
 * one advert a second each, in turn), the others TCP, UDP and ARP. Snap length 128, microseconds, little endian.
 */
const snap = 128;
const routers = 50;
const interval = 1_000_000;

const address6 = (prefix, last) => Buffer.from(prefix + last.toString(16).padStart(32 - prefix.length, "0"), "hex");

function advert(index) {
  const vrid = (index >> 1) + 1;
  if (index % 2 === 0) {
    const [source, group] = [Buffer.from([192, 0, 2, 1]), Buffer.from([224, 0, 0, 18])];
    const message = vrrp(vrid, [Buffer.from([198, 51, 100, vrid])], Buffer.concat([source, group]));
    return ethernet("01005e000012", "020000000001", "0800", ipv4(112, source, group, message));
  }
  const ends = Buffer.concat([address6("fe80", 1), address6("ff02", 0x12)]);
  const message = vrrp(vrid, [address6("fe80", 0x10000 + vrid), address6("20010db8", vrid)], ends);
  const header = Buffer.from([0x6c, 0, 0, 0, 0, message.length, 112, 255]);
  return ethernet("333300000012", "020000000001", "86dd", Buffer.concat([header, ends, message]));
}

function others() {
  const [a, b] = [Buffer.from([192, 0, 2, 10]), Buffer.from([198, 51, 100, 20])];
  const plain = (protocol, size) => {
    const payload = Buffer.alloc(size, 0x50); // as a TCP header: no options
    if (protocol === 17) payload.writeUInt16BE(size, 4);
    return ethernet("020000000002", "020000000003", "0800", ipv4(protocol, a, b, payload));
  };
  const tcp = [32, 1_460, 1_460, 32, 600].map((size) => plain(6, size));
  const udp = [64, 180].map((size) => plain(17, size));
  const arp = ethernet(
    "ffffffffffff",
    "020000000003",
    "0806",
    Buffer.from(`0001080006040001020000000003c000020a000000000000c0000214`, "hex"),
  );
  return [...tcp, ...udp, arp];
}

/** Writes a file of `packets` packets; returns how many adverts of how many virtual routers it holds. */
export function writeCapture(file, packets) {
  const adverts = Array.from({ length: routers }, (_, i) => advert(i));
  const rest = others();
  const identification = new Array(routers).fill(0);
  const output = openSync(file, "w");
  const buffer = Buffer.alloc(4 << 20);
  buffer.writeUInt32LE(0xa1b2c3d4, 0);
  buffer.writeUInt16LE(2, 4);
  buffer.writeUInt16LE(4, 6);
  buffer.writeUInt32LE(snap, 16);
  buffer.writeUInt32LE(1, 20);
  let at = 24;
  let count = 0;
  for (let i = 0; i < packets; i++) {
    const turn = i >> 1;
    const isAdvert = i % 2 === 0;
    const router = turn % routers;
    const frame = isAdvert ? adverts[router] : rest[turn % rest.length];
    if (isAdvert) {
      count++;
      if (router % 2 === 0) {
        // keepalived counts the IPv4 identification up for each virtual router and never uses 0
        identification[router] = (identification[router] % 0xffff) + 1;
        frame.writeUInt16BE(identification[router], 18);
        frame.writeUInt16BE(0, 24);
        frame.writeUInt16BE(fold(sum16(frame, 14, 34)), 24);
      }
    }
    const length = Math.min(frame.length, snap);
    if (at + 16 + length > buffer.length) {
      writeSync(output, buffer, 0, at);
      at = 0;
    }
    const microseconds = Math.floor((turn * interval) / routers) + (isAdvert ? 0 : interval / routers / 2);
    at = buffer.writeUInt32LE(1_700_000_000 + Math.floor(microseconds / 1_000_000), at);
    at = buffer.writeUInt32LE(microseconds % 1_000_000, at);
    at = buffer.writeUInt32LE(length, at);
    at = buffer.writeUInt32LE(frame.length, at);
    at += frame.copy(buffer, at, 0, length);
  }
  writeSync(output, buffer, 0, at);
  closeSync(output);
  return { adverts: count, routers };
}
