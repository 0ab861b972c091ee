import { canonicalAddress, familyOf } from "../../lib/addresses.ts";
import type { Statement } from "../conf/statement.ts";
import { named } from "./keywords.ts";
import { addressEntry, argument, lastOf, plainAddress, whole } from "./values.ts";

export type Block = readonly Statement[];

/** A vrrp_instance as the rules need it: also where it is wrong, unlike what configOf() gives. */
export interface InstanceView {
  readonly name: string;
  readonly statement: Statement;
  readonly block: Block;
  readonly family: "ipv4" | "ipv6";
  readonly version: 2 | 3;
  readonly state: "MASTER" | "BACKUP";
  readonly interface: string | null;
  readonly vrid: number | null;
  readonly strict: boolean;
  /** Statements of `unicast_peer`. */
  readonly peers: Block;
}

export interface ConfView {
  readonly statements: Block;
  readonly globals: Block;
  /** Only the first of each name, as keepalived has it. */
  readonly instances: readonly InstanceView[];
  readonly groups: readonly Statement[];
}

export function viewOf(statements: Block): ConfView {
  const globals = named(statements, "global_defs").flatMap(({ block }) => block ?? []);
  const instances = new Map<string, InstanceView>();
  for (const statement of named(statements, "vrrp_instance")) {
    const name = statement.words[1];
    if (name !== undefined && !instances.has(name)) instances.set(name, instanceView(name, statement, globals));
  }
  return { statements, globals, instances: [...instances.values()], groups: named(statements, "vrrp_sync_group") };
}

function instanceView(name: string, statement: Statement, globals: Block): InstanceView {
  const block = statement.block ?? [];
  const family = familyOfInstance(block);
  return {
    name,
    statement,
    block,
    family,
    version: versionOf(block, globals, family),
    state: argument(block, "state") === "MASTER" ? "MASTER" : "BACKUP",
    interface: argument(block, "interface") ?? null,
    vrid: whole(argument(block, "virtual_router_id"), 1, 255) ?? null,
    strict: on(block, "strict_mode") ?? on(globals, "vrrp_strict") ?? false,
    peers: named(block, "unicast_peer").flatMap((list) => list.block ?? []),
  };
}

/** IPv6 instances use version 3 whatever global_defs says, unless they say otherwise before their addresses. Of two versions the first holds. */
function versionOf(block: Block, globals: Block, family: "ipv4" | "ipv6"): 2 | 3 {
  if (family === "ipv6" && lastOf(block, "native_ipv6") !== undefined) return 3;
  const first = named(block, "version").find(({ words }) => whole(words[1], 2, 3) !== undefined);
  const own = first === versionAfterIpv6(block) ? undefined : whole(first?.words[1], 2, 3);
  const fallback = family === "ipv6" ? 3 : whole(argument(globals, "vrrp_version"), 2, 3);
  return (own ?? fallback) === 3 ? 3 : 2;
}

function on(block: Block, keyword: string): boolean | undefined {
  const statement = lastOf(block, keyword);
  return statement === undefined ? undefined : !["off", "false", "no"].includes(statement.words[1] ?? "");
}

/** That of the first address in the order of the file (vrrp_parser.c and vrrp_data.c set it where it is still unknown). */
function familyOfInstance(block: Block): "ipv4" | "ipv6" {
  for (const statement of block) {
    const family = familyBy(statement);
    if (family !== undefined) return family;
  }
  for (const statement of named(block, "virtual_ipaddress_excluded").flatMap((list) => list.block ?? [])) {
    const entry = addressEntry(statement);
    if (entry !== undefined) return entry.family;
  }
  return "ipv4";
}

/** What the statement makes of an instance whose family is still unknown. */
const familyBy = (statement: Statement): "ipv4" | "ipv6" | undefined =>
  statement.words[0] === "native_ipv6" ? "ipv6" : addressesIn([statement])[0]?.family;

interface PlacedAddress {
  readonly family: "ipv4" | "ipv6";
  readonly keyword: string;
  readonly statement: Statement;
}

/** Whatever fixes the family of an instance, in the order of the file. */
export function addressesIn(block: Block): PlacedAddress[] {
  return block.flatMap((statement): PlacedAddress[] => {
    const [keyword = "", text = ""] = statement.words;
    if (keyword === "mcast_src_ip" || keyword === "unicast_src_ip") {
      const address = plainAddress(text);
      return address === null ? [] : [{ family: familyOf(address), keyword, statement }];
    }
    if (keyword !== "virtual_ipaddress" && keyword !== "unicast_peer") return [];
    return (statement.block ?? []).flatMap((line) => {
      const entry = addressEntry(line);
      return entry === undefined ? [] : [{ family: entry.family, keyword, statement: line }];
    });
  });
}

/** A `version 2` that comes when the instance is one of IPv6 already. */
export function versionAfterIpv6(block: Block): Statement | undefined {
  const at = block.findIndex((statement) => familyBy(statement) !== undefined);
  const [deciding, ...later] = at < 0 ? [] : block.slice(at);
  if (deciding === undefined || familyBy(deciding) !== "ipv6") return undefined;
  return later.find(({ words }) => words[0] === "version" && words[1] === "2");
}

/** Whether the text is a multicast address of a family that keepalived takes as a group; in IPv6 of the segment only. */
export function isMulticast(text: string, family: "ipv4" | "ipv6"): boolean {
  const address = canonicalAddress(text);
  return address !== null && familyOf(address) === family && (family === "ipv4" ? /^2(?:2[4-9]|3\d)\./ : /^ff.2:/).test(address);
}
