import type { Instant, WallTime } from "../../lib/time.ts";
import type { KeepalivedProcess } from "../host-facts.ts";
import type { VirtualRouterView } from "../view.ts";
import { type Answer, type Instance, unknown } from "./instance.ts";
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
  readonly wire: Pick<VirtualRouterView, "hearing" | "master"> | null;
  readonly vips: readonly Vip[];
  /** Whether the kernel's addresses are known. */
  readonly addressesKnown: boolean;
  /** Whether the instance's interface is up; null where it is not known. */
  readonly interfaceUp: boolean | null;
}

/**
 * What keepalived is in one virtual router, from the best witness: its process (who does not run is nothing), then its own
 * words, then the addresses and adverts of this host. Where these do not decide, nothing is claimed.
 */
export function conclude(evidence: Evidence, wall: WallTime): Answer {
  const { instance, process: daemon, processSinceWall, processSinceAt } = evidence;
  const { state, sinceWall, lastAt } = instance.said;
  // A call that came after its end is of the next process, which will be seen in a moment.
  const alive = lastAt !== null && processSinceAt !== null && lastAt > processSinceAt;
  if (daemon !== null && !daemon.running && !alive) {
    return state === "stop" ? { state, sinceWall, by: "notify" } : { state: "stop", by: "process", sinceWall: processSinceWall };
  }
  if (state !== null) return { state, sinceWall, by: "notify" };
  return infer(evidence, wall);
}

/** keepalived takes its addresses off before it is anything but master, also when it starts over a crash's leftovers. */
function infer(evidence: Evidence, wall: WallTime): Answer {
  const { instance, process: daemon, wire, vips, addressesKnown, interfaceUp } = evidence;
  const inferred = (state: Answer["state"]): Answer => ({ state, by: "inferred", sinceWall: wall });
  const heard = wire?.hearing ? wire.master : null;
  if (heard?.local) return inferred("master");
  const advertised = vips.filter((vip) => isAdvertised(instance, vip));
  const present = advertised.some((vip) => vip.present);
  // Without a process to go by, an address beside a foreign master may as well be left over from a crash.
  if (present && (daemon !== null || heard === null)) return inferred("master");
  if (present) return unknown;
  if (daemon === null || !addressesKnown || advertised.length === 0) return unknown;
  if (interfaceUp === false) return inferred("fault");
  if (heard !== null && mayYieldTo(instance, heard.priority ?? 0)) return inferred("backup");
  if (evidence.justStarted) return { state: "init", by: "process", sinceWall: evidence.processSinceWall };
  return unknown;
}

/** Whether a backup lets a master of this priority be. One that should take over and does not may be in FAULT: we cannot tell. */
function mayYieldTo({ configured }: Instance, priority: number): boolean {
  return configured === null || configured.nopreempt || configured.priority <= priority;
}

function isAdvertised({ configured }: Instance, vip: Vip): boolean {
  const entry = configured?.addresses.find(({ address }) => address === vip.address);
  return entry === undefined ? vip.origins.includes("wire") : entry.advertised;
}
