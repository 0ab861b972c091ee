import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { detectors } from "../core/detectors/index.ts";
import type { Event, Severity, VirtualRouterId } from "../core/events.ts";
import type { AlertsView, ReceiverView } from "../lib/alerts-view.ts";
import type { Clock } from "../lib/clock.ts";
import { newerFormat } from "../lib/newer-format.ts";
import { type Duration, micros, seconds, since, type WallTime } from "../lib/time.ts";
import type { Alert, Json, Labels } from "./alert.ts";
import { TELL_RESOLVED } from "./alertmanager-push.ts";
import type { AlertControl, CommandOutcome } from "./control.ts";
import { describeAlert, type RouterFacts } from "./describe.ts";
import { fingerprintOf, labelsOf, type Subject } from "./identity.ts";
import type { Timing } from "./lifecycle/conversation.ts";
import { groupOf } from "./lifecycle/joined-segments.ts";
import { type Holds, Lifecycle, type LifecycleOptions } from "./lifecycle/lifecycle.ts";
import type { ReceiverRule } from "./lifecycle/receiver-rule.ts";
import type { AlertKind, Facts, StandingAlert } from "./lifecycle/standing-alert.ts";
import { restoreState, STATE_VERSION, storedState } from "./lifecycle/state.ts";
import type { Due } from "./lifecycle/teller.ts";
import { storedTold } from "./lifecycle/told-sequences.ts";
import type { AlertLog } from "./log.ts";
import type { ReceiverLane } from "./receiver-lane.ts";
import { waitAtMost } from "./spool/bounded.ts";
import { StateStore } from "./state-store.ts";
import { bySeverity } from "./weight.ts";

export interface CenterOptions extends Timing {
  readonly externalLabels: Labels;
  readonly masterChanges: boolean;
  readonly runbookUrl: string | null;
  /** The host's name: part of the identity of what is about one host. */
  readonly host: string;
  /** `state_directory/alerts`. */
  readonly directory: string;
}

export interface CenterDeps {
  readonly clock: Clock;
  readonly log: AlertLog;
  /** A way to each receiver. */
  readonly lanes: readonly ReceiverLane[];
  readonly describeRouter: (router: VirtualRouterId) => { readonly segment: string; readonly name: string | null };
  /** Segments that fail over together; see `joinedSegments`. */
  readonly joined: () => ReadonlyMap<string, readonly string[]>;
  readonly isSilenced: (router: VirtualRouterId, wall: WallTime) => boolean;
  /** What is known at the moment; one question about many virtual routers. */
  readonly look: () => (router: VirtualRouterId, subject: Subject) => RouterFacts | null;
}

/** Between two looks at what no event tells of: silences that end, repeats, what an earlier run left. */
const BEAT: Duration = seconds(1);

/** How long a start waits for a disk that does not answer, and a stop for what is being handed over. */
const PATIENCE: Duration = seconds(2);
/** Of what fires, waits and is dead. */
const MOST_LISTED = 1_000;

const scopes = new Map<Subject, "segment" | "host">(detectors.map(({ id, scope }) => [id, scope]));

/**
 * From conditions to receivers. Events come from the engine; time comes from the clock.
 *
 *   event ─▶ lifecycle ──due──▶ lane of each receiver (spool, attempts) ──▶ state.json: who knows what
 *
 * The state has an alert before anybody is told of it, and what a receiver is told is in its spool before the state says that it has been told.
 */
