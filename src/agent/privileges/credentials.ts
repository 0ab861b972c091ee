import { readdirSync, readFileSync } from "node:fs";
import { systemCode } from "../../lib/system-code.ts";
import { parseSet } from "./capability.ts";

/** What one thread may do. Capability sets as bits. */
export interface Credentials {
  /** Real, effective, saved, of the file system. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly groups: readonly number[];
  readonly inheritable: bigint;
  readonly permitted: bigint;
  readonly effective: bigint;
  readonly bounding: bigint;
  readonly ambient: bigint;
  readonly noNewPrivileges: boolean;
}

/** @see proc(5), /proc/pid/status. What is missing, as in an old kernel, is empty. */
export function parseCredentials(text: string): Credentials {
  const fields = new Map(text.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
  const field = (name: string): string => fields.get(name) ?? "";
  const numbers = (name: string): number[] => field(name).split(/\s+/).filter(Boolean).map(Number);
  return {
    uids: numbers("Uid"),
    gids: numbers("Gid"),
    groups: numbers("Groups"),
    inheritable: parseSet(field("CapInh")),
    permitted: parseSet(field("CapPrm")),
    effective: parseSet(field("CapEff")),
    bounding: parseSet(field("CapBnd")),
    ambient: parseSet(field("CapAmb")),
    noNewPrivileges: field("NoNewPrivs") === "1",
  };
}

/**
 * Of every thread of this process, by its id: the kernel keeps them for each thread.
 * @throws what the file system throws, where there is no /proc
 */
export function readCredentials(tasks = "/proc/self/task"): ReadonlyMap<string, Credentials> {
  const threads = new Map<string, Credentials>();
  for (const id of readdirSync(tasks)) {
    try {
      threads.set(id, parseCredentials(readFileSync(`${tasks}/${id}/status`, "latin1")));
    } catch (error) {
      // It ended meanwhile.
      const code = systemCode(error);
      if (code !== "ENOENT" && code !== "ESRCH") throw error;
    }
  }
  return threads;
}

/** What every thread must be like. */
export interface Expected {
  /** null: not to be changed, so not looked at. */
  readonly identity: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } | null;
  /** Permitted and effective; the inheritable and the ambient set must be empty. */
  readonly capabilities: bigint;
  /** null where the bounding set cannot be emptied. */
  readonly bounding: bigint | null;
}

/** Everything that differs from what it should be, in words; empty where all threads are as expected. */
export function differences(threads: ReadonlyMap<string, Credentials>, expected: Expected): string[] {
  if (threads.size === 0) return ["no thread of this process is seen in /proc"];
  return [...threads].flatMap(([id, one]) => differencesOf(one, expected).map((what) => `thread ${id} ${what}`));
}

function differencesOf(one: Credentials, { identity, capabilities, bounding }: Expected): string[] {
  const wrong: string[] = [];
  if (identity !== null) {
    if (!isAll(one.uids, identity.uid)) wrong.push(`has the user ids ${one.uids.join(" ")}`);
    if (!isAll(one.gids, identity.gid)) wrong.push(`has the group ids ${one.gids.join(" ")}`);
    if (sorted(one.groups) !== sorted(identity.groups)) wrong.push(`has the groups ${one.groups.join(" ")}`);
  }
  const sets: ReadonlyArray<readonly [name: string, is: bigint, should: bigint | null]> = [
    ["permitted", one.permitted, capabilities],
    ["effective", one.effective, capabilities],
    ["inheritable", one.inheritable, 0n],
    ["ambient", one.ambient, 0n],
    ["bounding", one.bounding, bounding],
  ];
  for (const [name, is, should] of sets)
    if (should !== null && is !== should) wrong.push(`has ${is.toString(16)} as its ${name} capabilities`);
  if (!one.noNewPrivileges) wrong.push("can gain new privileges");
  return wrong;
}

const isAll = (ids: readonly number[], id: number): boolean => ids.length === 4 && ids.every((each) => each === id);

const sorted = (ids: readonly number[]): string => [...new Set(ids)].sort((a, b) => a - b).join(" ");
