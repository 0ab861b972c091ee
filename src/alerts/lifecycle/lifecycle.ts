import { detectors } from "../../core/detectors/index.ts";
import type { ConditionName, VirtualRouterId } from "../../core/events.ts";
import { routerKey } from "../../core/router-key.ts";
import { type Duration, type Instant, seconds, since, type WallTime } from "../../lib/time.ts";
import type { Alert } from "../alert.ts";
import type { Subject } from "../identity.ts";
import type { Timing } from "./conversation.ts";
import { Group } from "./group.ts";
import { type ReceiverRule, wants } from "./receiver-rule.ts";
import { type AlertGroup, type AlertKind, type Facts, StandingAlert } from "./standing-alert.ts";
import { type Due, Teller, type TellerDeps } from "./teller.ts";

export interface LifecycleOptions extends Timing {
  readonly receivers: readonly ReceiverRule[];
  /** What is over is kept for so long, for who has to be told again and again. */
  readonly keepResolved: Duration;
}

export interface AlertEvent {
  readonly kind: AlertKind;
  readonly router: VirtualRouterId;
  readonly at: Instant;
  /** When it began, or ended. */
  readonly wall: WallTime;
  readonly facts: Facts;
}

/** Whether a condition holds for a virtual router; null: that cannot be judged now. */
export type Holds = (router: VirtualRouterId, subject: Subject) => boolean | null;

/** Several conditions of each of a thousand virtual routers in both families: whoever makes more is an attacker. */
export const MOST_ALERTS = 8_192;

/** What an earlier run left and nobody could judge for so long belongs to a virtual router that is no more. */
const FORGET_RESTORED: Duration = seconds(86_400);

/**
 * When who is told what. Pure: time comes with the calls, notifications are returned.
 *
 *   raised, cleared ─▶ alert (identity) ─▶ group ─▶ conversation with each receiver ─▶ teller ─▶ due
 */
export class Lifecycle {
  /** By fingerprint. */
  readonly alerts = new Map<string, StandingAlert>();
  readonly groups = new Map<string, Group>();
  readonly teller: Teller;
  /** Which conditions are raised for a virtual router, with the fingerprints of their alerts: what explains what, and what a clearing ends. */
  readonly #raised = new Map<string, Map<Subject, string>>();
  #options: LifecycleOptions;
  readonly #deps: TellerDeps;
  /** The highest number that any alert ever had. */
  highest = 0;
  /** Alerts that nobody is told of because there are too many. */
  evicted = 0;

  constructor(options: LifecycleOptions, deps: TellerDeps) {
    this.#options = options;
    this.#deps = deps;
    this.teller = new Teller(options, deps);
  }

  /**
   * Other receivers and times from now on. A receiver of the same name knows what it knew, and hears of the end of what it knows to fire also
   * where its new rule does not fit; whoever wants an alert and has not been told of it is told.
   */
  reconfigure(options: LifecycleOptions, now: Instant): void {
    this.#options = options;
    const rules = new Map(options.receivers.map((rule) => [rule.name, rule]));
    this.teller.reconfigure(options, rules);
    for (const group of this.groups.values()) group.retain(rules);
    for (const alert of this.alerts.values()) {
      this.#findReceivers(alert);
      if (alert.firing && !alert.momentary) this.resume(alert, now);
    }
  }

