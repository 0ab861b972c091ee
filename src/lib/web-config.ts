import type { Duration, WallTime } from "./time.ts";

/** What a server may want of its clients' certificates, in the words of Go's crypto/tls, which the web configuration file takes over. */
export const clientAuthTypes = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
] as const;
export type ClientAuthType = (typeof clientAuthTypes)[number];

export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** TLS as the listeners speak it; names are those of OpenSSL, certificates and key are texts in PEM. */
export interface WebTls {
  readonly cert: string;
  readonly key: string;
  /** Who vouches for clients' certificates; null where none is verified. */
  readonly clientCa: string | null;
  readonly clientAuth: ClientAuthType;
  /** One of these must be among the names in a client's certificate; null where any name will do. */
  readonly clientAllowedSans: readonly string[] | null;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** The suites in OpenSSL's notation, those of TLS 1.3 among them; null for Node's own choice. */
  readonly ciphers: string | null;
  readonly preferServerCiphers: boolean;
  /** `X25519:P-256`; null for OpenSSL's own choice. */
  readonly curves: string | null;
  /** The end of the time for which the certificate is good. */
  readonly notAfter: WallTime;
}

/** The web configuration file, checked: who may read over `web.listen`, and how. */
export interface WebConfig {
  /** null: plain HTTP. */
  readonly tls: WebTls | null;
  /** Added to every answer; in lower case, with their values. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user name; empty: nobody is asked for a password. */
  readonly users: ReadonlyMap<string, string>;
  /** One request each `interval` in the long run, `burst` at once; null: as many as come. */
  readonly rateLimit: { readonly interval: Duration; readonly burst: number } | null;
}

/** Whether whoever gets an answer has proved to be somebody: by a password, or by a certificate that was verified. */
export const authenticates = ({ users, tls }: WebConfig): boolean => users.size > 0 || tls?.clientAuth === "RequireAndVerifyClientCert";
