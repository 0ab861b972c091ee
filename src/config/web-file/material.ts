import { createPrivateKey, X509Certificate } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { fileIdentity } from "../../lib/file-identity.ts";
import { type WallTime, wallTime } from "../../lib/time.ts";
import { secureContextOptions } from "../../lib/tls-options.ts";
import type { WebTls } from "../../lib/web-config.ts";
import type { Path } from "../problems.ts";
import { readText } from "../resolve.ts";
import type { TlsServerConfig } from "./schema.ts";
import { opensslCiphers, opensslCurves, tlsVersions } from "./tls-names.ts";

export interface MaterialNote {
  readonly path: Path;
  readonly message: string;
}

/** What the certificates and the key are, read and tried. */
export interface Material {
  /** null where there are problems. */
  readonly tls: WebTls | null;
  readonly problems: readonly MaterialNote[];
  readonly warnings: readonly MaterialNote[];
  /** Every file that was asked for, with its identity from before it was read. */
  readonly files: ReadonlyMap<string, string>;
}

const WORLD_READABLE = 0o004;
const section = "tls_server_config";

/**
 * Reads the certificates and the key that the file names or holds, and tries them, so that a server takes them afterwards.
 * Never throws; a message names the file, never what is in it.
 * @param webFile relative paths are relative to its folder
 */
export async function readMaterial(config: TlsServerConfig, webFile: string, now: WallTime): Promise<Material> {
  const problems: MaterialNote[] = [];
  const warnings: MaterialNote[] = [];
  const files = new Map<string, string>();
  const read = async (key: "cert" | "key" | "client_ca"): Promise<Pem | null> => {
    const inline = config[key];
    const named = config[`${key}_file`];
    if (named === undefined) return inline === undefined ? null : { text: inline, path: [section, key], shown: key };
    const path: Path = [section, `${key}_file`];
    const file = resolve(dirname(webFile), named);
    files.set(file, await fileIdentity(file));
    const text = await readText(file, false);
    if (text.ok && text.value !== null) return { text: text.value, path, shown: file };
    problems.push({ path, message: `${file} ${text.ok ? "does not exist" : text.error}` });
    return null;
  };
  const cert = await read("cert");
  const key = await read("key");
  const clientCa = await read("client_ca");
  const certificate = cert === null ? null : firstCertificate(cert, problems);
  if (clientCa !== null) for (const one of certificatesIn(clientCa.text)) checkAuthority(one, clientCa, problems);
  if (clientCa !== null && certificatesIn(clientCa.text).length === 0)
    problems.push({ path: clientCa.path, message: `${clientCa.shown} holds no certificate in PEM` });
  if (key !== null) checkKey(key, certificate, problems);
  if (config.key_file !== undefined && key !== null && (await isWorldReadable(key.shown)))
    warnings.push({ path: key.path, message: `${key.shown} can be read by everybody on this host: chmod o= ${key.shown}` });
  if (certificate !== null && cert !== null) warnings.push(...validity(certificate, cert, now));
  if (problems.length > 0 || cert === null || key === null || certificate === null) return { tls: null, problems, warnings, files };
  const tls: WebTls = {
    cert: cert.text,
    key: key.text,
    clientCa: clientCa?.text ?? null,
    clientAuth: config.client_auth_type,
    clientAllowedSans: config.client_allowed_sans ?? null,
    minVersion: tlsVersions[config.min_version],
    maxVersion: tlsVersions[config.max_version],
    ciphers: opensslCiphers(config.cipher_suites),
    preferServerCiphers: config.prefer_server_cipher_suites,
    curves: opensslCurves(config.curve_preferences),
    notAfter: wallTime(Date.parse(certificate.validTo) * 1_000),
  };
  const refusal = refusalOf(tls);
  if (refusal !== null) problems.push({ path: [section], message: `OpenSSL does not take this as a whole: ${refusal}` });
  return { tls: refusal === null ? tls : null, problems, warnings, files };
}

/** Whether everybody on this host may read a file; false where that cannot be told. */
export async function isWorldReadable(file: string): Promise<boolean> {
  return stat(file).then(
    ({ mode }) => (mode & WORLD_READABLE) !== 0,
    () => false,
  );
}

interface Pem {
  readonly text: string;
  /** The setting. */
  readonly path: Path;
  /** The file, or the name of the setting that holds it. */
  readonly shown: string;
}

const certificatesIn = (text: string): string[] =>
  text.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END [A-Z0-9 ]+-----/g) ?? [];

function firstCertificate({ text, path, shown }: Pem, problems: MaterialNote[]): X509Certificate | null {
  const [first] = certificatesIn(text);
  const certificate = first === undefined ? null : parsed(first);
  if (certificate === null) problems.push({ path, message: `${shown} holds no usable certificate in PEM: convert it with openssl x509` });
  return certificate;
}

function parsed(text: string): X509Certificate | null {
  try {
    return new X509Certificate(text);
  } catch {
    return null;
  }
}

function checkAuthority(text: string, { path, shown }: Pem, problems: MaterialNote[]): void {
  if (parsed(text) === null) problems.push({ path, message: `${shown} holds a certificate that cannot be read` });
}

function checkKey({ text, path, shown }: Pem, certificate: X509Certificate | null, problems: MaterialNote[]): void {
  try {
    const key = createPrivateKey(text);
    if (certificate !== null && !certificate.checkPrivateKey(key))
      problems.push({ path, message: `${shown} is not the key of the certificate: give both from one issue, and replace both` });
  } catch {
    const locked = /-----BEGIN ENCRYPTED |Proc-Type: 4,ENCRYPTED/.test(text);
    const message = locked ? "has a passphrase: store it without one, readable for the agent only" : "holds no usable private key in PEM";
    problems.push({ path, message: `${shown} ${message}` });
  }
}

function validity(certificate: X509Certificate, { path, shown }: Pem, now: WallTime): MaterialNote[] {
  const { validFrom, validTo } = certificate;
  if (Date.parse(validTo) * 1_000 < now)
    return [{ path, message: `${shown} is no longer valid, since ${validTo}: clients will refuse it` }];
  if (Date.parse(validFrom) * 1_000 > now) return [{ path, message: `${shown} is not valid before ${validFrom}: clients will refuse it` }];
  return [];
}

/** What OpenSSL says against settings that are each right, such as a key too small for its level of security. */
function refusalOf(tls: WebTls): string | null {
  try {
    createSecureContext(secureContextOptions(tls));
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const reason = error instanceof Error && "reason" in error ? String(error.reason) : "";
    return reason === "" ? code : `${reason} (${code})`;
  }
}
