import * as z from "zod";
import type { Duration } from "../../lib/time.ts";
import { micros } from "../../lib/time.ts";
import { clientAuthTypes } from "../../lib/web-config.ts";
import { flag, listOf, oneOf, parsed, shown, whole } from "../fields.ts";
import { bcryptHash } from "./bcrypt-hash.ts";
import { parseGoDuration } from "./go-duration.ts";
import { cipherSuite, curveNames, tlsVersionNames } from "./tls-names.ts";

/** The file in the format of the Prometheus exporter-toolkit (docs/web-configuration.md there), key by key. */

type ErrorInput = { readonly input?: unknown };

/** Certificates and keys: a message never repeats what stands there. */
const pem = (what: string) =>
  z.string({ error: `must be ${what} in PEM, as text` }).regex(/-----BEGIN [A-Z0-9 ]+-----/, { error: `must be ${what} in PEM` });

const fileName = () => {
  const error = (issue: ErrorInput): string => `must be the path of a file, not ${shown(issue.input)}`;
  return z
    .string({ error })
    .min(1, { error })
    .max(4_095, { error })
    .regex(/^[^\0]*$/, { error });
};

const certificateName = () => {
  const error = (issue: ErrorInput): string => `must be a name, address or URI of a certificate, not ${shown(issue.input)}`;
  return z.string({ error }).min(1, { error }).max(1_024, { error });
};

const clientAuth = () =>
  z.preprocess(
    // The toolkit keeps this older name.
    (value) => (value === "RequireClientCert" ? "RequireAnyClientCert" : value),
    oneOf(clientAuthTypes),
  );

const goDuration = () =>
  z.preprocess(
    (value) => (value === 0 ? "0" : typeof value === "number" ? String(value) : value),
    parsed<Duration>(parseGoDuration, 'a duration such as "1s" or "100ms", or 0'),
  );

const headerValue = () =>
  z.string({ error: (issue: ErrorInput) => `must be text, not ${shown(issue.input)}` }).regex(/^[\t\x20-\x7e]{0,4096}$/, {
    error: "must be one line of at most 4096 printable ASCII characters",
  });

/** Blank means unset, as the toolkit's documentation has it. */
const choice = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(["", ...words], { error: (issue: ErrorInput) => `must be ${words.join(" or ")}, not ${shown(issue.input)}` });

const tlsServerConfig = z.strictObject({
  cert: pem("a certificate").optional(),
  key: pem("a private key").optional(),
  client_ca: pem("a certificate").optional(),
  cert_file: fileName().optional(),
  key_file: fileName().optional(),
  client_ca_file: fileName().optional(),
  client_auth_type: clientAuth().prefault("NoClientCert"),
  client_allowed_sans: listOf(certificateName(), { min: 1, max: 256 }).optional(),
  min_version: oneOf(tlsVersionNames).default("TLS12"),
  max_version: oneOf(tlsVersionNames).default("TLS13"),
  cipher_suites: listOf(parsed(cipherSuite, "the name of a cipher suite"), { min: 0, max: 64 }).prefault([]),
  prefer_server_cipher_suites: flag().default(true),
  curve_preferences: listOf(oneOf(curveNames), { min: 0, max: 16 }).default([]),
});

const httpServerConfig = z.strictObject({
  http2: flag().default(true),
  headers: z
    .strictObject({
      "Content-Security-Policy": headerValue().optional(),
      "X-Frame-Options": choice(["deny", "sameorigin"]).optional(),
      "X-Content-Type-Options": choice(["nosniff"]).optional(),
      "X-XSS-Protection": headerValue().optional(),
      "Strict-Transport-Security": headerValue().optional(),
    })
    .prefault({}),
});

const rateLimit = z.strictObject({
  interval: goDuration().prefault(0),
  burst: whole(0, 1_000_000).default(0),
});

/** RFC 7617 §2: a colon ends the name. */
const userName = z
  .string()
  .regex(/^[^:\p{Cc}]{1,128}$/u, { error: "a user name has 1 to 128 characters, and neither a colon nor control characters" });

/** The whole file. */
export const webFileSchema = z.strictObject({
  tls_server_config: tlsServerConfig.optional(),
  http_server_config: httpServerConfig.prefault({}),
  basic_auth_users: z.record(userName, bcryptHash(), { error: "must be a group of user names, each with its bcrypt hash" }).prefault({}),
  rate_limit: rateLimit.prefault({}),
});

export type WebFile = z.output<typeof webFileSchema>;
export type TlsServerConfig = NonNullable<WebFile["tls_server_config"]>;
export const noLimit = micros(0);
