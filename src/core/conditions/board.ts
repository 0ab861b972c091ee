import { type Instant, instant, millis, plus, type WallTime } from "../../lib/time.ts";
import type { Deadlined } from "../deadlines.ts";
import { detectors } from "../detectors/index.ts";
import type { ConditionName, Event } from "../events.ts";
import type { ConditionsView, ConditionView } from "../view.ts";
import { everyAspect } from "./aspects.ts";
import type { Detector, Finding } from "./definition.ts";
import type { ConditionSetting, ConditionSettings } from "./settings.ts";
import type { Subject } from "./subject.ts";

/** Longer ago than anything. */
const START = instant(Number.NEGATIVE_INFINITY);

/** Between two answers to what a stranger can change with every packet. */
const REST = millis(20);

/** What was cleared is not raised again before: who can make a condition flap does it twice a second, not with every packet. */
const AGAIN = millis(500);

/** What is remembered of one condition, from the first time that it was more than quiet. */
interface State {
  active: ConditionView | null;
  transitions: number;
  lastRaisedWall: WallTime | null;
  /** Since when it has held without a break; null while it does not. */
  heldSince: Instant | null;
  /** It was cleared just before: until then it is not raised again. */
  restsUntil: Instant;
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
  /** In the order of `detectors`, as the states are. */
  #settings: readonly ConditionSetting[];
  readonly #context: BoardContext;
  readonly #states: (State | undefined)[] = [];
  /** Conditions that cannot be judged now. A bit each, in the order of `detectors`. */
  #unknown = -1;
  #marked = 0;
  /** What was marked in a hurry, and is judged then. */
  #later = 0;
  #restsUntil = START;
  #deadline: Instant | undefined;

