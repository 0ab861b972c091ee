import type { HalfSipKey } from "../lib/half-siphash.ts";
import { AddressCache, plainText } from "./address-text.ts";
import { decodeArp } from "./arp.ts";
import type { Decoded } from "./decoded.ts";
import type { Frame } from "./frame.ts";
import { decodeIpv4 } from "./ip4.ts";
import { decodeIpv6 } from "./ip6.ts";
import { readLink } from "./link.ts";
import { AdvertMemo } from "./memo.ts";
import { EtherType, newPacket, other, type Packet, resetPacket } from "./packet.ts";

/** A decoder for a stream of frames. */
export interface Decoder {
  /** Never throws, keeps nothing of the frame. Equal adverts of one sender give the same `Advert` object as a rule. */
  decode(frame: Frame): Decoded;
}

/**
 * A decoder with a memory of fixed size: a repeated advert costs a comparison. Its answers equal those of `decodeFrame`
 * in every case.
 * @param tagKey of the digests of passwords, random and kept from everybody; without one adverts have no `passwordTag`
 */
export function createDecoder(tagKey: HalfSipKey | null = null): Decoder {
  const packet = newPacket(new AddressCache(), tagKey);
  const memo = new AdvertMemo();
  return {
    decode(frame: Frame): Decoded {
      resetPacket(packet, frame);
      if (!readLink(packet, frame)) return other;
      const known = memo.recall(frame, packet);
      if (known !== null) return known;
      const decoded = decodeNetwork(packet);
      memo.learn(frame, packet, decoded);
      return decoded;
    },
  };
}

/** What one frame says, without any memory; `tagKey` as for `createDecoder`. Never throws. */
export function decodeFrame(frame: Frame, tagKey: HalfSipKey | null = null): Decoded {
  const packet = newPacket(plainText, tagKey);
  resetPacket(packet, frame);
  return readLink(packet, frame) ? decodeNetwork(packet) : other;
}

function decodeNetwork(p: Packet): Decoded {
  switch (p.etherType) {
    case EtherType.ipv4:
      return decodeIpv4(p);
    case EtherType.ipv6:
      return decodeIpv6(p);
    case EtherType.arp:
      return decodeArp(p);
    default:
      return other;
  }
}
