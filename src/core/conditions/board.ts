import { type Instant, plus, type WallTime } from "../../lib/time.ts";
import type { Deadlined } from "../deadlines.ts";
import { detectors } from "../detectors/index.ts";
import type { ConditionName, Event } from "../events.ts";
import type { ConditionsView, ConditionView } from "../view.ts";
import { everyAspect } from "./aspects.ts";
import type { Detector, Finding } from "./definition.ts";
import type { ConditionSettings } from "./settings.ts";
import type { Subject } from "./subject.ts";

/** What is remembered of one condition, from the first time that it was more than quiet. */
interface State {
  active: ConditionView | null;
  transitions: number;
  lastRaisedWall: WallTime | null;
  /** Since when it has held without a break; null while it does not. */
  heldSince: Instant | null;
  /** When time alone may change the answer; null: never. */
  recheckAt: Instant | null;
}

export interface BoardContext {
  emit(event: Event): void;
  /** Something was marked: `judge` is due before the input is over. */
  marked(board: ConditionBoard): void;
}

/** The conditions of one virtual router: asks its detectors when what they look at has changed, or when it is time. */
export class ConditionBoard implements Deadlined, ConditionsView {
  readonly order: number;
  queuedFor = Number.POSITIVE_INFINITY as Instant;
  position = -1;
  readonly #subject: Subject;
  readonly #settings: ConditionSettings;
  readonly #context: BoardContext;
  readonly #states = new Map<ConditionName, State>();
  /** Conditions that cannot be judged now. A bit each, in the order of `detectors`. */
  #unknown = -1;
  #marked = 0;
  #deadline: Instant | undefined;

  constructor(order: number, subject: Subject, settings: ConditionSettings, context: BoardContext) {
    this.order = order;
    this.#subject = subject;
    this.#settings = settings;
    this.#context = context;
  }

  get deadline(): Instant | undefined {
    return this.#deadline;
  }

  /** @param aspects bits of `Aspect` that have changed; 0: what was marked before is due now */
  mark(aspects: number): void {
    this.#marked |= aspects;
    if (this.#marked !== 0) this.#context.marked(this);
  }

  /** Heard once, and nobody knows of it: most likely it was made up, and a flood of such must cost little. */
  get #isPassing(): boolean {
    const { wire, here, allowedSenders } = this.#subject;
    return wire !== null && wire.adverts === 1 && wire.loss === null && here.instance === null && allowedSenders === null;
  }

