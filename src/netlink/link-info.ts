import { attributes, hostUint16 } from "./attributes.ts";

/** linux/if_link.h */
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_VLAN_ID = 1;

export interface LinkInfo {
  readonly kind: string | null;
  readonly vlanId: number | null;
}

/** Reads the value of IFLA_LINKINFO, which npm netlink leaves as bytes. Never throws; null for what is not there. */
export function parseLinkInfo(bytes: Uint8Array): LinkInfo {
  let kind: string | null = null;
  let data: Uint8Array | null = null;
  for (const { type, value } of attributes(bytes)) {
    if (type === IFLA_INFO_KIND) kind = text(value);
    if (type === IFLA_INFO_DATA) data = value;
  }
  return { kind, vlanId: kind === "vlan" && data !== null ? vlanIdOf(data) : null };
}

function vlanIdOf(data: Uint8Array): number | null {
  for (const { type, value } of attributes(data)) {
    if (type === IFLA_VLAN_ID) return hostUint16(value, 0) ?? null;
  }
  return null;
}

/** A string attribute ends with a zero byte, or at its length. */
function text(value: Uint8Array): string {
  const end = value.indexOf(0);
  return String.fromCharCode(...value.subarray(0, end === -1 ? value.length : end));
}
