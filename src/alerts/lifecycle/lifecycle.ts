import { detectors } from "../../core/detectors/index.ts";
import type { ConditionName, VirtualRouterId } from "../../core/events.ts";
import { routerKey } from "../../core/router-key.ts";
import { type Duration, type Instant, rfc3339, seconds, since, type WallTime } from "../../lib/time.ts";
import type { Alert, Notification, NotificationReason } from "../alert.ts";
import type { Subject } from "../identity.ts";
import { byWeight } from "../weight.ts";
import { Conversation, type ReceiverRule, type Timing, Told, wants } from "./conversation.ts";
import { type AlertKind, type Facts, firstSequence, type Source, StandingAlert } from "./standing-alert.ts";

export interface LifecycleOptions extends Timing {
  readonly receivers: readonly ReceiverRule[];
  /** What is over is kept for so long, for who has to be told again and again. */
  readonly keepResolved: Duration;
}

export interface LifecycleDeps {
  /** The alert with its texts, as it stands. `damped`: why nothing more will be said of it for a while. */
  readonly describe: (alert: StandingAlert, episodes: number, damped: string | null) => Alert;
  readonly isSilenced: (router: VirtualRouterId, wall: WallTime) => boolean;
  /** Whether the condition can be judged now: what cannot is not repeated. */
  readonly isJudged: (alert: StandingAlert) => boolean;
  readonly newId: () => string;
}

export interface AlertEvent {
  readonly kind: AlertKind;
  readonly router: VirtualRouterId;
  readonly at: Instant;
  /** When it began, or ended. */
  readonly wall: WallTime;
  readonly facts: Facts;
}

/** More alerts than two conditions of each of a thousand virtual routers: whoever makes that many is an attacker. */
const MOST_ALERTS = 8_192;

/** What an earlier run left and nobody could judge for so long belongs to a virtual router that is no more. */
const FORGET_RESTORED: Duration = seconds(86_400);

interface Change {
  readonly alert: StandingAlert;
  /** It was told too often: that is said, and then nothing for a while. */
  readonly worn: boolean;
  readonly said: Alert;
}

/** A notification, and how much of it is news. */
export interface Due {
  readonly notification: Notification;
  readonly receiver: ReceiverRule;
}

/**
 * When who is told what. Pure: time comes with the calls, notifications are returned.
 *
 *   raised, cleared ─▶ alert (identity) ─▶ conversation (receiver × group) ─▶ due
 */
export class Lifecycle {
  readonly alerts = new Map<string, StandingAlert>();
  readonly conversations = new Map<string, Conversation>();
  /** Which conditions are raised for a virtual router, with the fingerprints of their alerts: what explains what. */
  readonly #raised = new Map<string, Map<Subject, string>>();
  readonly #options: LifecycleOptions;
  readonly #deps: LifecycleDeps;
  /** Alerts that nobody is told of because there are too many. */
  evicted = 0;
  truncated = new Map<string, number>();