  /**
   * Asks the detectors that look at what was marked.
   * @param now how far the time of the wire has come
   * @param at when the input happened that is judged; of a fact of this host a little later than `now`
   */
  judge(now: Instant, at: Instant, wall: WallTime): void {
    const marked = this.#marked;
    if (this.#isPassing) return;
    this.#marked = 0;
    for (const [index, detector] of detectors.entries()) if ((detector.watches & marked) !== 0) this.#ask(detector, index, now, at, wall);
    this.#findDeadline();
  }

  /** Asks the detectors whose time has come. */
  expire(at: Instant, wall: WallTime): void {
    for (const [index, detector] of detectors.entries()) {
      const due = this.#states.get(detector.id)?.recheckAt ?? null;
      if (due !== null && due <= at) this.#ask(detector, index, at, at, wall);
    }
    this.#findDeadline();
  }

  /** It is not followed any more: whatever is raised ends. */
  end(why: string, at: Instant, wall: WallTime): void {
    for (const { id } of detectors) {
      const state = this.#states.get(id);
      if (state === undefined) continue;
      this.#clear(state, why, at, wall);
      state.heldSince = null;
      state.recheckAt = null;
    }
    this.#unknown = -1;
    this.#deadline = undefined;
  }

  holds(condition: ConditionName): boolean | null {
    const index = indexOf.get(condition) as number;
    if ((this.#unknown & (1 << index)) !== 0) return null;
    return (this.#states.get(condition)?.active ?? null) !== null;
  }

  get active(): readonly ConditionView[] {
    const active: ConditionView[] = [];
    for (const { id } of detectors) {
      const view = this.#states.get(id)?.active ?? null;
      if (view !== null) active.push({ ...view, inhibitedBy: this.#inhibitor(id) });
    }
    return active;
  }

  transitions(condition: ConditionName): number {
    return this.#states.get(condition)?.transitions ?? 0;
  }

  lastRaisedWall(condition: ConditionName): WallTime | null {
    return this.#states.get(condition)?.lastRaisedWall ?? null;
  }

  #ask(detector: Detector, index: number, now: Instant, at: Instant, wall: WallTime): void {
    const { enabled, severity, options } = this.#settings[detector.id];
    if (!enabled) return;
    const verdict = detector.evaluate(this.#subject, now, options);
    let state = this.#states.get(detector.id);
    const judged = verdict.state === "clear" || verdict.state === "raised";
    if (judged) this.#unknown &= ~(1 << index);
    else this.#unknown |= 1 << index;
    if (state === undefined) {
      if (!judged || (verdict.state === "clear" && verdict.recheckAt === undefined)) return;
      state = { active: null, transitions: 0, lastRaisedWall: null, heldSince: null, recheckAt: null };
      this.#states.set(detector.id, state);
    }
    switch (verdict.state) {
      case "unknown":
      case "inapplicable":
        state.heldSince = null;
        state.recheckAt = null;
        if (verdict.state === "inapplicable") this.#clear(state, "this host has no part in it any more", at, wall);
        return;
      case "clear":
        state.heldSince = null;
        state.recheckAt = later(verdict.recheckAt, now);
        this.#clear(state, verdict.because ?? `${detector.meaning.replace(/\.$/, "")}: not any more`, at, wall);
        return;
      case "raised": {
        state.heldSince ??= at;
        state.recheckAt = later(verdict.recheckAt, now);
        const { after } = verdict;
        const ripe = after === undefined || state.active !== null ? at : plus(state.heldSince, after);
        if (ripe > at) {
          state.recheckAt = state.recheckAt === null || ripe < state.recheckAt ? ripe : state.recheckAt;
          return;
        }
        this.#raise(detector.id, state, severity, verdict.finding, at, wall);
      }
    }
  }

  #raise(condition: ConditionName, state: State, severity: ConditionView["severity"], finding: Finding, at: Instant, wall: WallTime): void {
    if (state.active !== null) {
      // What is known of it may grow: the cause shows a little later.
      state.active = { ...state.active, ...finding };
      return;
    }
    const inhibitedBy = this.#inhibitor(condition);
    state.active = { condition, severity, since: wall, ...finding, inhibitedBy };
    state.transitions += 1;
    state.lastRaisedWall = wall;
    this.#context.emit({ kind: "condition_raised", at, wall, router: this.#subject.id, ...state.active });
  }

  #clear(state: State, summary: string, at: Instant, wall: WallTime): void {
    const was = state.active;
    if (was === null) return;
    state.active = null;
    this.#context.emit({ kind: "condition_cleared", at, wall, router: this.#subject.id, ...was, summary });
  }

  #inhibitor(condition: ConditionName): ConditionName | null {
    for (const { id, inhibits } of detectors)
      if (inhibits.includes(condition) && (this.#states.get(id)?.active ?? null) !== null) return id;
    return null;
  }

  #findDeadline(): void {
    let earliest: Instant | undefined;
    for (const { recheckAt } of this.#states.values())
      if (recheckAt !== null && (earliest === undefined || recheckAt < earliest)) earliest = recheckAt;
    this.#deadline = earliest;
  }

  /** Everything is asked anew. */
  markAll(): void {
    this.mark(everyAspect);
  }
}

/** A time that has passed changes nothing any more. */
const later = (recheckAt: Instant | undefined, now: Instant): Instant | null =>
  recheckAt === undefined || recheckAt <= now ? null : recheckAt;

const indexOf: ReadonlyMap<ConditionName, number> = new Map(detectors.map(({ id }, index) => [id, index]));
