import { u16, u32 } from "./bytes.ts";

/** RFC 9568 §5.1.1.2 and §5.1.2.2. */
export const vrrpGroupIpv4 = "224.0.0.18";
export const vrrpGroupIpv6 = "ff02::12";

export const isVrrpGroupIpv4 = (b: Uint8Array, at: number): boolean => u32(b, at) === 0xe0000012;

export const isVrrpGroupIpv6 = (b: Uint8Array, at: number): boolean =>
  u16(b, at) === 0xff02 && u16(b, at + 2) === 0 && u32(b, at + 4) === 0 && u32(b, at + 8) === 0 && u32(b, at + 12) === 0x12;
