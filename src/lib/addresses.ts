/**
 * IPv4 and IPv6 addresses as bytes and as canonical text (RFC 5952). Pure: no Node modules, so the wire and the core use it too.
 * Inside the program an address is its canonical text; two addresses are equal exactly when their texts are.
 */

export type AddressFamily = "ipv4" | "ipv6";

export interface ParsedAddress {
  readonly family: AddressFamily;
  /** 4 or 16 bytes in network byte order. */
  readonly bytes: Uint8Array;
}

/** Dotted text of the four bytes at `offset`. The caller has checked that they are there. */
export function formatIpv4(bytes: Uint8Array, offset = 0): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

/** Canonical text (RFC 5952 §4 and §5) of the sixteen bytes at `offset`. The caller has checked that they are there. */
export function formatIpv6(bytes: Uint8Array, offset = 0): string {
  let bestStart = -1;
  let bestLength = 1; // a single zero group is never shortened (§4.2.2)
  let start = -1;
  for (let group = 0; group < 8; group++) {
    const at = offset + group * 2;
    if (bytes[at] !== 0 || bytes[at + 1] !== 0) {
      start = -1;
      continue;
    }
    if (start < 0) start = group;
    const length = group - start + 1;
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  // ::ffff:0:0/96 is the one prefix whose last 32 bits are known to be an IPv4 address (§5).
  if (bestStart === 0 && bestLength === 5 && bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff) {
    return `::ffff:${formatIpv4(bytes, offset + 12)}`;
  }
  let text = "";
  for (let group = 0; group < 8; group++) {
    if (group === bestStart) {
      text += "::";
      group += bestLength - 1;
      continue;
    }
    if (text !== "" && !text.endsWith(":")) text += ":";
    const at = offset + group * 2;
    text += (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16);
  }
  return text;
}

/** Canonical text of 4 or 16 bytes. */
export function formatAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes);
}

/** Reads an address in any usual spelling; null for anything else, a prefix length or zone included. Never throws. */
export function parseAddress(text: string): ParsedAddress | null {
  if (text.length > 45) return null; // the longest spelling of an IPv6 address
  if (text.includes(":")) {
    const bytes = parseIpv6(text);
    return bytes === null ? null : { family: "ipv6", bytes };
  }
  const bytes = parseIpv4(text);
  return bytes === null ? null : { family: "ipv4", bytes };
}

/** The canonical text of an address in any usual spelling, or null. */
export function canonicalAddress(text: string): string | null {
  const parsed = parseAddress(text);
  return parsed === null ? null : formatAddress(parsed.bytes);
}

/** The family of a text that is known to be an address. */
export function familyOf(address: string): AddressFamily {
  return address.includes(":") ? "ipv6" : "ipv4";
}

/** A text whose order is the numeric order of the address: IPv4 before IPv6, and what is no address before both. */
export function addressOrder(address: string): string {
  const bytes = parseAddress(address)?.bytes;
  if (bytes === undefined) return "";
  return (bytes.length === 4 ? "4" : "6") + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Orders two addresses as unsigned numbers, as the tie-break between equal priorities does (RFC 9568 §6.4.3). */
export function compareAddresses(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [addressOrder(a), addressOrder(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** The network that an interface address belongs to, such as `192.0.2.0/24`; null when either argument makes no sense. */
export function connectedSubnet(address: string, prefix: number): string | null {
  const parsed = parseAddress(address);
  if (parsed === null || !Number.isInteger(prefix) || prefix < 0 || prefix > parsed.bytes.length * 8) return null;
  const network = parsed.bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - i * 8))));
  return `${formatAddress(network)}/${prefix}`;
}

function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  const bytes = new Uint8Array(4);
  for (const [i, part] of parts.entries()) {
    // A leading zero means octal to some programs and decimal to others, so it is refused (RFC 6943 §3.1.1).
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part)) return null;
    const value = Number(part);
    if (value > 255) return null;
    bytes[i] = value;
  }
  return bytes;
}

function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "", true) : [];
  if (head === null || tail === null) return null;
  const missing = 16 - head.length - tail.length;
  // `::` stands for at least one group.
  if (halves.length === 2 ? missing < 2 : missing !== 0) return null;
  const bytes = new Uint8Array(16);
  bytes.set(head, 0);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** The bytes of colon-separated groups; dotted IPv4 only where the address ends. */
function groupsOf(text: string, endsAddress: boolean): number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const dotted = endsAddress && i === groups.length - 1 ? parseIpv4(group) : null;
    if (dotted === null) return null;
    bytes.push(...dotted);
  }
  return bytes.length > 16 ? null : bytes;
}
