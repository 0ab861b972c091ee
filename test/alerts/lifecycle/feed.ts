import type { Alert, Notification } from "../../../src/alerts/alert.ts";
import { fingerprintOf, labelsOf, type Subject } from "../../../src/alerts/identity.ts";
import { Lifecycle, type LifecycleOptions } from "../../../src/alerts/lifecycle/lifecycle.ts";
import type { ReceiverRule } from "../../../src/alerts/lifecycle/receiver-rule.ts";
import type { AlertKind, StandingAlert } from "../../../src/alerts/lifecycle/standing-alert.ts";
import { restoreState, type StoredState, storedState } from "../../../src/alerts/lifecycle/state.ts";
import { detectors } from "../../../src/core/detectors/index.ts";
import type { VirtualRouterId } from "../../../src/core/events.ts";
import { type Instant, instant, rfc3339, seconds, type WallTime, wallTime } from "../../../src/lib/time.ts";
import { EPOCH_US } from "../../helpers/scenario.ts";

export interface Heard {
  /** Seconds since the beginning. */
  readonly at: number;
  readonly notification: Notification;
}

export const receiver = (name: string, more: Partial<ReceiverRule> = {}): ReceiverRule => ({
  name,
  severities: ["critical", "warning"],
  matchers: [],
  sendResolved: true,
  maxAlerts: 300,
  perAlert: false,
  damps: true,
  takesMoments: true,
  ...more,
});

const facts = { summary: "s", cause: null, evidence: {} };

const options: Omit<LifecycleOptions, "receivers"> = {
  groupWait: seconds(1),
  groupInterval: seconds(10),
  repeatInterval: seconds(4 * 3_600),
  damping: { changes: 6, window: seconds(600), quiet: seconds(300) },
  keepResolved: seconds(0),
};

/** Drives a lifecycle by hand; times are seconds since the beginning. It is asked when it says, and every second besides. */
export class Feed {
  readonly lifecycle: Lifecycle;
  readonly heard: Heard[] = [];
  silenced: (router: VirtualRouterId) => boolean = () => false;
  judged = true;
  /** What a segment is called from now on. */
  renamed: string | null = null;
  #wallOffset = EPOCH_US;
  now = 0;
  readonly #receivers: readonly ReceiverRule[];

  constructor(receivers: readonly ReceiverRule[] = [receiver("a")], more: Partial<LifecycleOptions> = {}, startsAt = 0) {
    this.#receivers = receivers;
    this.now = startsAt;
    this.lifecycle = new Lifecycle(
      { ...options, receivers, ...more },
      {
        describe: (alert, episodes, damped) => describe(alert, episodes, damped),
        isSilenced: (router) => this.silenced(router),
        isJudged: () => this.judged,
        newId: () => `n${this.heard.length}`,
      },
    );
  }

