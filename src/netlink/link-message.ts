import type { Link } from "../lib/link.ts";
import { hostUint16, hostUint32 } from "./attributes.ts";
import type { RouteMessage } from "./datagram.ts";
import { parseLinkInfo } from "./link-info.ts";

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;

/** What a message says about one device. */
export type LinkMessage = { readonly kind: "present"; readonly link: Link } | { readonly kind: "absent"; readonly index: number };

/** The attributes of a link message that count here, under the names of npm netlink. */
export interface LinkAttributes {
  readonly ifname?: string;
  readonly address?: Uint8Array;
  readonly link?: Uint8Array;
  readonly linkNetnsid?: number;
  readonly linkinfo?: Uint8Array;
  readonly master?: number;
}

/** Decodes the attributes of a link message; may throw on bytes that it does not like. */
export type ParseLinkAttributes = (type: number, data: Buffer) => LinkAttributes;

const IFINFO_BYTES = 16;
const AF_BRIDGE = 7;
const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
const IFF_LOWER_UP = 0x10000;
/** Kinds whose IFLA_LINK names the device below; that of a veth names its peer, that of a tunnel its route. */
const stacked: ReadonlySet<string> = new Set(["vlan", "macvlan", "macvtap", "ipvlan", "ipvtap", "macsec"]);

/**
 * Translates one route message.
 * @returns null for a message about anything else: another type, or the bridge's own view of its ports (family AF_BRIDGE),
 *   in which a "deleted link" is only a port that left the bridge
 * @throws what `parse` throws, and an Error for a link without index or name: the caller takes a fresh dump then
 */
export function translateLink(message: RouteMessage, parse: ParseLinkAttributes): LinkMessage | null {
  if (message.type !== RTM_NEWLINK && message.type !== RTM_DELLINK) return null;
  if (message.data[0] === AF_BRIDGE) return null;
  const index = hostUint32(message.data, 4);
  if (index === undefined || message.data.length < IFINFO_BYTES) throw new Error("link message is too short");
  if (message.type === RTM_DELLINK) return { kind: "absent", index };
  const attributes = parse(message.type, message.data);
  if (attributes.ifname === undefined) throw new Error("link message has no interface name");
  const flags = hostUint32(message.data, 8) ?? 0;
  const info = attributes.linkinfo === undefined ? { kind: null, vlanId: null } : parseLinkInfo(attributes.linkinfo);
  return {
    kind: "present",
    link: {
      index,
      name: attributes.ifname,
      up: (flags & IFF_UP) !== 0 && (flags & IFF_LOWER_UP) !== 0,
      loopback: (flags & IFF_LOOPBACK) !== 0,
      kind: info.kind,
      master: attributes.master === undefined || attributes.master === 0 ? null : attributes.master,
      parent: parentOf(attributes, info.kind),
      vlanId: info.vlanId,
      hardwareType: hostUint16(message.data, 2) ?? 0,
      mac: macOf(attributes.address),
    },
  };
}

/** An index that counts in another network namespace (IFLA_LINK_NETNSID) must not be mistaken for one of ours. */
function parentOf(attributes: LinkAttributes, kind: string | null): number | null {
  if (kind === null || !stacked.has(kind) || attributes.linkNetnsid !== undefined || attributes.link === undefined) return null;
  const parent = hostUint32(attributes.link, 0);
  return parent === undefined || parent === 0 ? null : parent;
}

function macOf(address: Uint8Array | undefined): string | null {
  if (address === undefined || address.length !== 6) return null;
  return Array.from(address, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
