import { canonicalAddress, familyOf } from "../../lib/addresses.ts";
import type { Statement } from "../conf/statement.ts";
import { quoted, type Report } from "./finding.ts";
import { named } from "./keywords.ts";
import { addressEntry, lastOf, whole } from "./values.ts";
import { addressesIn, type ConfView, type InstanceView } from "./view.ts";

/** One count byte in a packet, and an IPv6 packet that fits 1,500 bytes (vrrp.c). */
const MOST_ADVERTISED = { ipv4: 255, ipv6: 89 } as const;
const LONGEST_LABEL = 15;

/** Words of an address line, and whether a value follows (vrrp_ipaddress.c). */
const addressWords: Readonly<Record<string, boolean>> = {
  dev: true,
  scope: true,
  brd: true,
  broadcast: true,
  label: true,
  peer: true,
  preferred_lft: true,
  home: false,
  "-nodad": false,
  mngtmpaddr: false,
  noprefixroute: false,
  autojoin: false,
  no_track: false,
  use_vmac: false,
};
const scopes = ["global", "nowhere", "host", "link", "site"];

export function checkAddresses(view: ConfView, report: Report): void {
  for (const instance of view.instances) {
    for (const keyword of ["virtual_ipaddress", "virtual_ipaddress_excluded"])
      for (const list of named(instance.block, keyword)) for (const line of list.block ?? []) checkLine(line, instance, report);
    checkList(instance, report);
  }
}

function checkLine(line: Statement, { name }: InstanceView, report: Report): void {
  const [first = ""] = line.words;
  const entry = addressEntry(line);
  if (entry === undefined) {
    report("bad_address", line, `${quoted(first)} is no IP address`, name);
    return;
  }
  const slash = first.indexOf("/");
  const longest = entry.family === "ipv4" ? 32 : 128;
  if (slash >= 0 && slash < first.length - 1 && whole(first.slice(slash + 1), 0, longest) === undefined)
    report("bad_prefix", line, `${quoted(first)}: the length is not between 0 and ${longest}`, name);
  if (slash < 0 && entry.family === "ipv4" && !line.words.includes("peer"))
    report("address_without_length", line, `${entry.address} without a prefix length becomes ${entry.address}/32`, name);
  for (let at = 1; at < line.words.length; at++) at += checkWord(line, at, entry.family, name, report);
}

/** @returns how many words after this one belong to it. */
function checkWord(line: Statement, at: number, family: "ipv4" | "ipv6", instance: string, report: Report): number {
  const word = line.words[at] ?? "";
  const value = line.words[at + 1];
  const takesValue = Object.hasOwn(addressWords, word) ? addressWords[word] : undefined;
  if (takesValue === undefined) {
    report("bad_address_word", line, `keepalived knows no word ${quoted(word)} in an address line`, instance);
    return 0;
  }
  if (!takesValue) return 0;
  if (value === undefined) {
    report("bad_address_word", line, `${word} needs a value`, instance);
    return 0;
  }
  if (family === "ipv6" && ["scope", "brd", "broadcast", "label"].includes(word))
    report("ipv6_address_word", line, `an IPv6 address has no ${word}`, instance);
  else if (!validValue(word, value, family)) report("bad_address_word", line, `${word} ${quoted(value)} is not valid`, instance);
  return 1;
}

function validValue(word: string, value: string, family: "ipv4" | "ipv6"): boolean {
  if (word === "scope") return scopes.includes(value) || whole(value, 0, 255) !== undefined;
  if (word === "brd" || word === "broadcast") return value === "+" || value === "-" || isAddress(value, "ipv4");
  if (word === "label") return Buffer.byteLength(value) <= LONGEST_LABEL;
  if (word === "peer") return isAddress(value, family);
  if (word === "preferred_lft") return value === "forever" || whole(value, 0, 2_147_483_647) !== undefined;
  return true;
}

function isAddress(text: string, family: "ipv4" | "ipv6"): boolean {
  const address = canonicalAddress(text);
  return address !== null && familyOf(address) === family;
}

function checkList(instance: InstanceView, report: Report): void {
  const { name, block, family, statement, strict } = instance;
  // Where a source or a peer has fixed the family, the addresses have to follow; the other way round is a matter of the source.
  const listed = addressesIn(block).filter(({ keyword }) => keyword === "virtual_ipaddress");
  for (const { family: own, statement: line } of listed)
    if (own !== family)
      report(
        "mixed_families",
        line,
        `${line.words[0]} is an address of the other family: ${name} is an instance of ${names[family]}`,
        name,
      );
  const own = listed.filter((one) => one.family === family);
  const list = lastOf(block, "virtual_ipaddress") ?? statement;
  if (own.length === 0) report("no_address", list, `${name} has no virtual IP address`, name);
  if (own.length > MOST_ADVERTISED[family])
    report("too_many_addresses", list, `${own.length} addresses, of which a packet holds ${MOST_ADVERTISED[family]}`, name);
  const [first] = own;
  if (family === "ipv6" && first !== undefined && !/^fe[89ab]/.test(addressEntry(first.statement)?.address ?? ""))
    report(
      strict ? "strict_first_ipv6" : "first_ipv6_not_link_local",
      first.statement,
      `${first.statement.words[0]} is listed first, and is not link-local`,
      name,
    );
  const seen = new Set<string>();
  for (const { statement: line } of own) {
    const address = addressEntry(line)?.address ?? "";
    if (seen.has(address)) report("duplicate_address", line, `${address} is listed twice`, name);
    seen.add(address);
  }
}

const names = { ipv4: "IPv4", ipv6: "IPv6" } as const;
