import { hostUint16, hostUint32 } from "./attributes.ts";

/** One netlink message (`struct nlmsghdr`) of a datagram. */
export interface RouteMessage {
  readonly type: number;
  readonly flags: number;
  readonly data: Buffer;
}

const HEADER_BYTES = 16;

/** Splits a datagram into its messages; undefined if it is damaged, which means that something was missed. Never throws. */
export function splitDatagram(datagram: Buffer): readonly RouteMessage[] | undefined {
  const messages: RouteMessage[] = [];
  let at = 0;
  while (at < datagram.length) {
    const length = hostUint32(datagram, at);
    const type = hostUint16(datagram, at + 4);
    const flags = hostUint16(datagram, at + 6);
    if (length === undefined || type === undefined || flags === undefined) return undefined;
    if (length < HEADER_BYTES || at + length > datagram.length) return undefined;
    messages.push({ type, flags, data: datagram.subarray(at + HEADER_BYTES, at + length) });
    at += (length + 3) & ~3;
  }
  return messages;
}
