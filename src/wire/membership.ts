import { u8, u16 } from "./bytes.ts";
import { intact, wordSum } from "./checksum.ts";
import type { Decoded } from "./decoded.ts";
import { isVrrpGroupIpv4, isVrrpGroupIpv6, vrrpGroupIpv4, vrrpGroupIpv6 } from "./groups.ts";
import { icmpv6Intact } from "./nd.ts";
import { addressOf, macOf, other, type Packet, withTags } from "./packet.ts";

/** IGMP reports of versions 1, 2 (RFC 2236 §2.1) and 3 (RFC 3376 §4.2). */
const igmp = { reportV1: 0x12, reportV2: 0x16, reportV3: 0x22 } as const;
/** MLD reports of versions 1 (RFC 2710 §3.1) and 2 (RFC 3810 §5.2). */
const mld = { reportV1: 131, reportV2: 143 } as const;

type IsGroup = (b: Uint8Array, at: number) => boolean;

/** An IGMP report for the VRRP group: the only packet that a backup sends. */
export function decodeIgmp(p: Packet): Decoded {
  const b = p.bytes;
  const length = p.payloadEnd - p.payload;
  if (length < 8 || !intact(wordSum(b, p.payload, p.payloadEnd))) return other;
  const type = u8(b, p.payload);
  const joins =
    type === igmp.reportV1 || type === igmp.reportV2
      ? isVrrpGroupIpv4(b, p.payload + 4)
      : type === igmp.reportV3 && recordsJoin(p, 4, isVrrpGroupIpv4);
  return joins ? join(p, vrrpGroupIpv4) : other;
}

/** The same by MLD. */
export function decodeMld(p: Packet): Decoded {
  const type = u8(p.bytes, p.payload);
  const joins =
    type === mld.reportV1
      ? p.payloadEnd - p.payload >= 24 && isVrrpGroupIpv6(p.bytes, p.payload + 8)
      : type === mld.reportV2 && recordsJoin(p, 16, isVrrpGroupIpv6);
  return joins && icmpv6Intact(p) ? join(p, vrrpGroupIpv6) : other;
}

const join = (p: Packet, group: string): Decoded => ({
  kind: "join",
  join: withTags(p, { family: p.family, group, source: addressOf(p, p.source), mac: macOf(p) }),
});

/** Whether one of the group records of an IGMPv3 or MLDv2 report asks for the group; both have the same layout but the size. */
function recordsJoin(p: Packet, size: number, isGroup: IsGroup): boolean {
  const b = p.bytes;
  const count = u16(b, p.payload + 6);
  let at = p.payload + 8;
  for (let i = 0; i < count && at + 4 + size <= p.payloadEnd; i++) {
    const sources = u16(b, at + 2);
    if (isGroup(b, at + 4) && asksFor(u8(b, at), sources)) return true;
    at += 4 + size + sources * size + u8(b, at + 1) * 4;
  }
  return false;
}

/** IS_EX, TO_EX: from anyone but the sources. IS_IN, TO_IN, ALLOW: from the sources only, and from nobody where there are none. */
const asksFor = (recordType: number, sources: number): boolean =>
  recordType === 2 || recordType === 4 || ((recordType === 1 || recordType === 3 || recordType === 5) && sources > 0);
