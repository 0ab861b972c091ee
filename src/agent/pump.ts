import type { FrameSink, FrameSource } from "../capture/source.ts";
import type { Engine } from "../core/engine.ts";
import type { Event } from "../core/events.ts";
import type { HostFact } from "../core/host-facts.ts";
import { toInput } from "../core/intake.ts";
import type { EngineOptions } from "../core/options.ts";
import type { Clock } from "../lib/clock.ts";
import { randomKey } from "../lib/random-key.ts";
import { type Duration, type Instant, instant, micros, millis, plus, seconds, since, type WallTime, wallTime } from "../lib/time.ts";
import { createDecoder } from "../wire/decode.ts";
import type { Decoded } from "../wire/decoded.ts";
import type { Frame } from "../wire/frame.ts";

/** A frame reaches us at the latest so long after its stamp: the block timeout of the packet ring, and scheduling. */
const SETTLE = millis(12);
/** On a host that cannot keep up frames come later than that: so much of the latest lag is waited for besides, at most so long. */
const LAG_FACTOR = 2;
const LONGEST_SETTLE = seconds(1);
/** What is left of it with every beat: it is forgotten after some seconds. */
const LAG_DECAY = 0.9;
/** How often the pump looks whether it still runs. */
const BEAT = millis(250);
/** Where nothing is heard and nothing is due, the engine's time does not fall back further than that. */
const LONGEST_BEHIND = seconds(3);
/** A beat that comes so much too late means that this host or process stood still: less than the master-down time of 0.1 s routers. */
const PAUSE = millis(300);

export interface PumpDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Sees each frame with what it says, before the engine does. */
  readonly tap?: (frame: Frame, decoded: Decoded) => void;
  /** Called for each event, in order. */
  readonly sink: (event: Event) => void;
  /** The host or process stood still for so long, up to now. */
  readonly paused: (pause: Duration) => void;
  readonly dropped: (count: number) => void;
  readonly hearing: (interfaceName: string, state: "hearing" | "deaf", why: string) => void;
}

/**
 * The only place where protocol time meets real time: frames go to the engine as they come, and one timer goes to its
 * next deadline. Frames may wait in the ring when the timer fires, so it drains before it lets time pass.
 */
export class Pump implements FrameSink {
  readonly #deps: PumpDeps;
  readonly #decoder = createDecoder(randomKey());
  #source: FrameSource | undefined;
  #disarm: () => void = () => {};
  #stopBeat: () => void = () => {};
  #armedFor: Instant | undefined;
  #lastBeat: Instant;
  /** Up to here everything that was captured has been handled. */
  #caughtUp: Instant;
  #inBatch = false;
  /** Events are being handed out: those that an input made now would overtake the ones that wait. */
  #emitting = false;
  /** How late frames have come lately, after their stamps. */
  #lag = micros(0);

  constructor(deps: PumpDeps) {
    this.#deps = deps;
    this.#lastBeat = deps.clock.now();
    this.#caughtUp = this.#lastBeat;
  }

  start(source: FrameSource): void {
    this.#source = source;
    source.open(this);
    this.#lastBeat = this.#deps.clock.now();
    this.#scheduleBeat();
  }

  stop(): void {
    this.#disarm();
    this.#stopBeat();
    this.#source?.close();
    this.#source = undefined;
  }