  constructor(order: number, subject: Subject, settings: ConditionSettings, context: BoardContext) {
    this.order = order;
    this.#subject = subject;
    this.#settings = inOrder(settings);
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

  /**
   * As `mark`, for what a stranger can change with every packet: at once where it is the first news in a while, else a moment later.
   * @param at when it changed
   */
  markSoon(aspects: number, at: Instant): void {
    if (at >= this.#restsUntil) {
      this.#restsUntil = plus(at, REST);
      this.mark(aspects);
      return;
    }
    this.#later |= aspects;
    // The deadline of the board is another one by that.
    this.#context.marked(this);
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
    if (marked === 0) {
      this.#findDeadline();
      return;
    }
    for (let index = 0; index < detectors.length; index++) if (((watches[index] as number) & marked) !== 0) this.#ask(index, now, at, wall);
    this.#findDeadline();
  }

  /** Asks the detectors whose time has come. */
  expire(at: Instant, wall: WallTime): void {
    if (this.#later !== 0 && this.#restsUntil <= at) {
      this.#marked |= this.#later;
      this.#later = 0;
      this.#restsUntil = plus(at, REST);
      this.judge(at, at, wall);
    }
    for (const [index, state] of this.#states.entries()) {
      const due = state?.recheckAt ?? null;
      if (due !== null && due <= at) this.#ask(index, at, at, wall);
    }
    this.#findDeadline();
  }

  /** Judged by other settings from now on: what is not judged any more ends, and what is judged otherwise is judged anew. */
  reconfigure(settings: ConditionSettings, at: Instant, wall: WallTime): void {
    const before = this.#settings;
    this.#settings = inOrder(settings);
    let aspects = 0;
    for (const index of changedBetween(before, this.#settings)) {
      if (this.#settings[index]?.enabled === true) aspects |= watches[index] as number;
      else this.#switchOff(index, at, wall);
    }
    this.#findDeadline();
    this.mark(aspects);
  }

  /** It is not followed any more: whatever is raised ends. */
  end(why: string, at: Instant, wall: WallTime): void {
    for (const state of this.#states) {
      if (state === undefined) continue;
      this.#clear(state, why, at, wall, false);
      state.heldSince = null;
      state.recheckAt = null;
    }
    this.#unknown = -1;
    this.#deadline = undefined;
  }

  /** Whether it was raised and not cleared yet, whether it can be judged now or not. */
  isRaised(condition: ConditionName): boolean {
    return (this.#stateOf(condition)?.active ?? null) !== null;
  }

  holds(condition: ConditionName): boolean | null {
    if ((this.#unknown & (1 << indexOf(condition))) !== 0) return null;
    return this.isRaised(condition);
  }

  get active(): readonly ConditionView[] {
    const active: ConditionView[] = [];
    for (const state of this.#states) {
      const view = state?.active ?? null;
      if (view !== null) active.push({ ...view, inhibitedBy: this.#inhibitor(view.condition) });
    }
    return active;
  }

  transitions(condition: ConditionName): number {
    return this.#stateOf(condition)?.transitions ?? 0;
  }

  lastRaisedWall(condition: ConditionName): WallTime | null {
    return this.#stateOf(condition)?.lastRaisedWall ?? null;
  }

  #switchOff(index: number, at: Instant, wall: WallTime): void {
    this.#unknown |= 1 << index;
    const state = this.#states[index];
    if (state === undefined) return;
    state.heldSince = null;
    state.recheckAt = null;
    this.#clear(state, "switched off in the configuration", at, wall);
  }

  #stateOf(condition: ConditionName): State | undefined {
    return this.#states[indexOf(condition)];
  }

  #ask(index: number, now: Instant, at: Instant, wall: WallTime): void {
    const detector = detectors[index] as Detector;
    const { enabled, severity, options } = this.#settings[index] as ConditionSetting;
    if (!enabled) return;
    const verdict = detector.evaluate(this.#subject, now, options);
    let state = this.#states[index];
    const judged = verdict.state === "clear" || verdict.state === "raised";
    if (judged) this.#unknown &= ~(1 << index);
    else this.#unknown |= 1 << index;
    if (state === undefined) {
      if (!judged || (verdict.state === "clear" && verdict.recheckAt === undefined)) return;
      state = { active: null, transitions: 0, lastRaisedWall: null, heldSince: null, restsUntil: START, recheckAt: null };
      this.#states[index] = state;
    }
    switch (verdict.state) {
      case "unknown":
        state.heldSince = null;
        state.recheckAt = null;
        return;
      case "inapplicable":
        state.heldSince = null;
        state.recheckAt = null;
        this.#clear(state, verdict.because, at, wall);
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
        const ripe = state.active === null ? latest(at, after === undefined ? at : plus(state.heldSince, after), state.restsUntil) : at;
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
      // What is known of it may grow, and is not forgotten: the cause may show a little later, and not any more at the end.
      if (isSpecific(finding.cause) || !isSpecific(state.active.cause)) state.active = { ...state.active, ...finding };
      return;
    }
    const inhibitedBy = this.#inhibitor(condition);
    state.active = { condition, severity, since: wall, ...finding, inhibitedBy };
    state.transitions += 1;
    state.lastRaisedWall = wall;
    this.#context.emit({ kind: "condition_raised", at, wall, router: this.#subject.id, ...state.active });
  }

  #clear(state: State, summary: string, at: Instant, wall: WallTime, resolved = true): void {
    const was = state.active;
    if (was === null) return;
    state.active = null;
    state.restsUntil = plus(at, AGAIN);
    this.#context.emit({ kind: "condition_cleared", at, wall, router: this.#subject.id, ...was, summary, resolved });
  }

  #inhibitor(condition: ConditionName): ConditionName | null {
    for (const { id, inhibits } of detectors) if (inhibits.includes(condition) && this.isRaised(id)) return id;
    return null;
  }

  #findDeadline(): void {
    let earliest: Instant | undefined = this.#later === 0 ? undefined : this.#restsUntil;
    for (const state of this.#states) {
      const recheckAt = state?.recheckAt ?? null;
      if (recheckAt !== null && (earliest === undefined || recheckAt < earliest)) earliest = recheckAt;
    }
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

/** In the order of `detectors`, beside each other: they are looked through at every change. */
const watches: readonly number[] = detectors.map((detector) => detector.watches);

const indices: ReadonlyMap<ConditionName, number> = new Map(detectors.map(({ id }, index) => [id, index]));

const indexOf = (condition: ConditionName): number => indices.get(condition) as number;

/** Most virtual routers share one. */
const ordered = new WeakMap<ConditionSettings, readonly ConditionSetting[]>();

function inOrder(settings: ConditionSettings): readonly ConditionSetting[] {
  let list = ordered.get(settings);
  if (list === undefined) {
    list = detectors.map(({ id }) => settings[id]);
    ordered.set(settings, list);
  }
  return list;
}

/** Where two settings differ. Most virtual routers go from the same ones to the same ones. */
const changes = new WeakMap<
  readonly ConditionSetting[],
  { readonly from: readonly ConditionSetting[]; readonly indices: readonly number[] }
>();

function changedBetween(from: readonly ConditionSetting[], to: readonly ConditionSetting[]): readonly number[] {
  if (from === to) return [];
  const known = changes.get(to);
  if (known?.from === from) return known.indices;
  const indices = to.flatMap((setting, index) => (sameSetting(from[index], setting) ? [] : [index]));
  changes.set(to, { from, indices });
  return indices;
}

function sameSetting(a: ConditionSetting | undefined, b: ConditionSetting): boolean {
  if (a === undefined || a.enabled !== b.enabled || a.severity !== b.severity) return false;
  return Object.entries(b.options).every(([key, value]) => a.options[key] === value);
}

const latest = (...instants: readonly Instant[]): Instant => Math.max(...instants) as Instant;

const isSpecific = (cause: string | null): boolean => cause !== null && cause !== "unknown";
