import assert from "node:assert/strict";
import type { Received } from "./webhook-kit.ts";

export const path = "p4th-s3cret";
export const query = "qu3ry-s3cret";
export const token = "t0ken+s3cret/=&";
export const password = "pässw0rd-s3cret";
export const header = "h3ader-s3cret";
export const routing = "r0uting-s3cret";
export const signing = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const proxyPassword = "pr0xy-s3cret";
const every = [path, query, token, password, header, routing, signing, proxyPassword, "s3cret"];

/** Whatever a server may do to what it gives back. */
export const forms = [
  (text: string) => text,
  (text: string) => encodeURIComponent(text),
  (text: string) => Buffer.from(text).toString("base64").replace(/=+$/, ""),
  (text: string) => Buffer.from(text).toString("base64url"),
  (text: string) => JSON.stringify(text).slice(1, -1),
  (text: string) => text.toUpperCase(),
];

/** What the request was made of in one form, secrets first: a redacted one is short, so that all of them come before the end of what is shown. */
export function echo({ request, body }: Received, form: (text: string) => string): string {
  const { authorization = "", ...headers } = request.headers;
  const used = authorization.startsWith("Basic") ? password : token;
  // A heartbeat has its URL only.
  const further = headers["x-key"] === undefined ? [] : [used, header, routing, signing, authorization];
  const secrets = [path, query, ...further, request.url ?? ""];
  return [...secrets, body, ...Object.values(headers).map(String)].map(form).join(" ");
}

export function assertClean(texts: readonly string[]): void {
  for (const text of texts) {
    for (const form of forms) {
      for (const secret of every) {
        assert.ok(!text.toLowerCase().includes(form(secret).toLowerCase()), `${form(secret)} is in: ${text}`);
      }
    }
  }
}
