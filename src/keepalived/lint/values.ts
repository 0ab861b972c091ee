import { canonicalAddress, familyOf } from "../../lib/addresses.ts";
import type { Statement } from "../conf/statement.ts";

/** Reading single values of keepalived.conf, as keepalived 2.2.7 takes them. */

/** The last statement of this keyword in a block: keepalived lets a later one win. */
export function lastOf(block: readonly Statement[], keyword: string): Statement | undefined {
  return block.findLast(({ words }) => words[0] === keyword);
}

export const argument = (block: readonly Statement[], keyword: string): string | undefined => lastOf(block, keyword)?.words[1];

/** A whole number within bounds; undefined for anything else. */
export function whole(text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined || !/^[+-]?\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** A decimal number; undefined for anything else. */
export function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\+?(?:\d{1,10}(?:\.\d{0,12})?|\.\d{1,12})$/.test(text) ? Number(text) : undefined;
}

/** A flag without a word is on. */
export function flag(block: readonly Statement[], keyword: string): boolean {
  const statement = lastOf(block, keyword);
  return statement !== undefined && !["off", "false", "no"].includes(statement.words[1] ?? "");
}

/** A source or a peer: keepalived lets a prefix length stand there, and ignores it. */
export const plainAddress = (text: string): string | null => canonicalAddress(text.split("/", 1)[0] ?? "");

export interface AddressEntry {
  readonly address: string;
  readonly family: "ipv4" | "ipv6";
  readonly prefixLength: number;
  readonly dev: string | null;
  readonly dad: boolean;
}

/** One line of `virtual_ipaddress`: the address, and its words (vrrp_ipaddress.c). undefined where the address is none. */
export function addressEntry({ words }: Statement): AddressEntry | undefined {
  const [text = "", prefix] = (words[0] ?? "").split("/", 2);
  const address = canonicalAddress(text);
  if (address === null) return undefined;
  const family = familyOf(address);
  const longest = family === "ipv4" ? 32 : 128;
  const at = words.indexOf("dev");
  return {
    address,
    family,
    prefixLength: whole(prefix, 0, longest) ?? longest,
    dev: at > 0 ? (words[at + 1] ?? null) : null,
    dad: words.includes("-nodad"),
  };
}
