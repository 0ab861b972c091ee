import { type Duration, earlier, type Instant, later, micros, plus, seconds, since, toSeconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unknown, type Verdict } from "../conditions/definition.ts";
import { gapsKept, type Subject } from "../conditions/subject.ts";
import { claimLifetime } from "../timing.ts";
import { routerName } from "./dispute.ts";

type Cause = "interface_not_captured" | "frames_lost" | "nothing_captured";

/** This agent does not see what it should watch: what it says of this virtual router is old. */
export const captureBlind = defineDetector({
  id: "capture_blind",
  severity: "warning",
  scope: "host",
  meaning: "This agent cannot hear an interface that it should watch.",
  rule: "Raised when the interface of a virtual router that was heard, or that keepalived.conf or `virtual_routers` names, has not been captured for `grace`; when frames were lost, or this host stood still, `gaps` times within a minute; and when keepalived here stays a backup, so that it hears its master, although nothing is captured. Cleared when the segment is heard again, or after a minute without a loss. Whatever would have to be concluded from silence is held back meanwhile.",
  causes: {
    interface_not_captured: {
      meaning: "The interface is down, gone, or cannot be captured.",
      decidedBy: "The state of the capture.",
      remedy: "`ip link show DEV`; the agent's log says why it does not capture (`not capturing any more`).",
    },
    frames_lost: {
      meaning: "The kernel dropped frames before the agent could read them, or the agent stood still.",
      decidedBy:
        "The kernel's own counter (`vrrpwatch_capture_drops_total`), and the agent's clock (`vrrpwatch_host_pause_seconds_total`).",
      remedy:
        "Give the agent CPU (`Nice=`, `CPUWeight=` of its unit), or find what floods the segment (`vrrpwatch_capture_packets_total`).",
    },
    nothing_captured: {
      meaning: "keepalived hears adverts here, and the agent does not.",
      decidedBy: "keepalived stays a backup, by its own words, beyond its whole master-down time.",
      remedy:
        "Does `tcpdump -ni DEV proto 112` show adverts? Is it the right interface (`virtual_routers[].interface`, bonds, VLAN devices)? Restart the agent and report the case.",
    },
  },
  evidence: { since_seconds: "How long nothing was captured.", gaps: "Times within the last minute that something was missed." },
  options: {
    grace: {
      kind: "duration",
      default: seconds(10),
      min: seconds(0.5),
      max: seconds(3_600),
      meaning: "How long an interface may be away.",
    },
    gaps: { kind: "count", default: 5, min: 1, max: gapsKept, meaning: "Losses within a minute that raise it." },
  },
  watches: Aspect.capture | Aspect.master | Aspect.keepalived,
  inhibits: ["no_master"],
  evaluate(subject, now, { grace, gaps }): Verdict<Cause> {
    const { wire } = subject;
    if (wire === null) return neverHeard(subject, grace);
    if (wire.deafSince !== null) {
      const ripe = plus(wire.deafSince, grace);
      if (now < ripe) return { ...clear, recheckAt: ripe };
      return raised("interface_not_captured", `${routerName(subject)}: ${subject.id.interface ?? "its interface"} is not captured`, {
        since_seconds: toSeconds(since(now, wire.deafSince)),
      });
    }
    const recent = wire.blindness.gaps.filter(({ until }) => since(now, until) < MINUTE);
    const [oldest] = recent;
    if (recent.length >= gaps && oldest !== undefined)
      return {
        ...raised("frames_lost", `${routerName(subject)}: frames were missed ${recent.length} times within a minute`, {
          gaps: recent.length,
        }),
        recheckAt: plus((recent[recent.length - gaps] ?? oldest).until, MINUTE),
      };
    const deaf = keepalivedHears(subject, now);
    if (deaf === null)
      return { ...clear, because: "the segment is heard again", ...(recent.length > 0 && { recheckAt: recheckOf(recent, now) }) };
    if (deaf.ripe > now) return { ...clear, because: "the segment is heard again", recheckAt: deaf.ripe };
    return raised("nothing_captured", `${routerName(subject)}: keepalived here hears its master, and nothing is captured`, {
      since_seconds: toSeconds(deaf.silence),
    });
  },
});

const MINUTE = seconds(60);
/** A takeover that is due shows by a notify call within this time: a keepalived with hundreds of instances on a busy host needs seconds. */
const NOTIFY_PATIENCE = seconds(10);

const raised = (cause: Cause, summary: string, evidence: Readonly<Record<string, unknown>>) =>
  ({ state: "raised", finding: { summary, cause, evidence } }) as const;

const recheckOf = (recent: readonly { readonly until: Instant }[], now: Instant): Instant =>
  recent.map(({ until }) => plus(until, MINUTE)).reduce((a, b) => (a > now && b > now ? earlier(a, b) : a));

/** keepalived.conf or the user names it: its interface should be captured. */
function neverHeard(subject: Subject, grace: Duration): Verdict<Cause> {
  const { here, id } = subject;
  if (here.isCaptured === null) return unknown;
  if (here.isCaptured) return { ...clear, because: "its interface is captured" };
  return {
    ...raised("interface_not_captured", `${routerName(subject)}: ${id.interface} is not captured, and nothing was ever heard of it`, {}),
    after: grace,
  };
}

/** A backup that hears nothing becomes master: one that says it is a backup, beyond its whole time, hears what we do not. */
function keepalivedHears({ wire, here }: Subject, now: Instant): { readonly ripe: Instant; readonly silence: Duration } | null {
  const { instance } = here;
  if (wire === null || instance === null || instance.configured === null) return null;
  // A member of a sync group waits for the others, whatever it hears.
  if ((here.group?.members.length ?? 0) > 1) return null;
  if (instance.state !== "backup" || instance.by !== "notify" || here.daemon?.running !== true || wire.loss === null) return null;
  const { version, interval, downTimerAdverts, preemptDelay } = instance.configured;
  const heard = instance.said.lastAt ?? wire.lastAdvertAt;
  const from = later(later(heard, wire.lastAdvertAt), wire.heardSince);
  const patience = micros(
    claimLifetime(version, Math.max(interval, wire.interval) as Duration, downTimerAdverts) + preemptDelay + NOTIFY_PATIENCE,
  );
  return { ripe: plus(from, patience), silence: since(now, wire.lastAdvertAt) };
}
