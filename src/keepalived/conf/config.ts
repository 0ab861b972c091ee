import type {
  ConfiguredAddress,
  ConfiguredInstance,
  ConfiguredSyncGroup,
  ConfiguredTrack,
  KeepalivedConfig,
} from "../../core/keepalived-config.ts";
import { familyOf } from "../../lib/addresses.ts";
import { micros, seconds } from "../../lib/time.ts";
import type { ParsedConf, Statement } from "./tree.ts";
import { type AddressEntry, addressEntry, argument, decimal, flag, lastOf, plainAddress, whole } from "./values.ts";

/** One count byte in a packet, and an IPv6 packet that fits 1,500 bytes (vrrp.c). */
const MOST_ADVERTISED = { ipv4: 255, ipv6: 89 } as const;
/** The longest interval that the twelve bits of version 3 hold. */
const LONGEST_V3 = seconds(40.95);
const V3_UNIT = 10_000;

type Block = readonly Statement[];

/** What vrrpwatch needs of a parsed file, with keepalived 2.2.7's defaults. What keepalived would refuse is left out. */
export function configOf({ statements }: Pick<ParsedConf, "statements">): KeepalivedConfig {
  const globals = statements.filter(({ words }) => words[0] === "global_defs").flatMap(({ block }) => block ?? []);
  const groups = statements.filter(({ words }) => words[0] === "vrrp_sync_group" && words[1] !== undefined);
  const weights = weightsOf(statements);
  const instances: ConfiguredInstance[] = [];
  const taken = new Set<string>();
  const names = new Set<string>();
  const groupOf = new Map(groups.toReversed().flatMap((group) => membersOf(group).map((member) => [member, group] as const)));
  for (const statement of statements) {
    if (statement.words[0] !== "vrrp_instance" || statement.block === null) continue;
    const name = statement.words[1];
    if (name === undefined || names.has(name)) continue;
    const instance = instanceOf(name, statement, globals, groupOf.get(name)?.block ?? [], weights, instances);
    const key =
      instance === undefined ? undefined : `${instance.interface} ${instance.family} ${instance.vrid} ${instance.unicastPeers.join(",")}`;
    if (instance === undefined || key === undefined || taken.has(key)) continue;
    taken.add(key);
    names.add(name);
    instances.push(instance);
  }
  return {
    instances,
    syncGroups: groups.map(syncGroupOf),
    notifyFifo: fifoOf(globals, "notify_fifo"),
    vrrpNotifyFifo: fifoOf(globals, "vrrp_notify_fifo"),
    scriptUser: argument(globals, "script_user") ?? null,
  };
}

function fifoOf(globals: Block, keyword: string): KeepalivedConfig["notifyFifo"] {
  const path = argument(globals, keyword);
  return path === undefined ? null : { path, script: lastOf(globals, `${keyword}_script`) !== undefined };
}

const syncGroupOf = (statement: Statement): ConfiguredSyncGroup => ({ name: statement.words[1] as string, members: membersOf(statement) });

/** `group { A B }`, one name a line or several. */
function membersOf({ block }: Statement): string[] {
  return (block ?? []).filter(({ words }) => words[0] === "group").flatMap((group) => (group.block ?? []).flatMap(({ words }) => words));
}

const trackKinds: Readonly<Record<string, ConfiguredTrack["kind"]>> = {
  track_script: "script",
  track_process: "process",
  track_file: "file",
  track_interface: "interface",
  track_bfd: "bfd",
};

const definitions: Readonly<Record<string, ConfiguredTrack["kind"]>> = {
  vrrp_script: "script",
  vrrp_track_process: "process",
  vrrp_track_file: "file",
  track_file: "file",
  bfd_instance: "bfd",
};

/** The weights that scripts, processes and files have by themselves, where a track gives none. */
function weightsOf(statements: Block): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { words, block } of statements) {
    const kind = definitions[words[0] ?? ""];
    if (kind !== undefined && words[1] !== undefined)
      weights.set(`${kind} ${words[1]}`, whole(argument(block ?? [], "weight"), -253, 253) ?? 0);
  }
  return weights;
}

function tracksOf(block: Block, weights: ReadonlyMap<string, number>): ConfiguredTrack[] {
  return block.flatMap((statement) => {
    const kind = trackKinds[statement.words[0] ?? ""];
    if (kind === undefined) return [];
    return (statement.block ?? []).map(({ words }): ConfiguredTrack => {
      const at = words.indexOf("weight");
      const weight = at > 0 ? whole(words[at + 1], -253, 253) : undefined;
      return { kind, name: words[0] ?? "", weight: weight ?? weights.get(`${kind} ${words[0]}`) ?? 0 };
    });
  });
}