  /**
   * Everything that has arrived by now is handled, and time has passed as far as it safely can. Asked for by a sink it does nothing:
   * the order of events comes first.
   */
  catchUp(): void {
    if (this.#emitting) return;
    this.#notePause();
    this.#source?.drain();
    this.#emit(this.#deps.engine.advance(instant(this.#deps.clock.now() - this.#settle)));
  }

  frame(frame: Frame): void {
    if (!this.#inBatch) {
      this.#inBatch = true;
      this.#notePause();
      const lag = since(this.#deps.clock.now(), frame.at);
      if (lag > this.#lag) this.#lag = lag;
    }
    const decoded = this.#decoder.decode(frame);
    this.#deps.tap?.(frame, decoded);
    const input = toInput(frame, decoded);
    if (input !== undefined) this.#emit(this.#deps.engine.handle(input));
  }

  settled(): void {
    this.#inBatch = false;
    this.#caughtUp = this.#deps.clock.now();
    this.#arm();
  }

  dropped(count: number): void {
    this.#miss(this.#caughtUp, this.#deps.clock.now());
    this.#deps.dropped(count);
  }

  hearing(interfaceName: string, state: "hearing" | "deaf", why: string): void {
    const { clock, engine } = this.#deps;
    this.#notePause();
    // Frames from just before may still be in the ring: they are not to come late.
    const at = instant(Math.max(engine.now, clock.now() - this.#settle));
    this.#emit(engine.handle({ kind: "capture", state, interface: interfaceName, at, wall: this.#wallAt(at) }));
    this.#deps.hearing(interfaceName, state, why);
    this.#arm();
  }

  /** A fact of this host has become known. Frames that were captured before it are handled before it, as far as they can be had. */
  fact(fact: HostFact): void {
    const { clock, engine } = this.#deps;
    this.#notePause();
    this.#source?.drain();
    this.#emit(engine.handleHost({ ...fact, at: clock.now(), wall: clock.wall() }));
    this.#arm();
  }

  /** The engine judges by other options from now on. @param abandoned see `Engine.reconfigure` */
  reconfigure(options: EngineOptions, abandoned: readonly string[]): void {
    const { clock, engine } = this.#deps;
    this.#notePause();
    this.#source?.drain();
    // Frames from just before may still be in the ring: they are not to come late.
    const at = instant(Math.max(engine.now, clock.now() - this.#settle));
    this.#emit(engine.reconfigure(options, at, this.#wallAt(at), abandoned));
    this.#arm();
  }

  /** How long after an instant everything that happened by then has reached us. */
  get #settle(): Duration {
    return micros(Math.max(SETTLE, Math.min(LAG_FACTOR * this.#lag, LONGEST_SETTLE)));
  }

  #emit(events: readonly Event[]): void {
    this.#emitting = true;
    try {
      for (const event of events) this.#deps.sink(event);
    } finally {
      this.#emitting = false;
    }
  }

  #arm(): void {
    const due = this.#deps.engine.nextDeadline();
    // Later is fine: waking up early costs one look, re-arming at every batch costs more.
    if (this.#armedFor !== undefined && due !== undefined && this.#armedFor <= due) return;
    this.#disarm();
    this.#armedFor = due;
    if (due === undefined) return;
    const wait = micros(Math.max(0, since(plus(due, this.#settle), this.#deps.clock.now())));
    this.#disarm = this.#deps.clock.after(wait, () => {
      this.#armedFor = undefined;
      this.catchUp();
      this.#arm();
    });
  }

  #scheduleBeat(): void {
    this.#stopBeat = this.#deps.clock.after(BEAT, () => {
      this.#notePause();
      this.#lag = micros(this.#lag * LAG_DECAY);
      this.#keepPace();
      this.#scheduleBeat();
    });
  }

  #keepPace(): void {
    const { clock, engine } = this.#deps;
    // Before the first input the engine does not know the time of day.
    if (Number.isFinite(engine.now) && since(clock.now(), engine.now) > LONGEST_BEHIND) this.catchUp();
  }

  /** A host that stood still heard nothing meanwhile, whatever the time stamps say now. */
  #notePause(): void {
    const now = this.#deps.clock.now();
    const late = since(now, plus(this.#lastBeat, BEAT));
    const from = this.#lastBeat;
    this.#lastBeat = now;
    if (late < PAUSE) return;
    this.#miss(from, now);
    this.#deps.paused(late);
  }

  #miss(from: Instant, until: Instant): void {
    const { engine } = this.#deps;
    const at = instant(Math.max(from, engine.now));
    this.#emit(engine.handle({ kind: "gap", interface: null, at, wall: this.#wallAt(at), until }));
  }

  #wallAt(at: Instant): WallTime {
    const { clock } = this.#deps;
    return wallTime(clock.wall() - since(clock.now(), at));
  }
}
