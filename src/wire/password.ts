import { halfSipHash } from "../lib/half-siphash.ts";
import type { Packet } from "./packet.ts";

/** Authentication type of VRRPv2 with a cleartext password (RFC 2338 §5.3.6). */
export const simplePassword = 1;
/** Authentication data of VRRPv2 over IPv4: always there, also without authentication (RFC 3768 §5.3.10). */
export const authLength = 8;

/** What tells the password at `at` from others without telling it; undefined where the decoder has no key. */
export const passwordTag = (p: Packet, at: number): number | undefined =>
  p.tagKey === null ? undefined : halfSipHash(p.tagKey, p.bytes, at, at + authLength);