export class AlertCenter implements AlertControl {
  #options: CenterOptions;
  readonly #deps: CenterDeps;
  readonly #lifecycle: Lifecycle;
  #lanes: readonly ReceiverLane[];
  readonly #store: StateStore;
  /** One look at the engine serves all alerts of a moment. */
  #look: ReturnType<CenterDeps["look"]> = () => null;
  #cancelDeadline: (() => void) | null = null;
  #cancelBeat: (() => void) | null = null;
  #isTelling = false;
  #handing: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: CenterOptions, deps: CenterDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#lanes = deps.lanes;
    this.#lifecycle = new Lifecycle(lifecycleOptions(options, deps.lanes), {
      describe: (alert, episodes, damped) => this.#describe(alert, episodes, damped),
      isSilenced: deps.isSilenced,
      isJudged: ({ router, kind }) => (this.#look(router, kind.subject)?.holds ?? null) !== null,
      newId: randomUUID,
    });
    this.#store = new StateStore({
      path: join(options.directory, "state.json"),
      state: () => storedState(this.#lifecycle, deps.clock.now(), deps.clock.wall()),
      clock: deps.clock,
      log: deps.log,
    });
  }

  /** Takes up what an earlier run left, and begins. Never rejects. */
  async start(): Promise<void> {
    const { clock, log } = this.#deps;
    let stored: unknown = null;
    const loading = this.#store.load().then((found) => {
      stored = found;
    });
    if (!(await waitAtMost(loading, PATIENCE, clock))) log.error({}, "the disk does not answer: what fires is told anew, from memory");
    if (this.#stopped) return;
    await waitAtMost(Promise.all(this.#lanes.map((lane) => lane.start(storedTold(stored, lane.rule)))), PATIENCE, clock);
    if (this.#stopped) return;
    if (stored !== null && !restoreState(this.#lifecycle, stored, rulesOf(this.#lanes), clock.now(), clock.wall())) {
      const problem = newerFormat(stored, STATE_VERSION) ?? "it is damaged";
      log.warn({ problem }, "the state of alerts of an earlier run cannot be used, and is put aside: what fires is told anew");
      this.#store.keep();
    }
    if (this.#lifecycle.alerts.size > 0) this.#look = this.#deps.look();
    this.#resume(this.#lanes);
    this.#beat();
  }

  /**
   * Tells other receivers, or in another way, from now on; to be called once it has started. What fires goes on under the labels that it
   * began with, and nobody is told again of what he knows.
   * @param lanes those that stay are the same objects, with their new rules
   * @returns what resolves when the lanes that are gone have ended: what waits in them stays on the disk. Never rejects.
   */
  async reconfigure(options: CenterOptions, lanes: readonly ReceiverLane[]): Promise<void> {
    const { clock } = this.#deps;
    const before = new Set(this.#lanes);
    const after = new Set(lanes);
    this.#options = options;
    this.#lanes = lanes;
    this.#lifecycle.reconfigure(lifecycleOptions(options, lanes), clock.now());
    const added = lanes.filter((lane) => !before.has(lane));
    const told = storedState(this.#lifecycle, clock.now(), clock.wall());
    const started = added.map((lane) => lane.start(storedTold(told, lane.rule)));
    if (this.#lifecycle.alerts.size > 0) this.#look = this.#deps.look();
    this.#resume(added);
    this.#store.changed();
    this.#schedule();
    const ended = [...before].filter((lane) => !after.has(lane)).map((lane) => lane.stop());
    await Promise.all([waitAtMost(Promise.all(started), PATIENCE, clock), ...ended]);
  }

  /** An event of the engine. Conditions and changes of master become alerts; the rest is nobody's business here. */
  event(event: Event): void {
    if (!this.#take(event)) return;
    this.#store.changed();
    this.#schedule();
  }

  /** @returns whether anybody wants to know */
  #take(event: Event): boolean {
    const { at, wall } = event;
    switch (event.kind) {
      case "condition_raised": {
        const kind = this.#kindOf(event.condition, event.severity, event.router);
        return this.#lifecycle.raised({ kind, router: event.router, at, wall: event.since, facts: factsOf(event) });
      }
      case "condition_cleared": {
        const kind = this.#kindOf(event.condition, event.severity, event.router);
        return this.#lifecycle.cleared({ kind, router: event.router, at, wall, facts: factsOf(event) }, event.resolved);
      }
      case "master_changed": {
        if (!this.#options.masterChanges || event.reason === "initial") return false;
        const { router, from, to, reason } = event;
        const summary = `the master changed from ${from ?? "nobody"} to ${to ?? "nobody"}`;
        const facts = { summary, cause: reason, evidence: { from, to, reason } };
        return this.#lifecycle.happened({ kind: this.#kindOf("master_changed", "info", router), router, at, wall, facts });
      }
      default:
        return false;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelDeadline?.();
    this.#cancelBeat?.();
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
    await waitAtMost(this.#handing, PATIENCE, this.#deps.clock);
    await this.#store.close();
  }

  view(heartbeat: AlertsView["heartbeat"]): AlertsView {
    const firing = { critical: 0, warning: 0, info: 0 };
    for (const alert of this.#lifecycle.alerts.values()) if (alert.firing && !alert.momentary) firing[alert.kind.severity] += 1;
    const receivers = this.#lanes.map((lane): ReceiverView => {
      const view = lane.view();
      return { ...view, truncatedAlerts: view.truncatedAlerts + (this.#lifecycle.teller.truncated.get(lane.rule.name) ?? 0) };
    });
    const storeFailures = this.#lanes.reduce((sum, lane) => sum + lane.storeFailures, this.#store.failures);
    return { receivers, firing, evicted: this.#lifecycle.evicted, storeFailures, heartbeat };
  }

  async list(): Promise<Json> {
    const lists = this.#lanes.map((lane) => lane.list());
    const problem = this.#store.problem ?? this.#lanes.find((lane) => lane.storeProblem !== null)?.storeProblem ?? null;
    const standing = [...this.#lifecycle.alerts.values()].filter(({ firing, momentary }) => firing && !momentary);
    const firing = bounded(standing.sort((a, b) => bySeverity(a.kind.severity, b.kind.severity)));
    const waiting = bounded(lists.flatMap((list) => list.waiting));
    const dead = bounded(lists.flatMap((list) => list.dead));
    return {
      firing: firing.listed.map(({ kind, startsAt, said, facts }) => ({
        fingerprint: kind.fingerprint,
        alertname: kind.labels["alertname"],
        severity: kind.severity,
        labels: kind.labels,
        starts_at: new Date(startsAt / 1_000).toISOString(),
        summary: said?.annotations.summary ?? facts?.summary ?? "",
      })),
      waiting: waiting.listed,
      dead: dead.listed,
      more: { firing: firing.more, waiting: waiting.more, dead: dead.more },
      receivers: this.#lanes.map((lane) => {
        const { name, format, problem: trouble, queueLength, dead: refused } = lane.view();
        return { name, format, problem: trouble, waiting: queueLength, dead: refused };
      }),
      durable: problem === null,
      problem,
    };
  }

  retry(id: string): Promise<CommandOutcome> {
    return this.#ask((lane) => lane.retry(id));
  }

  drop(id: string): Promise<CommandOutcome> {
    return this.#ask((lane) => lane.drop(id));
  }

  async #ask(command: (lane: ReceiverLane) => Promise<CommandOutcome>): Promise<CommandOutcome> {
    for (const lane of this.#lanes) {
      const outcome = await command(lane);
      if (outcome !== "unknown") return outcome;
    }
    return "unknown";
  }

  #kindOf(subject: Subject, severity: Severity, router: VirtualRouterId): AlertKind {
    const { externalLabels, host } = this.#options;
    const { segment } = this.#deps.describeRouter(router);
    const labels = labelsOf({ subject, severity, scope: scopes.get(subject) ?? "segment", router, segment, host, externalLabels });
    return { fingerprint: fingerprintOf(labels), labels, subject, severity, group: groupOf(segment, this.#deps.joined()) };
  }

  /** With the latest that is known: the cause may show a little after the beginning. */
  #describe(alert: StandingAlert, episodes: number, damped: string | null): Alert {
    const { host, runbookUrl } = this.#options;
    const found = this.#look(alert.router, alert.kind.subject);
    if (alert.firing && found?.active != null) alert.facts = factsOf(found.active);
    alert.incident = found?.incident ?? alert.incident;
    return describeAlert(alert, found, { reporter: host, runbookUrl }, episodes, damped);
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
    const { deadline } = this.#lifecycle;
    if (deadline === null) return;
    const delay = Math.max(0, since(deadline, this.#deps.clock.now()));
    this.#cancelDeadline = this.#deps.clock.after(micros(delay), () => void this.#tell());
  }

  #beat(): void {
    if (this.#stopped) return;
    const { clock } = this.#deps;
    if (this.#lifecycle.alerts.size > 0) {
      this.#look = this.#deps.look();
      const holds: Holds = (router, subject) => this.#look(router, subject)?.holds ?? null;
      if (this.#lifecycle.reconcile(holds, clock.now(), clock.wall())) this.#store.changed();
    }
    void this.#tell(true);
    for (const lane of this.#lanes) lane.keep?.((fingerprint) => this.#lifecycle.alerts.has(fingerprint));
    this.#cancelBeat = clock.after(BEAT, () => this.#beat());
  }

  /** The state on the disk knows first what somebody is told: an agent that is killed then has to know of what it owes them the end. */
  async #tell(hasLooked = false): Promise<void> {
    if (this.#isTelling) return;
    let isFresh = hasLooked;
    if (this.#store.isBehind) {
      isFresh = false;
      this.#isTelling = true;
      await this.#store.settled();
      this.#isTelling = false;
      if (this.#stopped) return;
    }
    const { clock } = this.#deps;
    // Before anything is looked at: the look may bring further events.
    if (!isFresh && this.#lifecycle.alerts.size > 0) this.#look = this.#deps.look();
    const due = this.#lifecycle.due(clock.now(), clock.wall());
    if (due.length > 0) this.#handing = Promise.all([this.#handing, this.#hand(due)]);
    this.#schedule();
  }

  /** The state on the disk does not say that somebody knows before the spool has it. */
  async #hand(due: readonly Due[]): Promise<void> {
    this.#store.hold();
    await Promise.all(due.map((one) => this.#give(one)));
    this.#store.release();
    this.#store.changed();
  }

  async #give({ receiver: { name }, notification }: Due): Promise<void> {
    try {
      await this.#lanes.find(({ rule }) => rule.name === name)?.take(notification);
    } catch (error) {
      this.#deps.log.error({ receiver: name, error }, "a notification is lost: this is a bug");
    }
  }

  /** Who is told again and again is told of what fires still. */
  #resume(lanes: readonly ReceiverLane[]): void {
    const { clock } = this.#deps;
    for (const lane of lanes) {
      if (!lane.repeats) continue;
      const alerts = this.#lifecycle.standing(lane.rule, clock.now(), clock.wall());
      if (alerts.length > 0) lane.resume(alerts);
    }
  }
}

const rulesOf = (lanes: readonly ReceiverLane[]): readonly ReceiverRule[] => lanes.map(({ rule }) => rule);

const lifecycleOptions = (timing: Timing, lanes: readonly ReceiverLane[]): LifecycleOptions => ({
  ...timing,
  receivers: rulesOf(lanes),
  keepResolved: lanes.some(({ repeats }) => repeats) ? TELL_RESOLVED : micros(0),
});

/** A person reads the first ones, and a program has the metrics. */
const bounded = <T>(all: readonly T[]): { readonly listed: readonly T[]; readonly more: number } => ({
  listed: all.slice(0, MOST_LISTED),
  more: Math.max(0, all.length - MOST_LISTED),
});

const factsOf = ({ summary, cause, evidence }: Facts): Facts => ({ summary, cause, evidence });
