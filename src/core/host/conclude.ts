import type { Instant, WallTime } from "../../lib/time.ts";
import type { KeepalivedProcess } from "../host-facts.ts";
import { type ConfiguredInstance, entryOf } from "../keepalived-config.ts";
import type { SenderView } from "../view.ts";
import { type Answer, type Instance, unknown } from "./instance.ts";
import type { LocalNetwork } from "./local-network.ts";
import { interfacesDown } from "./suspect.ts";
import type { Vip } from "./vip.ts";

/** Everything that bears on what an instance is. */
export interface Evidence {
  readonly instance: Instance;
  /** null where it cannot be told whether keepalived runs. */
  readonly process: KeepalivedProcess | null;
  /** When the process was last seen to start or to end; null: before we looked. */
  readonly processSinceWall: WallTime | null;
  readonly processSinceAt: Instant | null;
  /** Whether its process started while we watched, and it has said nothing since. */
  readonly justStarted: boolean;
  /** Who holds it, as far as that is heard now. */
  readonly master: SenderView | null;
  /** Since when; null: nothing was ever heard. */
  readonly masterSince: Instant | null;
  readonly vips: readonly Vip[];
  readonly network: LocalNetwork;
}

/**
 * What keepalived is in one virtual router, from the best witness: its process (who does not run is nothing), then its own
 * words, then the addresses and adverts of this host. Where these do not decide, nothing is claimed. Words that the addresses and
 * a later change of the master both refute were not its last ones: somebody else read the FIFO, or a script failed.
 */
export function conclude(evidence: Evidence, wall: WallTime): Answer {
  const { instance, process: daemon, processSinceWall, processSinceAt } = evidence;
  const { state, sinceWall, lastAt } = instance.said;
  // A call that came after its end is of the next process, which will be seen in a moment.
  const alive = lastAt !== null && processSinceAt !== null && lastAt > processSinceAt;
  if (daemon !== null && !daemon.running && !alive) {
    return state === "stop" ? { state, sinceWall, by: "notify" } : { state: "stop", by: "process", sinceWall: processSinceWall };
  }
  if (state !== null && !isRefuted(evidence)) return { state, sinceWall, by: "notify" };
  return infer(evidence, wall);
}

function isRefuted({ instance, master, masterSince, vips, network }: Evidence): boolean {
  const { state, lastAt } = instance.said;
  // What was so already when keepalived spoke is about to change: its calls, addresses and adverts do not come at one moment.
  if (master === null || masterSince === null || (lastAt !== null && masterSince <= lastAt) || !network.addressesKnown) return false;
  const present = hasAddress(instance, vips);
  if (state === "master") return !master.local && present === false;
  return (state === "backup" || state === "fault") && master.local && present === true;
}

/** keepalived takes its addresses off before it is anything but master, also when it starts over a crash's leftovers. */
function infer(evidence: Evidence, wall: WallTime): Answer {
  const { instance, process: daemon, master, vips, network } = evidence;
  const { configured } = instance;
  const inferred = (state: Answer["state"]): Answer => ({ state, by: "inferred", sinceWall: wall });
  if (master?.local) return inferred("master");
  const present = hasAddress(instance, vips);
  // Beside a foreign master the address may be left over from a crash, or without keepalived.conf be one that only that master lists.
  if (present && (master === null || (daemon !== null && configured !== null))) return inferred("master");
  if (present) return unknown;
  if (daemon === null || !network.addressesKnown || present === null) return unknown;
  if (configured !== null && interfacesDown(configured, network).length > 0) return inferred("fault");
  if (master !== null && mayYieldTo(configured, master.priority ?? 0) && !mayBeInFault(configured)) return inferred("backup");
  if (evidence.justStarted) return { state: "init", by: "process", sinceWall: evidence.processSinceWall };
  return unknown;
}

/** Whether a backup lets a master of this priority be. One that should take over and does not may be in FAULT: we cannot tell. */
function mayYieldTo(configured: ConfiguredInstance | null, priority: number): boolean {
  return configured === null || configured.nopreempt || configured.priority <= priority;
}

/** Whether something is tracked that puts it into FAULT and that the kernel does not show. */
function mayBeInFault(configured: ConfiguredInstance | null): boolean {
  return configured?.tracks.some(({ kind, weight }) => weight === 0 && kind !== "interface") ?? false;
}

/**
 * Whether this host has one of the addresses that are advertised; null where none is known. One that only adverts list may be
 * anybody's: with keepalived.conf they count for nothing.
 */
function hasAddress({ configured }: Instance, vips: readonly Vip[]): boolean | null {
  const advertised = vips.filter(({ address, origins }) =>
    configured === null ? origins.includes("wire") : entryOf(configured, address)?.advertised === true,
  );
  return advertised.length === 0 ? null : advertised.some(({ present }) => present);
}
