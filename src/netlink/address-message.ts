import { formatIpv4, formatIpv6 } from "../lib/addresses.ts";
import type { LocalAddress, LocalAddressFlags } from "../lib/local-address.ts";
import { attributes, hostUint32 } from "./attributes.ts";
import type { RouteMessage } from "./datagram.ts";

export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;

/** `struct ifaddrmsg` (linux/if_addr.h): family, prefix length, flags, scope, index. */
export const IFADDR_BYTES = 8;

const AF_INET = 2;
const AF_INET6 = 10;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;

const IFA_F_SECONDARY = 0x01;
const IFA_F_NODAD = 0x02;
const IFA_F_DADFAILED = 0x08;
const IFA_F_DEPRECATED = 0x20;
const IFA_F_TENTATIVE = 0x40;

/** What a message says about one address. */
export interface AddressMessage {
  readonly kind: "present" | "absent";
  readonly address: LocalAddress;
}

/**
 * Translates one route message.
 * @returns null for a message about anything else, or about another family than IPv4 and IPv6
 * @throws Error for an address message that cannot be understood: the caller takes a fresh dump then
 */
export function translateAddress({ type, data }: RouteMessage): AddressMessage | null {
  if (type !== RTM_NEWADDR && type !== RTM_DELADDR) return null;
  const family = data[0];
  if (family !== AF_INET && family !== AF_INET6) return null;
  const index = hostUint32(data, 4);
  if (index === undefined || data.length < IFADDR_BYTES) throw new Error("address message is too short");
  let whole: Uint8Array | undefined;
  let local: Uint8Array | undefined;
  let flags = data[2] ?? 0;
  for (const attribute of attributes(data.subarray(IFADDR_BYTES))) {
    if (attribute.type === IFA_ADDRESS) whole = attribute.value;
    // Of a point-to-point link IFA_ADDRESS is the peer's.
    else if (attribute.type === IFA_LOCAL) local = attribute.value;
    // The eight bits of the header are all that old kernels have.
    else if (attribute.type === IFA_FLAGS) flags = hostUint32(attribute.value, 0) ?? flags;
  }
  const bytes = local ?? whole;
  if (bytes === undefined || bytes.length !== (family === AF_INET ? 4 : 16)) throw new Error("address message has no address");
  return {
    kind: type === RTM_NEWADDR ? "present" : "absent",
    address: {
      index,
      address: family === AF_INET ? formatIpv4(bytes) : formatIpv6(bytes),
      family: family === AF_INET ? "ipv4" : "ipv6",
      prefixLength: data[1] ?? 0,
      flags: flagsOf(flags, family === AF_INET),
    },
  };
}

/** The first bit is IFA_F_SECONDARY of IPv4 and IFA_F_TEMPORARY of IPv6. */
function flagsOf(bits: number, isIpv4: boolean): LocalAddressFlags {
  return {
    secondary: isIpv4 && (bits & IFA_F_SECONDARY) !== 0,
    nodad: (bits & IFA_F_NODAD) !== 0,
    tentative: (bits & IFA_F_TENTATIVE) !== 0,
    dadFailed: (bits & IFA_F_DADFAILED) !== 0,
    deprecated: (bits & IFA_F_DEPRECATED) !== 0,
  };
}
