import { parseAddress } from "../../src/lib/addresses.ts";
import { instant, wallTime } from "../../src/lib/time.ts";
import { fold, wordSum } from "../../src/wire/checksum.ts";
import { type Frame, LinkType } from "../../src/wire/frame.ts";

/** Bytes from hexadecimal text; white space is ignored. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

export const concat = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => Uint8Array.from(parts.flatMap((p) => [...p]));

export function addressBytes(text: string): Uint8Array {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`${text} is no address`);
  return parsed.bytes;
}

/** An Ethernet frame from an interface without a name, at instant 0, unless told otherwise. */
export function makeFrame(bytes: Uint8Array, spec: Partial<Frame> = {}): Frame {
  return {
    at: instant(0),
    wall: wallTime(0),
    interface: null,
    direction: "unknown",
    linkType: LinkType.ethernet,
    bytes,
    length: bytes.length,
    ...spec,
  };
}

export interface AdvertPacket {
  readonly version?: number;
  readonly type?: number;
  readonly vrid?: number;
  readonly priority?: number;
  /** The address count on the wire, where it is to differ from the list. */
  readonly count?: number;
  /** Version 2: seconds. Version 3: centiseconds. */
  readonly interval?: number;
  readonly addresses?: readonly string[];
  readonly authType?: number;
  readonly password?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly ttl?: number;
  readonly ipId?: number;
  readonly checksum?: "pseudo_header" | "message_only" | "group_pseudo_header" | "wrong";
  /** Behind the message, inside the IP packet, not covered by the IPv4 checksum. */
  readonly trailer?: Uint8Array;
  /** Behind the message, inside the IP packet, covered by the checksum. */
  readonly trailing?: Uint8Array;
  readonly flowLabel?: number;
  readonly mac?: string;
  readonly linkDestination?: string;
  /** Outer tag first. */
  readonly tags?: readonly { readonly tpid: number; readonly tci: number }[];
}

const u16 = (n: number): number[] => [(n >> 8) & 0xff, n & 0xff];
const macBytes = (mac: string): number[] => mac.split(":").map((part) => Number.parseInt(part, 16));
const checksumOf = (sum: number): number => ~fold(sum) & 0xffff;

/** A VRRP advert as an Ethernet frame; everything has a default that is valid. The family is that of the source. */
export function advertFrame(spec: AdvertPacket = {}): Uint8Array {
  const ip = advertIp(spec);
  const ipv6 = isIpv6(spec);
  const group = ipv6 ? [0x33, 0x33, ...addressBytes(destinationOf(spec)).slice(12)] : [1, 0, 0x5e, ...multicastTail(destinationOf(spec))];
  const to = spec.linkDestination === undefined ? group : macBytes(spec.linkDestination);
  const tags = (spec.tags ?? []).flatMap(({ tpid, tci }) => [...u16(tpid), ...u16(tci)]);
  return concat(to, macBytes(spec.mac ?? "02:00:00:00:00:01"), tags, u16(ipv6 ? 0x86dd : 0x0800), ip);
}

/** The same without the link layer. */
export function advertIp(spec: AdvertPacket = {}): Uint8Array {
  const payload = concat(vrrpMessage(spec), spec.trailer ?? []);
  const source = addressBytes(sourceOf(spec));
  const destination = addressBytes(destinationOf(spec));
  const ttl = spec.ttl ?? 255;
  if (isIpv6(spec)) return concat([0x6c, ...u24(spec.flowLabel ?? 0), ...u16(payload.length), 112, ttl], source, destination, payload);
  return ipv4(112, payload, { ttl, ipId: spec.ipId ?? 1, source, destination });
}

export interface Ipv4Header {
  readonly ttl?: number;
  readonly ipId?: number;
  readonly fragment?: number;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

/** An IPv4 packet with a right header checksum. */
export function ipv4(protocol: number, payload: Uint8Array, header: Ipv4Header): Uint8Array {
  const bytes = concat(
    [0x45, 0xc0, ...u16(20 + payload.length), ...u16(header.ipId ?? 1), ...u16(header.fragment ?? 0), header.ttl ?? 255, protocol, 0, 0],
    header.source,
    header.destination,
  );
  const sum = checksumOf(wordSum(bytes, 0, 20));
  bytes.set(u16(sum), 10);
  return concat(bytes, payload);
}

function vrrpMessage(spec: AdvertPacket): Uint8Array {
  const version = spec.version ?? 3;
  const addresses = spec.addresses ?? [isIpv6(spec) ? "fe80::100" : "192.0.2.100"];
  const interval = spec.interval ?? (version === 2 ? 1 : 100);
  const message = concat(
    [(version << 4) | (spec.type ?? 1), spec.vrid ?? 51, spec.priority ?? 100, spec.count ?? addresses.length],
    version === 2 ? [spec.authType ?? 0, interval] : u16(interval),
    [0, 0],
    ...addresses.map(addressBytes),
    version === 2 && !isIpv6(spec) ? authData(spec.password ?? "") : [],
    spec.trailing ?? [],
  );
  message.set(u16(checksumOf(wordSum(message, 0, message.length) + pseudoHeader(spec, version, message.length))), 6);
  if (spec.checksum === "wrong") message[6] = (message[6] ?? 0) ^ 0x55;
  return message;
}

function pseudoHeader(spec: AdvertPacket, version: number, length: number): number {
  if (spec.checksum === "message_only" || (version === 2 && !isIpv6(spec) && spec.checksum === undefined)) return 0;
  const source = addressBytes(sourceOf(spec));
  const destination = addressBytes(spec.checksum === "group_pseudo_header" ? "224.0.0.18" : destinationOf(spec));
  // The IPv6 checksum covers a trailer as well; a trailer there is given as `trailing`.
  return wordSum(source, 0, source.length) + wordSum(destination, 0, destination.length) + 112 + length;
}

const authData = (password: string): number[] => Array.from({ length: 8 }, (_, i) => password.charCodeAt(i) || 0);
const isIpv6 = (spec: AdvertPacket): boolean => sourceOf(spec).includes(":");
const sourceOf = (spec: AdvertPacket): string => spec.source ?? "192.0.2.1";
const destinationOf = (spec: AdvertPacket): string => spec.destination ?? (isIpv6(spec) ? "ff02::12" : "224.0.0.18");
const u24 = (n: number): number[] => [(n >> 16) & 0xff, ...u16(n)];

function multicastTail(address: string): number[] {
  const [, second = 0, third = 0, fourth = 0] = addressBytes(address);
  return [second & 0x7f, third, fourth];
}
