import { err, ok, type Result } from "../../lib/result.ts";
import type { TlsVersion } from "../../lib/web-config.ts";

/** Names of the exporter-toolkit's file, which are those of Go's crypto/tls, and what OpenSSL calls the same. */

export const tlsVersions = {
  TLS10: "TLSv1",
  TLS11: "TLSv1.1",
  TLS12: "TLSv1.2",
  TLS13: "TLSv1.3",
} as const satisfies Readonly<Record<string, TlsVersion>>;
export type TlsVersionName = keyof typeof tlsVersions;
export const tlsVersionNames = Object.keys(tlsVersions) as [TlsVersionName, ...TlsVersionName[]];

/** Go does not let its users choose among these (crypto/tls, Config.CipherSuites), so naming some takes none away. */
const tls13Suites = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"] as const;

const tls12Suites: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
};

/** Go called these secure until 1.22; they have no forward secrecy. */
const weakSuites: Readonly<Record<string, string>> = {
  TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
  TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
  TLS_RSA_WITH_AES_128_CBC_SHA: "AES128-SHA",
  TLS_RSA_WITH_AES_256_CBC_SHA: "AES256-SHA",
};

/** Go's later names for two of them. */
const aliases: Readonly<Record<string, string>> = {
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
};

const known = [...tls13Suites, ...Object.keys(tls12Suites), ...Object.keys(weakSuites)];

/** The name of a suite as the file may have it. The error lists all. */
export function cipherSuite(given: string): Result<string, string> {
  const name = Object.hasOwn(aliases, given) ? (aliases[given] ?? given) : given;
  if (known.includes(name)) return ok(name);
  return err(`unknown cipher suite; known: ${known.join(", ")}`);
}

export const isWeak = (suite: string): boolean => Object.hasOwn(weakSuites, suite);

/** Suites in OpenSSL's notation, in the order given; null for an empty list: Node's own choice. */
export function opensslCiphers(suites: readonly string[]): string | null {
  if (suites.length === 0) return null;
  const before13 = suites.flatMap((name) => tls12Suites[name] ?? weakSuites[name] ?? []);
  return [...tls13Suites, ...new Set(before13)].join(":");
}

const curves = { CurveP256: "P-256", CurveP384: "P-384", CurveP521: "P-521", X25519: "X25519" } as const;
export type CurveName = keyof typeof curves;
export const curveNames = Object.keys(curves) as [CurveName, ...CurveName[]];

/** Curves in OpenSSL's notation, in the order given; null for an empty list: OpenSSL's own choice. */
export function opensslCurves(names: readonly CurveName[]): string | null {
  return names.length === 0 ? null : names.map((name) => curves[name]).join(":");
}
