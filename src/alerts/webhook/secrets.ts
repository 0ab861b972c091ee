import { readAtMost } from "../../lib/read-file.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { systemCode } from "../../lib/system-code.ts";
import { hungFolders } from "./hung-folders.ts";
import { signingKey } from "./signature.ts";

/** The settings of a receiver that name files with secrets, and its URL, which may be one. */
export interface SecretSettings {
  readonly url?: string | undefined;
  readonly url_file?: string | undefined;
  readonly secret_file?: string | null;
  readonly bearer_token_file?: string | null;
  readonly basic_auth?: { readonly username: string; readonly password_file: string } | null;
  readonly header_files?: Readonly<Record<string, string>>;
  readonly routing_key_file?: string | undefined;
}

/** What the files say at the moment of one attempt. Not to be kept. */
export interface Secrets {
  readonly url: URL;
  readonly signing: Uint8Array | null;
  /** The value of the header, with its scheme. */
  readonly authorization: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly routingKey: string | null;
  /** All of them, for a redactor. */
  readonly all: readonly string[];
}

/** Far more than a token, and than the 16 kB of headers that servers take. */
const MAX_BYTES = 16_384;

/** Reads them anew: what is not there now may be mounted later. The error names the setting, never what is in the file. Never throws. */
export async function readSecrets(settings: SecretSettings): Promise<Result<Secrets, string>> {
  const all: string[] = [];
  const read = async (setting: string, path: string | null | undefined): Promise<string | null> => {
    if (path === null || path === undefined) return null;
    const secret = await readSecret(setting, path);
    if (!secret.ok) throw new Unusable(secret.error);
    all.push(secret.value);
    return secret.value;
  };
  try {
    const url = targetUrl(settings.url ?? (await read("url_file", settings.url_file)), settings.url === undefined ? "url_file" : "url");
    const secret = await read("secret_file", settings.secret_file);
    const signing = secret === null ? null : usable(`secret_file ${settings.secret_file}`, signingKey(secret));
    if (secret !== null) all.push(secret.replace(/^whsec_/, "").replace(/=+$/, ""));
    const authorization = await readAuthorization(settings, read);
    if (authorization !== null) all.push(authorization.slice(authorization.indexOf(" ") + 1));
    const headers: Record<string, string> = {};
    for (const [name, path] of Object.entries(settings.header_files ?? {})) {
      const value = (await read(`header_files.${name}`, path)) ?? "";
      headers[name] = usable(`header_files.${name} ${path}`, headerValue(value));
    }
    return ok({ url, signing, authorization, headers, routingKey: await read("routing_key_file", settings.routing_key_file), all });
  } catch (error) {
    if (error instanceof Unusable) return err(error.why);
    throw error;
  }
}

/** A file as a secret: its text without the last line end. The error says what is wrong with it, and that it is looked at again. */
export async function readSecret(setting: string, path: string): Promise<Result<string, string>> {
  const file = `${setting} ${path}`;
  let bytes: Uint8Array;
  try {
    bytes = await hungFolders.use(path, () => readAtMost(path, MAX_BYTES + 1));
  } catch (error) {
    return err(`${file} ${unreadable(error)}`);
  }
  if (bytes.length > MAX_BYTES) return err(`${file} is larger than ${MAX_BYTES} bytes: it must hold the secret and nothing else`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    return err(`${file} is not text in UTF-8: it must hold the secret and nothing else`);
  }
  return text === "" ? err(`${file} is empty: write the secret into it; it is read again at the next attempt`) : ok(text);
}

/** Why a file cannot be read, and what to do; to be put behind its name. */
export function unreadable(error: unknown): string {
  const code = systemCode(error) ?? "unknown";
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist: create or mount it; it is read again at the next attempt";
  if (code === "EACCES" || code === "EPERM") return "cannot be read: let the agent's user read it";
  if (code === "EISDIR" || code === "NOT_REGULAR") return "is not a regular file: name the file itself";
  if (code === "HUNG") return "is on a file system that does not answer: look at its mount; it is read again once that answers";
  return `cannot be read (${code})`;
}

/** A text as it may stand in a header (RFC 9110 §5.5). */
export function headerValue(value: string): Result<string, string> {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return ok(value);
  return err("holds a line end or another character that a header cannot have: keep it to one line of printable ASCII");
}

/** Ends the reading at the first setting that cannot be used. */
class Unusable extends Error {
  readonly why: string;

  constructor(why: string) {
    super(why);
    this.why = why;
  }
}

function usable<T>(file: string, result: Result<T, string>): T {
  if (!result.ok) throw new Unusable(`${file} ${result.error}`);
  return result.value;
}

async function readAuthorization(
  { bearer_token_file: bearer, basic_auth: basic }: SecretSettings,
  read: (setting: string, path: string) => Promise<string | null>,
): Promise<string | null> {
  if (bearer !== null && bearer !== undefined) {
    const token = (await read("bearer_token_file", bearer)) ?? "";
    return `Bearer ${usable(`bearer_token_file ${bearer}`, headerValue(token))}`;
  }
  if (basic === null || basic === undefined) return null;
  const password = (await read("basic_auth.password_file", basic.password_file)) ?? "";
  return `Basic ${Buffer.from(`${basic.username}:${password}`).toString("base64")}`;
}

/** Never repeats the URL. */
function targetUrl(text: string | null, setting: string): URL {
  if (text === null) throw new Unusable("url or url_file is wanted: where to post to");
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new Unusable(`${setting} does not hold a complete http:// or https:// URL: write one, such as https://example.net/hook`);
  if (url.username !== "" || url.password !== "")
    throw new Unusable(`${setting} holds a user name or password within the URL: use basic_auth`);
  return url;
}
