import type { WallTime } from "../lib/time.ts";
import type { NoAdvertHint } from "../metrics/agent-view.ts";

/** Listening for so long without one advert is worth a word: VRRP's usual interval is a second. */
export const HINT_AFTER_SECONDS = 10;

export interface Listening {
  readonly since: WallTime;
  readonly interfaces: readonly string[];
  /** Whether the VRRP groups are joined on some interface. */
  readonly joins: "auto" | boolean;
  /** CARP or rejected packets were heard: something is there. */
  readonly carp: number;
  readonly rejected: number;
}

/** What to tell a person whose agent hears nothing. */
export function noAdvertHint(listening: Listening): NoAdvertHint {
  const { interfaces, joins, carp, rejected } = listening;
  const reasons: string[] = [];
  if (interfaces.length === 0)
    reasons.push("No interface is captured: every one is down, excluded by capture.interfaces, or part of another device.");
  if (rejected > 0) reasons.push(`${rejected} VRRP packets were heard but are invalid: vrrp_invalid_packets_total says why.`);
  if (carp > 0) reasons.push(`${carp} CARP packets were heard: CARP shares VRRP's protocol number but is not VRRP.`);
  if (joins !== true)
    reasons.push(
      "A switch with multicast snooping hides ff02::12 (and some hide 224.0.0.18) from hosts that did not join: set capture.join_groups to true.",
    );
  reasons.push(
    "Routers with unicast_peer talk only to each other: run the agent on one of them, or on a mirror port.",
    "The adverts may be on another VLAN, or on an interface that is not listened on.",
    "No VRRP router may be running here. `npm run lab` shows the agent at work with two real keepalived nodes.",
  );
  const where = interfaces.length === 0 ? "this host" : interfaces.join(", ");
  return {
    since: listening.since,
    interfaces,
    reasons,
    text: `Either something hides them from ${where}, or no VRRP router is running there.`,
  };
}