function instanceOf(
  name: string,
  { block, file, line }: Statement,
  globals: Block,
  group: Block,
  weights: ReadonlyMap<string, number>,
  before: readonly ConfiguredInstance[],
): ConfiguredInstance | undefined {
  const own = block ?? [];
  const vrid = whole(argument(own, "virtual_router_id"), 1, 255);
  if (vrid === undefined) return undefined;
  const source = plainAddress(argument(own, "unicast_src_ip") ?? argument(own, "mcast_src_ip") ?? "");
  const peers = (lastOf(own, "unicast_peer")?.block ?? []).flatMap(({ words }) => plainAddress(words[0] ?? "") ?? []);
  const listed = entriesOf(own, "virtual_ipaddress");
  const excluded = entriesOf(own, "virtual_ipaddress_excluded");
  const sourceFamily = source ?? peers[0];
  const family = listed[0]?.family ?? (sourceFamily === undefined ? (excluded[0]?.family ?? "ipv4") : familyOf(sourceFamily));
  const version = versionOf(own, globals, family);
  const initialState = argument(own, "state") === "MASTER" ? "MASTER" : "BACKUP";
  return {
    name,
    interface: argument(own, "interface") ?? argument(globals, "default_interface") ?? "eth0",
    family,
    vrid,
    version,
    initialState,
    priority: priorityOf(own, initialState),
    interval: intervalOf(argument(own, "advert_int"), version),
    downTimerAdverts:
      whole(argument(own, "down_timer_adverts"), 1, 100) ?? whole(argument(globals, "vrrp_down_timer_adverts"), 1, 100) ?? 3,
    auth: authOf(own, version),
    addresses: addressesOf(listed, excluded, family),
    vmac: vmacOf(own, vrid, family, before),
    nopreempt: flag(own, "nopreempt"),
    preemptDelay: seconds(Math.min(1_000, decimal(argument(own, "preempt_delay")) ?? 0)),
    unicastPeers: peers,
    sourceAddress: source,
    tracks: [...tracksOf(own, weights), ...tracksOf(group, weights)],
    file,
    line,
  };
}

const entriesOf = (block: Block, keyword: string): AddressEntry[] =>
  block.filter(({ words }) => words[0] === keyword).flatMap((list) => (list.block ?? []).flatMap((entry) => addressEntry(entry) ?? []));

/** IPv6 instances use version 3 whatever global_defs says, unless they say otherwise themselves (vrrp.c, vrrp_complete_instance). */
function versionOf(own: Block, globals: Block, family: "ipv4" | "ipv6"): 2 | 3 {
  const wanted = whole(argument(own, "version") ?? argument(own, "vrrp_version"), 2, 3);
  const fallback = family === "ipv6" ? 3 : (whole(argument(globals, "vrrp_version"), 2, 3) ?? 2);
  return (wanted ?? fallback) === 3 ? 3 : 2;
}

function priorityOf(own: Block, initialState: "MASTER" | "BACKUP"): number {
  const statement = lastOf(own, "priority");
  if (statement === undefined) return initialState === "MASTER" ? 255 : 100;
  return whole(statement.words[1], 1, 255) ?? 100;
}

/** Version 2 has whole seconds, version 3 hundredths up to 40.95 s; keepalived rounds. */
function intervalOf(text: string | undefined, version: 2 | 3): ConfiguredInstance["interval"] {
  const wanted = decimal(text) ?? 1;
  const valid = wanted >= 0.01 && wanted <= 255 ? wanted : 1;
  if (version === 2) return seconds(Math.max(1, Math.round(valid)));
  return micros(Math.min(LONGEST_V3, Math.max(V3_UNIT, Math.round((valid * 1e6) / V3_UNIT) * V3_UNIT)));
}

function authOf(own: Block, version: 2 | 3): ConfiguredInstance["auth"] {
  if (own.some(({ words }) => words[0] === "auth_hmac")) return "hmac";
  const block = lastOf(own, "authentication")?.block ?? [];
  if (version === 3 || lastOf(block, "auth_pass")?.secretLength === undefined) return "none";
  const type = argument(block, "auth_type");
  return type === "PASS" ? "simple" : type === "AH" ? "ah" : "none";
}

/** Entries of the other family are ignored in `virtual_ipaddress`; what does not fit a packet is kept but not advertised. */
function addressesOf(listed: readonly AddressEntry[], excluded: readonly AddressEntry[], family: "ipv4" | "ipv6"): ConfiguredAddress[] {
  const entry = (advertised: boolean, { address, prefixLength, dev, dad }: AddressEntry): ConfiguredAddress => ({
    address,
    prefixLength,
    dev,
    advertised,
    dad,
  });
  const own = listed.filter((one) => one.family === family);
  return [...own.map((one, i) => entry(i < MOST_ADVERTISED[family], one)), ...excluded.map((one) => entry(false, one))];
}

/** keepalived names it `vrrp.VRID`, and where that is taken by the other family's instance `vrrp6.VRID` (vrrp_parser.c). */
function vmacOf(own: Block, vrid: number, family: "ipv4" | "ipv6", before: readonly ConfiguredInstance[]): string | null {
  const statement = lastOf(own, "use_vmac") ?? lastOf(own, "use_ipvlan");
  if (statement === undefined) return null;
  const [, word] = statement.words;
  if (word !== undefined && !/^(?:[0-9a-f]{1,2}:){4,5}/i.test(word)) return word;
  const first = `vrrp.${vrid}`;
  return family === "ipv6" && before.some(({ vmac }) => vmac === first) ? `vrrp6.${vrid}` : first;
}
