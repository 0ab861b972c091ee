import { rfc3339, toSeconds, type WallTime } from "../../lib/time.ts";
import type { Advert } from "../../wire/decoded.ts";
import type { KeepalivedProcess } from "../host-facts.ts";
import type { ConfiguredInstance, KeepalivedConfigState } from "../keepalived-config.ts";
import type { Drift, DriftKind } from "./view.ts";

/** What tells when keepalived read its file last. */
export interface LoadEvidence {
  /** Since when reloads are seen; null: not yet. */
  readonly watchedSince: WallTime | null;
  readonly config: KeepalivedConfigState;
  readonly process: KeepalivedProcess | null;
}

/** What is compared. */
export interface DriftEvidence extends LoadEvidence {
  readonly configured: ConfiguredInstance;
  /** The last advert with a priority that this host sent for it, while it sends; null while it does not. */
  readonly sent: Advert | null;
  /** Whether `sent` holds all addresses of the packet. */
  readonly complete: boolean;
}

/** What was found, and what could be judged at all. */
export interface DriftVerdict {
  readonly found: readonly Drift[];
  readonly judged: readonly DriftKind[];
}

export const nothingJudged: DriftVerdict = { found: [], judged: [] };

/**
 * Where keepalived.conf says something else than the running keepalived does. Only differences that are certain: what tracking
 * may have added to a priority is none, and a file that cannot be read is compared with nothing.
 */
export function driftOf(evidence: DriftEvidence): DriftVerdict {
  const { configured, config, sent } = evidence;
  if (config.state !== "read") return nothingJudged;
  const found: Drift[] = [];
  const judged: DriftKind[] = [];
  const note = (kind: DriftKind, text: string, wanted: string, running: string): void =>
    void found.push({ kind, text, configured: wanted, running });

  const loaded = lastLoad(evidence);
  if (loaded !== null) judged.push("file");
  if (loaded !== null && config.modified !== null && config.modified > loaded) {
    note(
      "file",
      `${config.path} was changed at ${rfc3339(config.modified)}, after keepalived read it last: reload keepalived`,
      rfc3339(config.modified),
      rfc3339(loaded),
    );
  }
  if (sent === null) return { found, judged };
  judged.push("priority", "addresses", "interval", "version", "authentication");
  if (!possiblePriority(configured, sent.priority)) {
    note(
      "priority",
      `the file says priority ${configured.priority}, the adverts ${sent.priority}${configured.tracks.length > 0 ? ", and nothing that is tracked makes that difference" : ""}`,
      String(configured.priority),
      String(sent.priority),
    );
  }
  if (sent.version !== configured.version)
    note(
      "version",
      `the file says VRRP version ${configured.version}, the adverts ${sent.version}`,
      `${configured.version}`,
      `${sent.version}`,
    );
  if (sent.interval !== configured.interval) {
    const [wanted, running] = [toSeconds(configured.interval), toSeconds(sent.interval)];
    note("interval", `the file says an advert every ${wanted} s, the adverts ${running} s`, String(wanted), String(running));
  }
  if (sent.auth !== configured.auth)
    note("authentication", `the file says authentication ${configured.auth}, the adverts ${sent.auth}`, configured.auth, sent.auth);
  compareAddresses(evidence, sent, note);
  return { found, judged };
}

/**
 * When keepalived read the file last; null where that is not known: a reload before we looked shows nowhere, and what looks like one beside
 * another VRRP speaker may be that one's.
 */
export function lastLoad({ config, process: daemon, watchedSince }: LoadEvidence): WallTime | null {
  if (daemon === null || !daemon.running || daemon.startedWall === null || watchedSince === null) return null;
  const loaded = Math.max(daemon.startedWall, daemon.reloadedWall ?? 0) as WallTime;
  const doubtful = Math.max(watchedSince, daemon.mayHaveReloadedWall ?? 0);
  const unseen = config.modified !== null && config.modified > loaded && config.modified <= doubtful;
  return unseen ? null : loaded;
}

/** Beyond so many tracked things the sums are not tried out: any priority within their reach is taken as possible. */
const MOST_TRIED = 12;

/** Whether some of the tracked things, failing or succeeding, make this priority of the configured one. */
function possiblePriority({ priority, tracks }: ConfiguredInstance, sent: number): boolean {
  const weights = tracks.map(({ weight }) => weight).filter((weight) => weight !== 0);
  if (weights.length === 0 || priority === 255) return priority === sent;
  // Its weight is multiplied by the number in the file.
  if (tracks.some(({ kind, weight }) => kind === "file" && weight !== 0)) return true;
  const clamp = (sum: number): number => Math.min(254, Math.max(1, sum));
  if (weights.length > MOST_TRIED) {
    const reach = (sign: (weight: number) => boolean): number => weights.filter(sign).reduce((sum, weight) => sum + weight, priority);
    return sent >= clamp(reach((weight) => weight < 0)) && sent <= clamp(reach((weight) => weight > 0));
  }
  let sums = new Set([priority]);
  for (const weight of weights) sums = new Set([...sums].flatMap((sum) => [sum, sum + weight]));
  return [...sums].some((sum) => clamp(sum) === sent);
}

function compareAddresses(
  { configured, complete }: DriftEvidence,
  sent: Advert,
  note: (kind: DriftKind, text: string, wanted: string, running: string) => void,
): void {
  const wanted = configured.addresses.filter(({ advertised }) => advertised).map(({ address }) => address);
  // keepalived writes them in the order of the file (vrrp.c, vrrp_build_vrrp_v3), so a cut list is compared with its like.
  const known = complete ? wanted : wanted.slice(0, sent.addresses.length);
  const missing = known.filter((address) => !sent.addresses.includes(address));
  const extra = sent.addresses.filter((address) => !known.includes(address));
  if (missing.length === 0 && extra.length === 0) return;
  const parts = [
    missing.length > 0 ? `${missing.join(", ")} of the file is not in the adverts` : "",
    extra.length > 0 ? `the adverts have ${extra.join(", ")}, which the file does not list` : "",
  ];
  note("addresses", parts.filter(Boolean).join("; "), wanted.join(","), sent.addresses.join(","));
}
