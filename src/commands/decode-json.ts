import { rfc3339, toSeconds, type WallTime } from "../lib/time.ts";
import type { Advert, Decoded, PartialAdvert } from "../wire/decoded.ts";

/** A decoded packet of protocol 112 or 51 and where it was found. */
export interface DecodedPacket {
  /** 1-based number in the file. */
  readonly frame: number;
  readonly wall: WallTime;
  readonly interface: string | null;
  readonly decoded: Extract<Decoded, { kind: "advert" | "rejected" | "carp" }>;
}

/** The documented JSON object of a packet. What could not be read is left out. */
export function decodedJson(packet: DecodedPacket): Readonly<Record<string, unknown>> {
  const { frame, wall, decoded } = packet;
  const head = { frame, at: rfc3339(wall) };
  switch (decoded.kind) {
    case "advert":
      return { ...head, verdict: "valid", interface: packet.interface, ...fields(decoded.advert) };
    case "rejected":
      return { ...head, verdict: "invalid", reason: decoded.reason, interface: packet.interface, ...fields(decoded.partial) };
    case "carp": {
      const { vlan, innerVlan, family, vhid, source, mac } = decoded.carp;
      return {
        ...head,
        verdict: "not_vrrp",
        interface: packet.interface,
        vlan,
        inner_vlan: innerVlan,
        family,
        carp_vhid: vhid,
        source,
        mac,
      };
    }
  }
}

const fields = (a: Advert | PartialAdvert): Readonly<Record<string, unknown>> => ({
  vlan: a.vlan,
  inner_vlan: a.innerVlan,
  family: a.family,
  version: a.version,
  vrid: a.vrid,
  priority: a.priority,
  interval_seconds: a.interval === undefined ? undefined : toSeconds(a.interval),
  addresses: a.addresses,
  auth: a.auth,
  checksum: "checksum" in a ? a.checksum : undefined,
  source: a.source,
  destination: a.destination,
  mac: a.mac,
  ttl: a.ttl,
  flags: a.flags,
});
