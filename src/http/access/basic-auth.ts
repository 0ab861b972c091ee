import { createHmac, randomBytes } from "node:crypto";
import { PasswordChecker } from "./password-checker.ts";

/** What came of the Authorization header of a request. `busy`: too many passwords wait to be compared. */
export type Verdict = "ok" | "missing" | "wrong" | "busy";

/** So many pairs are remembered of each kind; the toolkit remembers a hundred. */
const MOST_REMEMBERED = 256;

/**
 * 53 characters of salt and digest for names that nobody has: comparing with it takes as long as with a user's hash, so that the time
 * of an answer does not tell which names exist. No password is known for it, and a match would not count.
 */
const NOBODY = "X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";
const NOBODY_COST = "10";

/** Basic authentication (RFC 7617) against bcrypt hashes. */
export class BasicAuth {
  readonly #checker: PasswordChecker;
  /** What has been compared is kept under a digest with a key of this run: no password stays in memory. */
  readonly #key = randomBytes(32);
  readonly #right = new RecentSet(MOST_REMEMBERED);
  readonly #wrong = new RecentSet(MOST_REMEMBERED);
  #users: ReadonlyMap<string, string> = new Map();

  constructor(checker: PasswordChecker = new PasswordChecker()) {
    this.#checker = checker;
  }

  /** Takes effect with the next request. */
  set users(users: ReadonlyMap<string, string>) {
    this.#users = users;
  }

  /**
   * @param client whom the comparison is counted for
   * @param unwanted whether nobody waits for the verdict any more
   */
  async verify(authorization: string | undefined, client: string, unwanted?: () => boolean): Promise<Verdict> {
    const given = credentials(authorization);
    if (given === null) return authorization === undefined ? "missing" : "wrong";
    const known = this.#users.get(given.user);
    const hash = known ?? this.#nobodys(given.user);
    const pair = this.#digest(given.user, hash, given.password);
    if (known !== undefined && this.#right.has(pair)) return "ok";
    if (this.#wrong.has(pair)) return "wrong";
    const answer = await this.#checker.check({ password: given.password, hash }, client, unwanted);
    if (answer === "full" || answer === "unwanted") return "busy";
    const isRight = answer && known !== undefined;
    (isRight ? this.#right : this.#wrong).add(pair);
    // The users may have changed meanwhile.
    return isRight && this.#users.get(given.user) === hash ? "ok" : "wrong";
  }

  close(): Promise<void> {
    return this.#checker.close();
  }

  /** A hash that costs what some user's does, and for one name always the same user's. */
  #nobodys(name: string): string {
    const hashes = [...this.#users.values()];
    const pick = createHmac("sha256", this.#key).update(name).digest().readUInt32BE(0);
    const cost = hashes[pick % Math.max(1, hashes.length)]?.slice(4, 6) ?? NOBODY_COST;
    return `$2b$${cost}$${NOBODY}`;
  }

  #digest(...parts: readonly string[]): string {
    const mac = createHmac("sha256", this.#key);
    for (const part of parts) mac.update(`${Buffer.byteLength(part)}:${part}`);
    return mac.digest("base64");
  }
}

/** User and password of the header; null where it holds none. */
function credentials(authorization: string | undefined): { readonly user: string; readonly password: string } | null {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return null;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, "base64"));
  } catch {
    return null;
  }
  const colon = text.indexOf(":");
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Remembers what was added or asked for last. */
class RecentSet {
  readonly #most: number;
  readonly #members = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  has(member: string): boolean {
    if (!this.#members.delete(member)) return false;
    this.#members.add(member);
    return true;
  }

  add(member: string): void {
    this.#members.add(member);
    if (this.#members.size <= this.#most) return;
    const [oldest] = this.#members;
    if (oldest !== undefined) this.#members.delete(oldest);
  }
}
