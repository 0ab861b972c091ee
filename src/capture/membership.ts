import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import type { Link } from "../lib/link.ts";
import type { MembershipHandle, Native } from "./native.ts";

export type JoinGroups = "auto" | boolean;
type Family = 4 | 6;

const groups = { 4: "224.0.0.18", 6: "ff02::12" } as const;
export type Group = (typeof groups)[Family];

const REFRESH_MS = 30_000;

/** The VRRP groups as the kernel prints them: IPv4 as a number in the byte order of the host, IPv6 plain. */
const igmpGroups = { LE: "120000E0", BE: "E0000012" } as const;
const MLD_GROUP = "ff020000000000000000000000000012";

/** Indexes of the devices that already listen to 224.0.0.18, from the text of /proc/net/igmp. */
export function joinedIpv4(igmp: string, order: "LE" | "BE" = endianness()): ReadonlySet<number> {
  const joined = new Set<number>();
  let index = 0;
  for (const line of igmp.split("\n")) {
    const device = /^(\d+)\s/.exec(line);
    if (device !== null) index = Number(device[1]);
    else if (line.trim().startsWith(igmpGroups[order])) joined.add(index);
  }
  return joined;
}

/** Indexes of the devices that already listen to ff02::12, from the text of /proc/net/igmp6. */
export function joinedIpv6(igmp6: string): ReadonlySet<number> {
  const joined = new Set<number>();
  for (const line of igmp6.split("\n")) {
    const [index, , group] = line.trim().split(/\s+/);
    if (group === MLD_GROUP) joined.add(Number(index));
  }
  return joined;
}

function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // No IPv6 in this kernel, or no /proc: then nothing is known to be joined.
    return "";
  }
}

export interface MembershipOptions {
  readonly mode: JoinGroups;
  readonly native: Pick<Native, "joinGroup" | "leaveGroup">;
  readonly warn: (message: string, error: unknown) => void;
  /** Replaceable in tests. */
  readonly readProc?: (path: string) => string;
}

/** A device that is captured. */
type Target = { readonly link: Pick<Link, "index" | "name"> };

interface Joined {
  readonly name: string;
  readonly handle: MembershipHandle;
}

/**
 * Joins the VRRP groups where nobody on this host has, so that a switch which snoops IGMP and MLD sends them here
 * (ff02::12 above all: 224.0.0.x is flooded anyway). Sends nothing itself but the kernel's reports.
 * `auto` joins only on interfaces known to carry VRRP. A device that was made anew has another index and is joined again.
 */
export class Memberships {
  readonly #options: MembershipOptions;
  #mode: JoinGroups;
  readonly #joined = new Map<string, Joined>();
  readonly #warned = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #targets: readonly Target[] = [];
  #named: ReadonlySet<string> = new Set();
  #absent: ReadonlyMap<string, readonly Group[]> = new Map();

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#mode = options.mode;
    // A group that keepalived had joined for us is ours to join when keepalived stops.
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
    this.#timer.unref();
  }

  /**
   * @param targets what is captured now
   * @param named interfaces named by keepalived.conf, by `virtual_routers` or by an advert that was heard; counts in `auto` only
   */
  update(targets: readonly Target[], named: ReadonlySet<string>): void {
    this.#targets = targets;
    this.#named = named;
    const names = new Set(targets.map(({ link }) => link.name));
    for (const what of [...this.#warned]) if (!names.has(what.slice(0, what.lastIndexOf(" ")))) this.#warned.delete(what);
    this.#refresh();
  }

  /** Joins, or leaves, by another rule from the next `update` on. */
  setMode(mode: JoinGroups): void {
    this.#mode = mode;
  }

  /** What this agent joined: `name family`. */
  joined(): readonly string[] {
    return [...this.#joined].map(([key, { name }]) => `${name} ${key.endsWith("4") ? "ipv4" : "ipv6"}`);
  }

  /** Groups that nobody on this host has joined, by captured interface: a snooping switch may hide their adverts. */
  absent(): ReadonlyMap<string, readonly Group[]> {
    return this.#absent;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { handle } of this.#joined.values()) this.#options.native.leaveGroup(handle);
    this.#joined.clear();
  }

  #refresh(): void {
    const wanted = new Map<string, { readonly target: Target; readonly family: Family }>();
    for (const target of this.#targets) {
      if (!this.#wants(target.link.name)) continue;
      for (const family of [4, 6] as const) wanted.set(`${target.link.index}/${family}`, { target, family });
    }
    for (const [key, { handle }] of [...this.#joined]) {
      if (wanted.has(key)) continue;
      this.#options.native.leaveGroup(handle);
      this.#joined.delete(key);
    }
    const read = this.#options.readProc ?? readProc;
    const present = { 4: joinedIpv4(read("/proc/net/igmp")), 6: joinedIpv6(read("/proc/net/igmp6")) };
    for (const [key, { target, family }] of wanted) {
      if (!this.#joined.has(key) && !present[family].has(target.link.index)) this.#join(key, target, family);
    }
    const isAbsent = (index: number, family: Family): boolean => !present[family].has(index) && !this.#joined.has(`${index}/${family}`);
    this.#absent = new Map(
      this.#targets.map(({ link }) => [
        link.name,
        ([4, 6] as const).filter((family) => isAbsent(link.index, family)).map((family) => groups[family]),
      ]),
    );
  }

  #wants(name: string): boolean {
    return this.#mode === "auto" ? this.#named.has(name) : this.#mode;
  }

  #join(key: string, target: Target, family: Family): void {
    const name = target.link.name;
    try {
      this.#joined.set(key, { name, handle: this.#options.native.joinGroup(family, target.link.index) });
    } catch (error) {
      const what = `${name} ${groups[family]}`;
      if (this.#warned.has(what)) return;
      this.#warned.add(what);
      this.#options.warn(`cannot join the VRRP group on ${what}: a snooping switch may hide adverts from this host`, error);
    }
  }
}
