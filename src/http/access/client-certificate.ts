import type { TLSSocket } from "node:tls";
import { canonicalAddress } from "../../lib/addresses.ts";
import { toSeconds, type WallTime } from "../../lib/time.ts";
import type { WebTls } from "../../lib/web-config.ts";

/** Why a client is refused for its certificate. */
export type CertificateRefusal = "none given" | "not trusted" | "expired" | "no allowed name";

/**
 * Judges a connection whose handshake is done.
 * @param now where a session is taken up again, OpenSSL says what it found when the session began, however long ago
 * @returns null: it may go on
 */
export function judgeCertificate(socket: TLSSocket, tls: WebTls, now: WallTime): CertificateRefusal | null {
  const { clientAuth, clientAllowedSans } = tls;
  if (clientAuth === "NoClientCert" || clientAuth === "RequestClientCert") return null;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return clientAuth === "VerifyClientCertIfGiven" ? null : "none given";
  if (clientAuth !== "RequireAnyClientCert") {
    if (!socket.authorized) return "not trusted";
    if (toSeconds(now) > Date.parse(certificate.validTo) / 1_000) return "expired";
  }
  if (clientAllowedSans === null) return null;
  const names = subjectAltNames(certificate.subjectAltName);
  return clientAllowedSans.some((allowed) => names.includes(canonicalAddress(allowed) ?? allowed)) ? null : "no allowed name";
}

/** One name with its kind; Node puts a value that could be mistaken for several in quotes, as JSON. */
const entry = /(DNS|IP Address|URI|email):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)|[^,]*(?:, |$)/y;

/**
 * The names that Go compares (DNS, IP, e-mail, URI), as they stand in the certificate; addresses in canonical text.
 * @param text as Node writes it: `DNS:a.example, IP Address:192.0.2.1`
 * @see https://nodejs.org/api/crypto.html#x509subjectaltname
 */
export function subjectAltNames(text: string | undefined): string[] {
  const names: string[] = [];
  entry.lastIndex = 0;
  while (text !== undefined && entry.lastIndex < text.length) {
    const matched = entry.exec(text);
    // What cannot be taken apart without doubt names nobody.
    if (matched === null || matched[0] === "") return [];
    const [, kind, value = ""] = matched;
    if (kind === undefined) continue;
    const plain = value.startsWith('"') ? unquoted(value) : value;
    if (plain !== null) names.push(kind === "IP Address" ? (canonicalAddress(plain) ?? plain) : plain);
  }
  return names;
}

function unquoted(value: string): string | null {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "string" ? parsed : null;
  } catch {
    return null;
  }
}