  /** @returns whether anybody wants to know */
  raised({ kind, router, at, wall, facts }: AlertEvent): boolean {
    const key = routerKey(router);
    const raised = this.#raised.get(key) ?? new Map<Subject, string>();
    this.#raised.set(key, raised.set(kind.subject, kind.fingerprint));
    const alert = this.alerts.get(kind.fingerprint) ?? this.#admit(kind, router, at, wall);
    if (alert === undefined) return false;
    alert.facts = facts;
    const began = alert.raise(router, at, wall);
    if (began) this.#findReceivers(alert);
    this.#explain(key, at);
    if (this.#deps.isSilenced(router, wall)) alert.hushed = true;
    if (began) this.#touch(alert, at);
    return alert.wantedBy.size > 0;
  }

  /**
   * @param resolved false: it is not followed any more, and whether it is over nobody knows
   * @returns whether anybody wants to know
   */
  cleared({ kind, router, at, wall, facts }: AlertEvent, resolved: boolean): boolean {
    const key = routerKey(router);
    const raised = this.#raised.get(key);
    // Its segment may have another name by now.
    const alert = this.alerts.get(raised?.get(kind.subject) ?? kind.fingerprint);
    raised?.delete(kind.subject);
    if (raised?.size === 0) this.#raised.delete(key);
    let wanted = false;
    if (alert !== undefined) {
      alert.facts = facts;
      if (this.#deps.isSilenced(router, wall)) alert.hushed = true;
      wanted = alert.wantedBy.size > 0;
      if (resolved) this.#end(alert, router, at, wall);
      else {
        alert.sources.delete(key);
        if (alert.sources.size === 0) this.#forget(alert);
      }
    }
    this.#explain(key, at);
    return wanted;
  }

  /** Something that has no end, such as a change of master. @returns whether anybody wants to know */
  happened({ kind, router, at, wall, facts }: AlertEvent): boolean {
    // Once the silence is over it is no news.
    if (this.#deps.isSilenced(router, wall)) return false;
    const known = this.alerts.get(kind.fingerprint);
    if (known === undefined && !this.#hasRoomFor(kind)) return false;
    const alert = new StandingAlert(kind, router, at, wall, known === undefined ? this.#nextNumber(wall) : known.sequence + 1, true);
    // Nobody was told of the one before yet.
    if (known !== undefined && this.#isPending(known)) alert.origin = known.origin;
    if (known !== undefined) this.groupOf(known.kind.group).alerts.delete(known);
    this.#add(alert);
    alert.facts = facts;
    alert.raise(router, at, wall);
    this.#touch(alert, at);
    return alert.wantedBy.size > 0;
  }

  /**
   * Holds what fires against what is true: what an earlier run left, and whatever ended unheard of.
   * @returns whether anything changed by that
   */
  reconcile(holds: Holds, now: Instant, wall: WallTime): boolean {
    let changed = false;
    for (const alert of this.alerts.values()) {
      if (!alert.firing || alert.momentary) continue;
      for (const router of [...alert.sources.values()])
        if (holds(router, alert.kind.subject) === false) {
          this.#raised.get(routerKey(router))?.delete(alert.kind.subject);
          this.#end(alert, router, now, wall);
          changed = true;
        }
      // `changedAt` of what was restored is when the agent started.
      if (alert.firing && alert.restored && since(now, alert.changedAt) > FORGET_RESTORED) {
        this.#forget(alert);
        changed = true;
      }
    }
    return changed;
  }

  /** When `due` has to be called at the latest; null: nothing waits for a time. Besides, it is to be called about once a second. */
  get deadline(): Instant | null {
    let earliest: Instant | null = null;
    for (const { conversations } of this.groups.values())
      for (const conversation of conversations.values()) {
        const due = conversation.dueAt(this.#options);
        if (due !== null && (earliest === null || due < earliest)) earliest = due;
      }
    return earliest;
  }

  due(now: Instant, wall: WallTime): Due[] {
    const found: Due[] = [];
    for (const [key, group] of this.groups) {
      for (const conversation of group.conversations.values()) {
        if (conversation.holdsBack && this.teller.isReleased(group, conversation, now, wall)) conversation.touch(now, false);
        const due = conversation.dueAt(this.#options);
        if (due !== null && due <= now) found.push(...this.teller.tell(group, conversation, now, wall));
        else if (due === null) found.push(...this.teller.repeat(group, conversation, now, wall));
      }
      this.#forgetWhatIsOver(group, key, now);
    }
    return found;
  }

  /** Takes up what an earlier run left. */
  restore(alert: StandingAlert): void {
    if (this.#hasRoomFor(alert.kind)) this.#add(alert);
  }

  /** Who has not been told of how it stands will be. */
  resume(alert: StandingAlert, now: Instant): void {
    for (const receiver of alert.wantedBy) {
      const conversation = this.groupOf(alert.kind.group).conversationWith(receiver);
      const told = conversation.told.get(alert.kind.fingerprint);
      if ((told?.sequence ?? 0) < alert.sequence) conversation.touch(now, alert.firing && alert.kind.severity === "critical");
    }
  }

  /** The group of this name; made where there is none yet. */
  groupOf(named: AlertGroup): Group {
    const group = this.groups.get(named.key) ?? new Group(named);
    this.groups.set(named.key, group);
    return group;
  }

  /** What fires and is neither silenced nor a consequence, and what is over since a little while, for one receiver. */
  standing(receiver: ReceiverRule, now: Instant, wall: WallTime): Alert[] {
    const found: Alert[] = [];
    for (const alert of this.alerts.values()) {
      if (!alert.wantedBy.has(receiver) || (alert.firing ? this.teller.isHeld(alert, now, wall) : alert.hushed)) continue;
      const told = this.groups.get(alert.kind.group.key)?.conversations.get(receiver.name)?.told.get(alert.kind.fingerprint);
      found.push(this.teller.describe(alert, told, null));
    }
    return found;
  }

  #admit(kind: AlertKind, router: VirtualRouterId, at: Instant, wall: WallTime): StandingAlert | undefined {
    if (!this.#hasRoomFor(kind)) return undefined;
    const alert = new StandingAlert(kind, router, at, wall, this.#nextNumber(wall));
    this.#add(alert);
    return alert;
  }

  /** A critical one takes the place of one that is not. */
  #hasRoomFor({ severity }: AlertKind): boolean {
    if (this.alerts.size < MOST_ALERTS) return true;
    this.evicted += 1;
    if (severity !== "critical") return false;
    for (const alert of this.alerts.values())
      if (alert.kind.severity !== "critical") {
        this.#forget(alert);
        return true;
      }
    return false;
  }

  #add(alert: StandingAlert): void {
    this.alerts.set(alert.kind.fingerprint, alert);
    this.groupOf(alert.kind.group).alerts.add(alert);
    this.#findReceivers(alert);
    this.highest = Math.max(this.highest, alert.sequence + 1);
  }

  /** Those whose rules it fits, and those that are owed its end. */
  #findReceivers(alert: StandingAlert): void {
    const { conversations } = this.groupOf(alert.kind.group);
    alert.wantedBy.clear();
    for (const rule of this.#options.receivers) {
      const isOwed = conversations.get(rule.name)?.told.get(alert.kind.fingerprint)?.firing === true;
      if (isOwed || wants(rule, alert.kind)) alert.wantedBy.add(rule);
    }
  }

  /**
   * An even number that is higher than any that an alert ever had, so that what still waits somewhere is known to be older: in this run by
   * counting, after a loss of the state by the clock, as no alert comes and goes once a second for long.
   */
  #nextNumber(wall: WallTime): number {
    return Math.max(2 * Math.floor(wall / 1_000_000), this.highest + (this.highest % 2));
  }

  #touch(alert: StandingAlert, at: Instant): void {
    this.highest = Math.max(this.highest, alert.sequence);
    const group = this.groupOf(alert.kind.group);
    for (const receiver of alert.wantedBy) group.conversationWith(receiver).touch(at, alert.firing && alert.kind.severity === "critical");
  }

  #end(alert: StandingAlert, router: VirtualRouterId, at: Instant, wall: WallTime): void {
    if (alert.clear(router, at, wall)) this.#touch(alert, at);
  }

  /** Counts anew by what each alert of a virtual router is explained. */
  #explain(key: string, at: Instant): void {
    const raised = this.#raised.get(key);
    if (raised === undefined) return;
    for (const [subject, fingerprint] of raised)
      this.alerts.get(fingerprint)?.explained(inhibitorsOf(subject).filter((other) => raised.has(other)).length, at);
  }

  #isPending({ kind, wantedBy }: StandingAlert): boolean {
    const conversations = this.groups.get(kind.group.key)?.conversations;
    for (const { name } of wantedBy) if (conversations?.get(name)?.isPending === true) return true;
    return false;
  }

  #forget(alert: StandingAlert): void {
    if (this.alerts.get(alert.kind.fingerprint) === alert) this.alerts.delete(alert.kind.fingerprint);
    this.groups.get(alert.kind.group.key)?.forget(alert);
  }

  #forgetWhatIsOver(group: Group, key: string, now: Instant): void {
    const { damping, keepResolved } = this.#options;
    for (const alert of group.alerts) {
      if ((alert.firing && !alert.momentary) || this.#isPending(alert)) continue;
      if (!alert.momentary && since(now, alert.changedAt) < keepResolved) continue;
      // The next episode is measured by what was told of this one.
      const { fingerprint } = alert.kind;
      if ([...group.conversations.values()].some(({ told }) => told.get(fingerprint)?.isRecent(now, damping) === true)) continue;
      this.#forget(alert);
    }
    if (group.alerts.size > 0) return;
    if ([...group.conversations.values()].every((conversation) => conversation.isOver(now, this.#options))) this.groups.delete(key);
  }
}

const inhibitors = new Map<ConditionName, ConditionName[]>();
for (const { id, inhibits } of detectors) for (const name of inhibits) inhibitors.set(name, [...(inhibitors.get(name) ?? []), id]);

const inhibitorsOf = (subject: Subject): readonly ConditionName[] => (subject === "master_changed" ? [] : (inhibitors.get(subject) ?? []));
