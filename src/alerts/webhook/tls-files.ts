import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";
import { isIP } from "node:net";
import { type ConnectionOptions, checkServerIdentity, createSecureContext, type SecureContext } from "node:tls";
import { readAtMost } from "../../lib/read-file.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { hungFolders } from "./hung-folders.ts";
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

/** The files of a receiver, and what was made of them as long as they stay the same. */
export class TlsFiles {
  readonly #settings: TlsSettings;
  #last: { readonly identity: string; readonly secureContext: SecureContext } | null = null;

  constructor(settings: TlsSettings) {
    this.#settings = settings;
  }

  /**
   * They are looked at anew, so a renewed certificate is used from the next attempt on; but a whole list of authorities takes 90 ms, in which
   * nothing else runs, so only what has changed is read.
   * The error names the setting and the file, never what is in it. Never throws.
   */
  async read(): Promise<Result<TlsIdentity, string>> {
    const { ca_file: ca, cert_file: cert, key_file: key, server_name: name = null } = this.#settings;
    const names = nameOptions(name);
    // Before they are read: what is replaced meanwhile is seen the next time.
    const identity = await identityOf([ca, cert, key]);
    if (identity !== null && identity === this.#last?.identity) return ok({ secureContext: this.#last.secureContext, ...names });
    this.#last = null;
    const made = await readContext(this.#settings);
    if (!made.ok) return made;
    if (identity !== null) this.#last = { identity, secureContext: made.value };
    return ok({ secureContext: made.value, ...names });
  }
}

/** @returns null: one of them cannot be looked at */
async function identityOf(paths: readonly (string | null | undefined)[]): Promise<string | null> {
  try {
    const look = (path: string): Promise<BigIntStats> => hungFolders.use(path, () => stat(path, { bigint: true }));
    const stats = await Promise.all(paths.map((path) => (path === null || path === undefined ? null : look(path))));
    return stats.map((file) => (file === null ? "" : [file.dev, file.ino, file.size, file.mtimeNs, file.ctimeNs].join())).join(" ");
  } catch {
    return null;
  }
}

async function readContext(settings: TlsSettings): Promise<Result<SecureContext, string>> {
  const ca = await readPem("tls.ca_file", settings.ca_file, "CERTIFICATE");
  if (!ca.ok) return ca;
  const cert = await readPem("tls.cert_file", settings.cert_file, "CERTIFICATE");
  if (!cert.ok) return cert;
  const key = await readPem("tls.key_file", settings.key_file, "PRIVATE KEY");
  if (!key.ok) return key;
  try {
    return ok(createSecureContext(given({ ca: ca.value, cert: cert.value, key: key.value })));
  } catch {
    return err(
      refused(`tls.ca_file ${settings.ca_file} holds no usable certificate`, { ca: ca.value }) ??
        refused(`tls.cert_file ${settings.cert_file} holds no usable certificate`, { cert: cert.value }) ??
        refused(`tls.key_file ${settings.key_file} holds no usable key (one with a passphrase is none)`, { key: key.value }) ??
        "tls.key_file is not the key of the certificate in tls.cert_file: give both from one issue, and replace both at once",
    );
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
    bytes = await hungFolders.use(path, () => readAtMost(path, MAX_BYTES + 1));
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
