import { isIP } from "node:net";
import { type ConnectionOptions, checkServerIdentity, createSecureContext } from "node:tls";
import { readAtMost } from "../../lib/read-file.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { unreadable } from "./secrets.ts";

/** The `tls` settings of a receiver. */
export interface TlsSettings {
  readonly ca_file?: string | null;
  readonly cert_file?: string | null;
  readonly key_file?: string | null;
  readonly server_name?: string | null;
}

/** What TLS is told for one connection. */
export type TlsIdentity = Pick<ConnectionOptions, "secureContext" | "servername" | "checkServerIdentity">;

/** A system's whole list of authorities has 250 kB. */
const MAX_BYTES = 1_048_576;

/**
 * The files are read anew, so a renewed certificate is used from the next attempt on.
 * The error names the setting and the file, never what is in it. Never throws.
 */
export async function readTls(settings: TlsSettings): Promise<Result<TlsIdentity, string>> {
  const ca = await readPem("tls.ca_file", settings.ca_file, "CERTIFICATE");
  if (!ca.ok) return ca;
  const cert = await readPem("tls.cert_file", settings.cert_file, "CERTIFICATE");
  if (!cert.ok) return cert;
  const key = await readPem("tls.key_file", settings.key_file, "PRIVATE KEY");
  if (!key.ok) return key;
  const problem =
    refused(`tls.ca_file ${settings.ca_file} holds no usable certificate`, { ca: ca.value }) ??
    refused(`tls.cert_file ${settings.cert_file} holds no usable certificate`, { cert: cert.value }) ??
    refused(`tls.key_file ${settings.key_file} holds no usable key (one with a passphrase is none)`, { key: key.value });
  if (problem !== null) return err(problem);
  try {
    const secureContext = createSecureContext(given({ ca: ca.value, cert: cert.value, key: key.value }));
    return ok({ secureContext, ...nameOptions(settings.server_name ?? null) });
  } catch {
    return err("tls.key_file is not the key of the certificate in tls.cert_file: give both from one issue, and replace both at once");
  }
}

type Pem = Readonly<Record<string, string | null>>;

const given = (parts: Pem): Record<string, string> => {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(parts)) if (value !== null) present[name] = value;
  return present;
};

function refused(problem: string, parts: Pem): string | null {
  if (Object.values(parts).every((part) => part === null)) return null;
  try {
    createSecureContext(given(parts));
    return null;
  } catch {
    return problem;
  }
}

/** @param kind what must be in it: Node takes a file of authorities without any in silence */
async function readPem(setting: string, path: string | null | undefined, kind: string): Promise<Result<string | null, string>> {
  if (path === null || path === undefined) return ok(null);
  let bytes: Uint8Array;
  try {
    bytes = await readAtMost(path, MAX_BYTES + 1);
  } catch (error) {
    return err(`${setting} ${path} ${unreadable(error)}`);
  }
  if (bytes.length > MAX_BYTES) return err(`${setting} ${path} is larger than ${MAX_BYTES} bytes`);
  const text = new TextDecoder().decode(bytes);
  if (!new RegExp(`-----BEGIN [A-Z0-9 ]*${kind}-----`).test(text))
    return err(`${setting} ${path} holds no ${kind} in PEM: convert it with openssl`);
  return ok(text);
}

function nameOptions(name: string | null): TlsIdentity {
  if (name === null) return {};
  // An address is no name to be sent in the handshake (RFC 6066 §3), but a certificate may be for one.
  if (isIP(name) !== 0) return { checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate) };
  return { servername: name };
}
