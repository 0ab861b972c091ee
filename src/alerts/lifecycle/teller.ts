import type { VirtualRouterId } from "../../core/events.ts";
import { type Duration, type Instant, rfc3339, since, type WallTime } from "../../lib/time.ts";
import type { Alert, Notification, NotificationReason } from "../alert.ts";
import { byImportance, byWeight } from "../weight.ts";
import { type Conversation, type Timing, Told } from "./conversation.ts";
import type { Group } from "./group.ts";
import type { ReceiverRule } from "./receiver-rule.ts";
import type { StandingAlert } from "./standing-alert.ts";

export interface TellerDeps {
  /** The alert with its texts, as it stands. `damped`: why nothing more will be said of it for a while. */
  readonly describe: (alert: StandingAlert, episodes: number, damped: string | null) => Alert;
  readonly isSilenced: (router: VirtualRouterId, wall: WallTime) => boolean;
  /** Whether the condition can be judged now: what cannot is not repeated. */
  readonly isJudged: (alert: StandingAlert) => boolean;
  readonly newId: () => string;
}

export interface Due {
  readonly notification: Notification;
  readonly receiver: ReceiverRule;
}

interface Change {
  readonly alert: StandingAlert;
  /** It was told too often: that is said, and then nothing for a while. */
  readonly worn: boolean;
  readonly said: Alert;
}

/** What a receiver is told of a group when its time has come. */
export class Teller {
  #timing: Timing;
  readonly #deps: TellerDeps;
  /** Alerts that were left out because there were too many, by receiver. */
  readonly truncated = new Map<string, number>();

  constructor(timing: Timing, deps: TellerDeps) {
    this.#timing = timing;
    this.#deps = deps;
  }

  /** Other times hold from now on. @param receivers names of those that are told: the rest is not counted any more */
  reconfigure(timing: Timing, receivers: ReadonlyMap<string, unknown>): void {
    this.#timing = timing;
    for (const name of this.truncated.keys()) if (!receivers.has(name)) this.truncated.delete(name);
  }

