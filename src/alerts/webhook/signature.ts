import { createHmac } from "node:crypto";
import { err, ok, type Result } from "../../lib/result.ts";

const PREFIX = "whsec_";

/**
 * The key that a secret of Standard Webhooks stands for: base64, with `whsec_` before it or without.
 * The error never repeats the secret. Never throws.
 */
export function signingKey(secret: string): Result<Uint8Array, string> {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  const plain = encoded.replace(/=+$/, "");
  // A remainder of one character is the end of no byte.
  if (!/^[A-Za-z0-9+/]+$/.test(plain) || plain.length % 4 === 1)
    return err("is not base64: it must hold the secret as the receiver gave it, with whsec_ or without");
  return ok(Buffer.from(plain, "base64"));
}

/**
 * The value of `webhook-signature`.
 * @param id the value of `webhook-id`
 * @param timestamp the value of `webhook-timestamp`, whole seconds since 1970
 * @param body exactly what is sent
 * @see https://www.standardwebhooks.com (signature scheme v1: HMAC-SHA256 over `id.timestamp.body`)
 */
export function sign(key: Uint8Array, id: string, timestamp: number, body: string): string {
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}
