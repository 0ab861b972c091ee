import { u8, u32 } from "./bytes.ts";

/** Trailer of keepalived >= 2.4 `auth_hmac` behind the message (keepalived `vrrp_auth_hmac.h`): type, key, clock, counter, HMAC. */
export const hmacTrailerLength = 28;
const hmacSha256 = 1;

/** What the trailer at `at` tells without the key; undefined where the bytes are no trailer. */
export function readHmacTrailer(b: Uint8Array, at: number, end: number): { readonly keyId: number; readonly clock: number } | undefined {
  if (end - at !== hmacTrailerLength || u8(b, at) !== hmacSha256) return undefined;
  return { keyId: u8(b, at + 1), clock: u32(b, at + 4) };
}