  /** Whether nobody is told of what fires: it is a consequence, or silenced wherever it is raised. */
  isHeld(alert: StandingAlert, now: Instant, wall: WallTime): boolean {
    if (alert.isInhibited(now)) return true;
    for (const router of alert.sources.values()) if (!this.#deps.isSilenced(router, wall)) return false;
    return alert.sources.size > 0 || this.#deps.isSilenced(alert.router, wall);
  }

  /** Whether something that was held back may be told now. */
  isReleased(group: Group, { receiver, told: known }: Conversation, now: Instant, wall: WallTime): boolean {
    for (const alert of group.alertsFor(receiver)) {
      const told = known.get(alert.kind.fingerprint);
      if (told?.sequence === alert.sequence) continue;
      if (told?.damped === true) {
        if (this.#isCalm(alert, now)) return true;
      } else if (alert.firing && !this.isHeld(alert, now, wall)) return true;
    }
    return false;
  }

  /** What has changed, with what of the group fires besides: whoever reads the whole list sees how it stands. */
  tell(group: Group, conversation: Conversation, now: Instant, wall: WallTime): Due[] {
    conversation.settled();
    const changed: Change[] = [];
    const standing: Change[] = [];
    for (const alert of group.alertsFor(conversation.receiver)) {
      const told = conversation.told.get(alert.kind.fingerprint);
      if (alert.sequence > (told?.sequence ?? 0)) {
        const change = this.#changeOf(conversation, alert, told, now, wall);
        if (change !== null) changed.push(change);
      } else if (alert.firing && !alert.momentary && !this.isHeld(alert, now, wall))
        standing.push({ alert, worn: false, said: alert.said ?? this.describe(alert, told, null) });
    }
    if (changed.length === 0) return [];
    const { perAlert, maxAlerts } = conversation.receiver;
    const ranked = [...changed].sort((a, b) => byImportance(a.said, b.said));
    const fitting = perAlert ? ranked : ranked.slice(0, maxAlerts);
    for (const { alert, worn } of fitting) this.#note(conversation, alert, worn, now);
    const cut = ranked.slice(fitting.length);
    for (const { alert } of cut) {
      // Who knows that it fires has to hear of its end; what begins is counted, and not told later.
      if (alert.firing) this.#note(conversation, alert, false, now);
      else conversation.touch(now, false);
    }
    const urgent = fitting.some(({ alert }) => alert.firing && alert.kind.severity === "critical");
    conversation.sent(now, urgent);
    const reason = fitting.some(({ worn }) => worn) ? "damped" : "changed";
    if (perAlert) return fitting.map(({ said }) => this.#due(group, conversation, reason, [said], 0, wall));
    const besides = [...standing].sort((a, b) => byImportance(a.said, b.said)).slice(0, maxAlerts - fitting.length);
    for (const { alert } of besides) this.#repeated(conversation, alert, now);
    const missing = cut.filter(({ alert }) => alert.firing).length + standing.length - besides.length;
    return [
      this.#due(
        group,
        conversation,
        reason,
        [...fitting, ...besides].map(({ said }) => said),
        missing,
        wall,
      ),
    ];
  }

  /** What nobody was told of for `repeat_interval`, and what is quiet again after it came and went too often. */
  repeat(group: Group, conversation: Conversation, now: Instant, wall: WallTime): Due[] {
    const { receiver } = conversation;
    const waited: StandingAlert[] = [];
    const fresh: StandingAlert[] = [];
    for (const alert of group.alertsFor(receiver)) {
      const told = conversation.told.get(alert.kind.fingerprint);
      if (told === undefined || told.sequence !== alert.sequence) continue;
      const isCalm = told.damped && this.#isCalm(alert, now);
      if (!alert.firing || !told.firing) {
        if (isCalm) told.calm();
      } else if (isCalm || (!told.damped && this.#isDue(told, now))) waited.push(alert);
      else if (!told.damped) fresh.push(alert);
    }
    const tellable = (alert: StandingAlert): boolean => !this.isHeld(alert, now, wall) && this.#deps.isJudged(alert);
    const due = waited.filter(tellable);
    if (due.length === 0) return [];
    const { perAlert, maxAlerts } = receiver;
    const told = (alert: StandingAlert): Alert => this.describe(alert, conversation.told.get(alert.kind.fingerprint), null);
    const all = (perAlert ? due : [...due, ...fresh.filter(tellable)]).map((alert) => ({ alert, said: told(alert) }));
    const kept = all.sort((a, b) => byImportance(a.said, b.said)).slice(0, perAlert ? all.length : maxAlerts);
    // Whoever does not fit is not tried again every second.
    for (const { alert } of all) {
      const known = this.#toldOf(conversation, alert);
      if (known.damped) known.calm();
      this.#repeated(conversation, alert, now);
    }
    conversation.sent(now, false);
    if (perAlert) return kept.map(({ said }) => this.#due(group, conversation, "repeat", [said], 0, wall));
    return [
      this.#due(
        group,
        conversation,
        "repeat",
        kept.map(({ said }) => said),
        all.length - kept.length,
        wall,
      ),
    ];
  }

  /** Puts an alert into words. */
  describe(alert: StandingAlert, told: Told | undefined, damped: string | null): Alert {
    // Each episode has two numbers; what was told as firing was one of the episodes already.
    const unseen = Math.ceil((alert.sequence - Math.max(told?.sequence ?? 0, alert.origin)) / 2);
    const said = this.#deps.describe(alert, Math.max(1, unseen), damped);
    alert.said = said;
    return said;
  }

  /** What there is to tell of an alert that has changed; null: nothing, or not now. */
  #changeOf(conversation: Conversation, alert: StandingAlert, told: Told | undefined, now: Instant, wall: WallTime): Change | null {
    const { receiver } = conversation;
    if (alert.firing && this.isHeld(alert, now, wall)) {
      alert.hushed = true;
      // What only happened is no news once the silence is over.
      if (alert.momentary) this.#toldOf(conversation, alert).skip(alert.sequence);
      else conversation.holdsBack = true;
      return null;
    }
    if (!alert.firing && (!receiver.sendResolved || (told?.firing !== true && alert.hushed))) {
      told?.skip(alert.sequence);
      return null;
    }
    if (told?.damped === true && !this.#isCalm(alert, now)) {
      conversation.holdsBack = true;
      return null;
    }
    const { damping } = this.#timing;
    const worn = receiver.damps && told?.damped !== true && !alert.momentary && told?.isWorn(now, damping) === true;
    return { alert, worn, said: this.describe(alert, told, worn ? this.#dampedText() : null) };
  }

  #note(conversation: Conversation, alert: StandingAlert, worn: boolean, now: Instant): void {
    const told = this.#toldOf(conversation, alert);
    if (told.damped) told.calm();
    told.damped = worn;
    told.note(alert.sequence, alert.firing && !alert.momentary, now, this.#timing.damping);
  }

  #toldOf({ told: known }: Conversation, { kind: { fingerprint } }: StandingAlert): Told {
    const told = known.get(fingerprint) ?? new Told();
    known.set(fingerprint, told);
    return told;
  }

  #repeated({ told }: Conversation, { kind }: StandingAlert, now: Instant): void {
    const known = told.get(kind.fingerprint);
    if (known !== undefined) known.saidAt = now;
  }

  #isDue({ saidAt }: Told, now: Instant): boolean {
    return saidAt === null || since(now, saidAt) >= this.#timing.repeatInterval;
  }

  #isCalm({ changedAt }: StandingAlert, now: Instant): boolean {
    return since(now, changedAt) >= this.#timing.damping.quiet;
  }

  #dampedText(): string {
    const { changes, window, quiet } = this.#timing.damping;
    const minutes = (time: Duration): string => `${Math.round(time / 6e5) / 100} min`;
    return `It was told ${changes} times within ${minutes(window)}; nothing more is said of it until it has not changed for ${minutes(quiet)}.`;
  }

  #due(group: Group, { receiver }: Conversation, reason: NotificationReason, alerts: Alert[], truncated: number, wall: WallTime): Due {
    if (truncated > 0) this.truncated.set(receiver.name, (this.truncated.get(receiver.name) ?? 0) + truncated);
    return {
      receiver,
      notification: {
        id: this.#deps.newId(),
        receiver: receiver.name,
        reason,
        group_key: group.named.key,
        group_labels: group.named.labels,
        created_at: rfc3339(wall),
        alerts: alerts.sort(byWeight),
        truncated,
      },
    };
  }
}
