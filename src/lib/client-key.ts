import { parseAddress } from "./addresses.ts";

/** A host gets a /64 of IPv6 to itself (RFC 7421), and so counts as one client whichever of its addresses it comes from. */
const HOST_BYTES = 8;

/**
 * Whom a connection is counted for: the address of an IPv4 client, the /64 of an IPv6 one.
 * @param address as Node gives `remoteAddress`; undefined for a Unix socket, whose clients are one
 */
export function clientKey(address: string | undefined): string {
  if (address === undefined) return "unix";
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
  // A zone names the link, and no other client.
  const parsed = parseAddress(plain.split("%")[0] ?? "");
  if (parsed === null || parsed.family === "ipv4") return plain;
  return Array.from(parsed.bytes.subarray(0, HOST_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
