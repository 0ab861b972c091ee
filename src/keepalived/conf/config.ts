import type { ConfiguredInstance, ConfiguredSyncGroup, ConfiguredTrack, KeepalivedConfig } from "../../core/keepalived-config.ts";
import { fifoOf, newGlobalDefs, readGlobalDefs } from "./global-defs.ts";
import { InstanceDraft } from "./instance.ts";
import type { Place, Statement } from "./statement.ts";
import { readTracks, TrackDefinitions, type TrackEntry } from "./tracks.ts";
import { keyword } from "./words.ts";

/** An instance that cannot be told apart from another, or cannot run. */
export interface LeftOut extends Place {
  readonly name: string;
  /** For a person. */
  readonly reason: string;
}

interface Member {
  readonly draft: InstanceDraft;
  readonly vrid: number;
  readonly tracks: readonly ConfiguredTrack[];
}

interface Group {
  readonly name: string;
  readonly members: readonly string[];
  readonly tracks: readonly ConfiguredTrack[];
  readonly ownWeights: boolean;
}

/**
 * What the statements mean, with the defaults of keepalived 2.2.7. Its dump of what it read (SIGUSR1) has confirmed them:
 * `global_defs` counts also for instances before it, what is tracked must be defined before it is named.
 */
export function readKeepalivedConfig(statements: readonly Statement[]): { config: KeepalivedConfig; leftOut: readonly LeftOut[] } {
  const globals = newGlobalDefs();
  for (const statement of statements) if (keyword(statement) === "global_defs") readGlobalDefs(statement.block ?? [], globals);

  const definitions = new TrackDefinitions();
  const found: { draft: InstanceDraft; tracks: readonly ConfiguredTrack[] }[] = [];
  const groups: Group[] = [];
  for (const statement of statements) {
    if (definitions.read(statement)) continue;
    if (keyword(statement) === "vrrp_instance" && statement.block !== null) {
      const draft = new InstanceDraft(statement);
      found.push({ draft, tracks: resolveAll(draft.tracks, definitions) });
    } else if (keyword(statement) === "vrrp_sync_group" && statement.block !== null) groups.push(readGroup(statement, definitions));
  }

  const leftOut: LeftOut[] = [];
  const members: Member[] = [];
  const names = new Set<string>();
  const routers = new Map<string, string>();
  for (const { draft, tracks } of found) {
    const { name, vrid, statement } = draft;
    const leave = (reason: string): void => void leftOut.push({ name, file: statement.file, line: statement.line, reason });
    if (names.has(name)) {
      leave("another instance before it has the same name");
      continue;
    }
    names.add(name);
    if (vrid === null) {
      leave("it has no virtual_router_id from 1 to 255");
      continue;
    }
    const router = `${draft.interfaceName(globals)} ${draft.family} ${vrid}`;
    const other = routers.get(router);
    if (other !== undefined) {
      leave(`"${other}" has the same VRID, interface and address family`);
      continue;
    }
    routers.set(router, name);
    members.push({ draft, vrid, tracks });
  }

  const known = new Set(members.map(({ draft }) => draft.name));
  const syncGroups: ConfiguredSyncGroup[] = [];
  const groupOf = new Map<string, Group>();
  for (const group of groups) {
    const present = [...new Set(group.members)].filter((name) => known.has(name));
    if (present.length === 0) continue; // keepalived removes it
    syncGroups.push({ name: group.name, members: present });
    for (const name of present) if (!groupOf.has(name)) groupOf.set(name, group);
  }

  const vmacs = new VmacNames(members.flatMap(({ draft }) => draft.vmac?.name ?? []));
  const instances: ConfiguredInstance[] = members.map(({ draft, vrid, tracks }) =>
    draft.finish(globals, vrid, {
      vmac: draft.vmac === null ? null : (draft.vmac.name ?? vmacs.next(globals.vmacPrefix, vrid, draft.family === "ipv6")),
      tracks: (owner) => joined(tracks, groupOf.get(draft.name), owner),
    }),
  );
  const config: KeepalivedConfig = {
    instances,
    syncGroups,
    notifyFifo: fifoOf(globals.notifyFifo, globals.notifyFifoScript),
    vrrpNotifyFifo: fifoOf(globals.vrrpNotifyFifo, globals.vrrpNotifyFifoScript),
    scriptUser: globals.scriptUser,
  };
  return { config, leftOut };
}

const resolveAll = (entries: readonly TrackEntry[], definitions: TrackDefinitions): readonly ConfiguredTrack[] =>
  entries.flatMap((entry) => definitions.resolve(entry) ?? []);

function readGroup(statement: Statement, definitions: TrackDefinitions): Group {
  const members: string[] = [];
  const tracks: ConfiguredTrack[] = [];
  let ownWeights = false;
  for (const inner of statement.block ?? []) {
    const word = keyword(inner);
    if (word === "group") for (const { words } of inner.block ?? []) for (const member of words) members.push(member);
    else if (word === "sync_group_tracking_weight" || word === "global_tracking") ownWeights = true;
    for (const track of resolveAll(readTracks(inner) ?? [], definitions)) tracks.push(track);
  }
  return { name: statement.words[1] ?? "", members, tracks, ownWeights };
}

/**
 * What an instance tracks itself, and what its group tracks for it; of what both name, the group's entry counts. Members of a
 * group keep no weights of their own, and an address owner (priority 255) none at all.
 */
function joined(own: readonly ConfiguredTrack[], group: Group | undefined, owner: boolean): readonly ConfiguredTrack[] {
  const tracks = new Map<string, ConfiguredTrack>();
  for (const track of own)
    if (group === undefined || group.ownWeights || track.weight === 0) tracks.set(`${track.kind} ${track.name}`, track);
  for (const track of group?.tracks ?? []) tracks.set(`${track.kind} ${track.name}`, track);
  return [...tracks.values()].filter(({ weight }) => !owner || weight === 0);
}

/** The names that keepalived gives to VMAC and ipvlan interfaces. */
class VmacNames {
  readonly #taken: Set<string>;

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
  }

  /** `vrrp.51`, for IPv6 then `vrrp6.51`, then `vrrp1.51` and so on: the first that is free. */
  next(prefix: string, vrid: number, ipv6: boolean): string {
    const first = `${prefix}.${vrid}`;
    let name = first;
    if (this.#taken.has(name) && ipv6) name = `${prefix}6.${vrid}`;
    for (let i = 1; this.#taken.has(name); i++) name = `${prefix}${i}.${vrid}`;
    this.#taken.add(name);
    return name;
  }
}