  constructor(options: LifecycleOptions, deps: LifecycleDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  raised({ kind, router, at, wall, facts }: AlertEvent): void {
    const key = routerKey(router);
    const raised = this.#raised.get(key) ?? new Map<Subject, string>();
    this.#raised.set(key, raised.set(kind.subject, kind.fingerprint));
    const alert = this.#admit(kind, at, wall);
    if (alert === undefined) return;
    alert.facts = facts;
    const changed = alert.raise(router, at, wall);
    this.#explain(key, at);
    if (this.#deps.isSilenced(router, wall)) alert.hushed = true;
    if (changed) this.#touch(alert, at);
  }

  /** @param resolved false: it is not followed any more, and whether it is over nobody knows */
  cleared({ kind, router, at, wall, facts }: AlertEvent, resolved: boolean): void {
    const key = routerKey(router);
    const raised = this.#raised.get(key);
    raised?.delete(kind.subject);
    if (raised?.size === 0) this.#raised.delete(key);
    const alert = this.alerts.get(kind.fingerprint);
    if (alert !== undefined) {
      alert.facts = facts;
      if (this.#deps.isSilenced(router, wall)) alert.hushed = true;
      if (resolved) {
        if (alert.clear(router, at, wall)) this.#touch(alert, at);
      } else {
        alert.sources.delete(key);
        if (alert.sources.size === 0) this.#forget(alert);
      }
    }
    this.#explain(key, at);
  }

  /** Something that has no end, such as a change of master. */
  happened({ kind, router, at, wall, facts }: AlertEvent): void {
    const known = this.alerts.get(kind.fingerprint);
    if (known === undefined && this.alerts.size >= MOST_ALERTS) {
      this.evicted += 1;
      return;
    }
    const sequence = known === undefined ? firstSequence(wall) : known.sequence + (known.sequence % 2);
    const alert = new StandingAlert(kind, at, wall, sequence, true);
    this.alerts.set(kind.fingerprint, alert);
    alert.facts = facts;
    alert.raise(router, at, wall);
    this.#touch(alert, at);
  }

  /**
   * What an earlier run knew, and whether it is so still. `holds`: null: that cannot be judged now.
   * @returns whether anything changed by that
   */
  reconcile(holds: (alert: StandingAlert) => boolean | null, now: Instant, wall: WallTime): boolean {
    let changed = false;
    for (const alert of this.alerts.values()) {
      if (!alert.restored || !alert.firing) continue;
      const held = holds(alert);
      if (held === false) {
        alert.resolve(now, wall);
        this.#touch(alert, now);
        // `changedAt` of what was restored is when the agent started.
      } else if (held === null && since(now, alert.changedAt) > FORGET_RESTORED) this.#forget(alert);
      else continue;
      changed = true;
    }
    return changed;
  }

  /** When `due` has to be called at the latest; null: nothing waits for a time. Besides, it is to be called about once a second. */
  get deadline(): Instant | null {
    let earliest: Instant | null = null;
    for (const conversation of this.conversations.values()) {
      const due = conversation.dueAt(this.#options);
      if (due !== null && (earliest === null || due < earliest)) earliest = due;
    }
    return earliest;
  }

  due(now: Instant, wall: WallTime): Due[] {
    const found: Due[] = [];
    for (const [key, conversation] of this.conversations) {
      if (conversation.holdsBack && this.#isReleased(conversation, now, wall)) conversation.touch(now, false);
      const due = conversation.dueAt(this.#options);
      if (due !== null && due <= now) found.push(...this.#tell(conversation, now, wall));
      else if (this.#repeats(conversation, now)) found.push(...this.#repeat(conversation, now, wall));
      else if (conversation.isOver(now, this.#options)) this.conversations.delete(key);
    }
    this.#forgetWhatIsOver(now);
    return found;
  }

  /** Takes up what an earlier run left. */
  restore(alert: StandingAlert): void {
    this.alerts.set(alert.kind.fingerprint, alert);
  }

  /** Who has not been told of how it stands will be. */
  resume(alert: StandingAlert, now: Instant): void {
    for (const receiver of this.#options.receivers) {
      if (!wants(receiver, alert.kind)) continue;
      const conversation = this.conversationOf(receiver, alert.kind.group);
      const told = conversation.told.get(alert.kind.fingerprint);
      if ((told?.sequence ?? 0) < alert.sequence) conversation.touch(now, alert.firing && alert.kind.severity === "critical");
    }
  }

  /** What a receiver knows of a group; made where there is nothing yet. */
  conversationOf(receiver: ReceiverRule, group: StandingAlert["kind"]["group"]): Conversation {
    const key = JSON.stringify([receiver.name, group.key]);
    const conversation = this.conversations.get(key) ?? new Conversation(receiver, group);
    this.conversations.set(key, conversation);
    return conversation;
  }

  /** What fires and is neither silenced nor a consequence, and what is over since a little while, for one receiver. */
  standing(receiver: ReceiverRule, now: Instant, wall: WallTime): StandingAlert[] {
    return [...this.alerts.values()].filter(
      (alert) => wants(receiver, alert.kind) && (alert.firing ? !this.#isHeld(alert, now, wall) : !alert.hushed),
    );
  }

  #admit(kind: AlertKind, at: Instant, wall: WallTime): StandingAlert | undefined {
    const known = this.alerts.get(kind.fingerprint);
    if (known !== undefined) return known;
    if (this.alerts.size >= MOST_ALERTS) {
      this.evicted += 1;
      return undefined;
    }
    const alert = new StandingAlert(kind, at, wall);
    this.alerts.set(kind.fingerprint, alert);
    return alert;
  }

  #touch(alert: StandingAlert, at: Instant): void {
    const { group, severity } = alert.kind;
    for (const receiver of this.#options.receivers)
      if (wants(receiver, alert.kind)) this.conversationOf(receiver, group).touch(at, alert.firing && severity === "critical");
  }

  /** Counts anew by what each alert of a virtual router is explained. */
  #explain(key: string, at: Instant): void {
    const raised = this.#raised.get(key);
    if (raised === undefined) return;
    for (const [subject, fingerprint] of raised)
      this.alerts.get(fingerprint)?.explained(inhibitorsOf(subject).filter((other) => raised.has(other)).length, at);
  }

  #isHeld(alert: StandingAlert, now: Instant, wall: WallTime): boolean {
    if (alert.isInhibited(now)) return true;
    // What an earlier run left was raised by nobody yet.
    if (alert.sources.size === 0) return alert.router !== null && this.#deps.isSilenced(alert.router, wall);
    return [...alert.sources.values()].every(({ router }: Source) => this.#deps.isSilenced(router, wall));
  }

  #isReleased(conversation: Conversation, now: Instant, wall: WallTime): boolean {
    for (const alert of this.#of(conversation)) {
      const told = conversation.told.get(alert.kind.fingerprint);
      if (told?.sequence === alert.sequence) continue;
      if (told?.damped === true) {
        if (since(now, alert.changedAt) >= this.#options.damping.quiet) return true;
      } else if (alert.firing && !this.#isHeld(alert, now, wall)) return true;
    }
    return false;
  }

  *#of({ receiver, group }: Conversation): IterableIterator<StandingAlert> {
    for (const alert of this.alerts.values()) if (alert.kind.group.key === group.key && wants(receiver, alert.kind)) yield alert;
  }

  /** What has changed for a receiver, with what of the group fires besides: whoever reads the whole list sees how it stands. */
  #tell(conversation: Conversation, now: Instant, wall: WallTime): Due[] {
    conversation.settled();
    conversation.holdsBack = false;
    const changed: Change[] = [];
    const standing: Alert[] = [];
    for (const alert of this.#of(conversation)) {
      const told = conversation.told.get(alert.kind.fingerprint);
      if (alert.sequence > (told?.sequence ?? 0)) {
        const change = this.#changeOf(conversation, alert, told, now, wall);
        if (change !== null) changed.push(change);
      } else if (alert.firing && !alert.momentary && !this.#isHeld(alert, now, wall))
        standing.push(alert.said ?? this.#describe(alert, told, null));
    }
    if (changed.length === 0) return [];
    const { perAlert, maxAlerts } = conversation.receiver;
    const fitting = perAlert ? changed : [...changed].sort((a, b) => byWeight(a.said, b.said)).slice(0, maxAlerts);
    const cut = changed.filter((change) => !fitting.includes(change));
    for (const { alert, worn } of fitting) this.#note(conversation, alert, worn, now);
    for (const { alert } of cut) {
      // Who knows that it fires has to hear of its end; what begins is counted, and not told later.
      if (alert.firing) this.#note(conversation, alert, false, now);
      else conversation.touch(now, false);
    }
    const urgent = fitting.some(({ alert }) => alert.firing && alert.kind.severity === "critical");
    conversation.sent(now, urgent);
    const reason = fitting.some(({ worn }) => worn) ? "damped" : "changed";
    const said = (changes: readonly Change[]): Alert[] => changes.map((change) => change.said);
    return this.#notifications(conversation, reason, said(fitting), [...said(cut.filter(({ alert }) => alert.firing)), ...standing], wall);
  }

  /** What there is to tell of an alert that has changed; null: nothing, or not now. */
  #changeOf(conversation: Conversation, alert: StandingAlert, told: Told | undefined, now: Instant, wall: WallTime): Change | null {
    const { receiver } = conversation;
    const { damping } = this.#options;
    if (alert.firing && this.#isHeld(alert, now, wall)) {
      alert.hushed = true;
      conversation.holdsBack = true;
      return null;
    }
    if (!alert.firing && (!receiver.sendResolved || (told?.firing !== true && alert.hushed))) {
      told?.skip(alert.sequence);
      return null;
    }
    if (told?.damped === true && since(now, alert.changedAt) < damping.quiet) {
      conversation.holdsBack = true;
      return null;
    }
    const worn = receiver.damps && told?.damped !== true && !alert.momentary && told?.isWorn(now, damping) === true;
    return { alert, worn, said: this.#describe(alert, told, worn ? this.#dampedText() : null) };
  }

  #note(conversation: Conversation, alert: StandingAlert, worn: boolean, now: Instant): void {
    const { fingerprint } = alert.kind;
    const told = conversation.told.get(fingerprint) ?? new Told();
    conversation.told.set(fingerprint, told);
    if (told.damped) told.times = [];
    told.damped = worn;
    told.note(alert.sequence, alert.firing && !alert.momentary, now, this.#options.damping);
  }

  #repeats({ lastSentAt }: Conversation, now: Instant): boolean {
    return lastSentAt !== null && since(now, lastSentAt) >= this.#options.repeatInterval;
  }

  #repeat(conversation: Conversation, now: Instant, wall: WallTime): Due[] {
    const firing: Alert[] = [];
    for (const alert of this.#of(conversation)) {
      const told = conversation.told.get(alert.kind.fingerprint);
      if (told?.firing !== true || told.damped || !alert.firing || this.#isHeld(alert, now, wall) || !this.#deps.isJudged(alert)) continue;
      firing.push(this.#describe(alert, told, null));
    }
    conversation.lastSentAt = firing.length === 0 ? null : now;
    return firing.length === 0 ? [] : this.#notifications(conversation, "repeat", firing, [], wall);
  }

  #describe(alert: StandingAlert, told: Told | undefined, damped: string | null): Alert {
    // Each episode has two numbers; what was told as firing was one of the episodes already.
    const unseen = Math.ceil((alert.sequence - Math.max(told?.sequence ?? 0, alert.origin)) / 2);
    const said = this.#deps.describe(alert, Math.max(1, unseen), damped);
    alert.said = said;
    return said;
  }

  #dampedText(): string {
    const { changes, window, quiet } = this.#options.damping;
    const minutes = (time: Duration): string => `${Math.round(time / 6e5) / 100} min`;
    return `It was told ${changes} times within ${minutes(window)}; nothing more is said of it until it has not changed for ${minutes(quiet)}.`;
  }

  #notifications(
    { receiver, group }: Conversation,
    reason: NotificationReason,
    changed: readonly Alert[],
    standing: readonly Alert[],
    wall: WallTime,
  ): Due[] {
    const notification = (alerts: readonly Alert[], truncated: number): Due => ({
      receiver,
      notification: {
        id: this.#deps.newId(),
        receiver: receiver.name,
        reason,
        group_key: group.key,
        group_labels: group.labels,
        created_at: rfc3339(wall),
        alerts,
        truncated,
      },
    });
    if (receiver.perAlert) return [...changed].sort(byWeight).map((alert) => notification([alert], 0));
    const all = [...changed, ...[...standing].sort(byWeight)];
    const kept = all.slice(0, receiver.maxAlerts);
    const truncated = all.length - kept.length;
    if (truncated > 0) this.truncated.set(receiver.name, (this.truncated.get(receiver.name) ?? 0) + truncated);
    return [notification(kept.sort(byWeight), truncated)];
  }

  /** Whether it is over, or can never be cleared, it is as if it had never been. */
  #forget(alert: StandingAlert): void {
    this.alerts.delete(alert.kind.fingerprint);
    for (const { told } of this.conversations.values()) told.delete(alert.kind.fingerprint);
  }

  #forgetWhatIsOver(now: Instant): void {
    for (const alert of this.alerts.values()) {
      if (alert.momentary ? this.#isPending(alert) : alert.firing || this.#isPending(alert)) continue;
      if (since(now, alert.changedAt) < (alert.momentary ? 0 : this.#options.keepResolved)) continue;
      // What is damped, or was told lately, has a history that the next episode is measured by.
      if ([...this.conversations.values()].some(({ told }) => (told.get(alert.kind.fingerprint)?.times.length ?? 0) > 1)) {
        if (since(now, alert.changedAt) < this.#options.damping.window + this.#options.damping.quiet) continue;
      }
      this.#forget(alert);
    }
  }

  #isPending(alert: StandingAlert): boolean {
    return this.#options.receivers.some((receiver) => {
      if (!wants(receiver, alert.kind)) return false;
      const conversation = this.conversations.get(JSON.stringify([receiver.name, alert.kind.group.key]));
      return conversation !== undefined && (conversation.dueAt(this.#options) !== null || conversation.holdsBack);
    });
  }
}

const inhibitors = new Map<ConditionName, ConditionName[]>();
for (const { id, inhibits } of detectors) for (const name of inhibits) inhibitors.set(name, [...(inhibitors.get(name) ?? []), id]);

const inhibitorsOf = (subject: Subject): readonly ConditionName[] => (subject === "master_changed" ? [] : (inhibitors.get(subject) ?? []));