  raise(at: number, subject: Subject, vrid = 51, more: Partial<VirtualRouterId> = {}): this {
    this.to(at);
    const router = routerOf(vrid, more);
    if (subject === "master_changed")
      this.lifecycle.happened({ kind: kindOf(subject, router, this.renamed), router, facts, ...this.#stamp(at) });
    else this.lifecycle.raised({ kind: kindOf(subject, router, this.renamed), router, facts, ...this.#stamp(at) });
    return this;
  }

  clear(at: number, subject: Subject, vrid = 51, more: Partial<VirtualRouterId> & { resolved?: boolean } = {}): this {
    this.to(at);
    const { resolved = true, ...id } = more;
    const router = routerOf(vrid, id);
    this.lifecycle.cleared({ kind: kindOf(subject, router, this.renamed), router, facts, ...this.#stamp(at) }, resolved);
    return this;
  }

  to(end: number): this {
    while (this.now < end) {
      const deadline = this.lifecycle.deadline;
      const beat = Math.floor(this.now + 1);
      const next = Math.min(end, beat, deadline === null ? Number.POSITIVE_INFINITY : Math.max(deadline / 1e6, this.now));
      this.now = next;
      const { at, wall } = this.#stamp(next);
      for (const { notification } of this.lifecycle.due(at, wall)) this.heard.push({ at: next, notification });
      if (next === deadline && this.lifecycle.deadline === deadline) throw new Error(`stuck at ${next}`);
    }
    return this;
  }

  stepWall(bySeconds: number): void {
    this.#wallOffset += bySeconds * 1e6;
  }

  /** The configuration has other receivers from now on. */
  reconfigure(receivers: readonly ReceiverRule[], more: Partial<LifecycleOptions> = {}): void {
    this.lifecycle.reconfigure({ ...options, receivers, ...more }, this.#stamp(this.now).at);
  }

  /** The agent is killed and starts again a while later; what it was told until then counts. */
  restart(at: number): Feed {
    const stored = JSON.parse(JSON.stringify(this.stored())) as StoredState;
    const next = new Feed(this.#receivers, {}, at);
    next.silenced = this.silenced;
    next.#wallOffset = this.#wallOffset;
    const { at: now, wall } = this.#stamp(at);
    restoreState(next.lifecycle, stored, this.#receivers, now, wall);
    return next;
  }

  /** @returns whether it could be used */
  take(stored: unknown): boolean {
    const { at, wall } = this.#stamp(this.now);
    return restoreState(this.lifecycle, stored, this.#receivers, at, wall);
  }

  stored(): StoredState {
    const { at, wall } = this.#stamp(this.now);
    return storedState(this.lifecycle, at, wall);
  }

  reconcile(at: number, holds: (vrid: number) => boolean | null): this {
    this.to(at);
    const stamp = this.#stamp(at);
    this.lifecycle.reconcile(({ vrid }) => holds(vrid), stamp.at, stamp.wall);
    return this;
  }

  /** `11 a: firing VRRPSplitBrain 51, resolved VRRPNoMaster 52`, with the reason where it is another than a change. */
  lines(): string[] {
    return this.heard.map(({ at, notification: { receiver: name, reason, alerts, truncated } }) => {
      // Of equals the fingerprint decides, which says nothing to a reader.
      const kind = ({ status, labels }: Alert): string => `${status} ${labels["alertname"]}`;
      const sorted = alerts.toSorted((a, b) => (kind(a) === kind(b) ? Number(a.labels["vrid"]) - Number(b.labels["vrid"]) : 0));
      const told = sorted.map((alert) => `${kind(alert)} ${alert.labels["vrid"]}`).join(", ");
      return `${Math.round(at * 1e3) / 1e3} ${name}${reason === "changed" ? "" : ` (${reason})`}: ${told}${truncated > 0 ? ` and ${truncated} more` : ""}`;
    });
  }

  #stamp(at: number): { at: Instant; wall: WallTime } {
    const us = Math.round(at * 1e6);
    return { at: instant(us), wall: wallTime(this.#wallOffset + us) };
  }
}

const routerOf = (vrid: number, more: Partial<VirtualRouterId>): VirtualRouterId => ({ interface: "eth0", family: "ipv4", vrid, ...more });

function kindOf(subject: Subject, router: VirtualRouterId, renamed: string | null): AlertKind {
  const detector = detectors.find(({ id }) => id === subject);
  const named = router.interface?.startsWith("net") === true ? router.interface : "outer";
  const segment = renamed ?? (router.interface === "eth1" ? "inner" : named);
  const severity = detector?.severity ?? "info";
  const identity = { subject, severity, scope: detector?.scope ?? "segment", router, segment, host: "lb1", externalLabels: {} } as const;
  const labels = labelsOf(identity);
  return { fingerprint: fingerprintOf(labels), labels, subject, severity, group: { key: segment, labels: { segment } } };
}

const describe = (alert: StandingAlert, episodes: number, damped: string | null): Alert => ({
  fingerprint: alert.kind.fingerprint,
  status: alert.firing ? "firing" : "resolved",
  labels: alert.kind.labels,
  annotations: { summary: "s", description: "d", runbook_url: "r", reporter: "lb1", ...(damped !== null && { damped }) },
  starts_at: rfc3339(alert.startsAt),
  ends_at: alert.endsAt === null ? null : rfc3339(alert.endsAt),
  sequence: alert.sequence,
  times: episodes,
  vrrp: {
    condition: alert.kind.subject,
    cause: null,
    virtual_router: { interface: "eth0", segment: "outer", family: "ipv4", vrid: 51, name: null, addresses: [] },
    master: null,
    evidence: {},
    incident_id: null,
  },
});
