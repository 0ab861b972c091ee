/** Frames for captures and for the wire. */

/** The Internet checksum of a sum of 16-bit words. */
export function fold(sum) {
  let rest = sum;
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 65_536);
  return ~rest & 0xffff;
}

export function sum16(bytes, from, to) {
  let sum = 0;
  for (let i = from; i < to; i += 2) sum += bytes.readUInt16BE(i);
  return sum;
}

/** A frame, padded to the least length. MACs and type as hexadecimal digits. */
export function ethernet(destination, source, type, payload) {
  return Buffer.concat([Buffer.from(destination + source + type, "hex"), payload, Buffer.alloc(Math.max(0, 46 - payload.length))]);
}

export function ipv4(protocol, source, destination, payload, ttl = 255) {
  const header = Buffer.from([0x45, 0xc0, 0, 0, 0, 0, 0, 0, ttl, protocol, 0, 0, ...source, ...destination]);
  header.writeUInt16BE(20 + payload.length, 2);
  header.writeUInt16BE(fold(sum16(header, 0, 20)), 10);
  return Buffer.concat([header, payload]);
}

/** A VRRPv3 advert. `pseudo`: both addresses of the IP header, which the checksum covers. */
export function vrrp(vrid, addresses, pseudo, { priority = 100, centiseconds = 100 } = {}) {
  const message = Buffer.concat([
    Buffer.from([0x31, vrid, priority, addresses.length, centiseconds >> 8, centiseconds & 0xff, 0, 0]),
    ...addresses,
  ]);
  message.writeUInt16BE(fold(sum16(message, 0, message.length) + sum16(pseudo, 0, pseudo.length) + 112 + message.length), 6);
  return message;
}
