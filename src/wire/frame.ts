import type { Instant, WallTime } from "../lib/time.ts";

/** `unknown` where the source cannot tell (a pcap of Ethernet frames). `out` = sent by the host that captured. */
export type Direction = "in" | "out" | "unknown";

/** How the bytes of a frame begin; the numbers are the pcap link types (https://www.tcpdump.org/linktypes.html). */
export const LinkType = {
  /** BSD loopback: 4 bytes of address family in the byte order of the capturing host. */
  null: 0,
  ethernet: 1,
  raw: 101,
  /** OpenBSD loopback: as `null`, in network byte order. */
  loop: 108,
  linuxSll: 113,
  rawIpv4: 228,
  rawIpv6: 229,
  linuxSll2: 276,
} as const;
export type LinkType = (typeof LinkType)[keyof typeof LinkType];

/** One captured frame, from a socket or a file. The decoder keeps nothing of it. */
export interface Frame {
  readonly at: Instant;
  readonly wall: WallTime;
  /** null where the capture does not say. */
  readonly interface: string | null;
  readonly direction: Direction;
  /** A pcap link type; a decoder meets any number here and calls what it does not know `unsupported`. */
  readonly linkType: number;
  /** Tag control information of a tag that the kernel stripped (PACKET_AUXDATA): the low 12 bits are the VID. */
  readonly vlanTci?: number;
  /** What was captured, beginning at the link layer. Valid only during the call that hands it over. */
  readonly bytes: Uint8Array;
  /** Bytes on the wire; more than `bytes.length` where the capture cut the frame. */
  readonly length: number;
}
