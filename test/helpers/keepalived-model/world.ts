import type { Input } from "../../../src/core/input.ts";
import { instant, micros, wallTime } from "../../../src/lib/time.ts";
import { advertInput, EPOCH_US } from "../scenario.ts";
import { Agenda } from "./agenda.ts";
import { Random } from "./random.ts";
import { Speaker, type SpeakerState } from "./speaker.ts";
import type { Packet } from "./speaker-config.ts";
import type { SpeakerSpec, Step, WorldSpec } from "./world-spec.ts";

/** An advert as it was sent, and what became of it. */
export interface SentAdvert {
  readonly at: number;
  readonly who: number;
  readonly packet: Packet;
  /** Speakers that it reached. */
  readonly reached: number[];
  /** When the listener heard it; null if not. */
  heardAt: number | null;
}

export interface StateChange {
  readonly at: number;
  readonly who: number;
  readonly state: SpeakerState;
  readonly paused: boolean;
}

/** Everything that happened, true time in microseconds; the `inputs` are what the listener's engine gets. */
export interface Run {
  readonly spec: WorldSpec;
  readonly adverts: readonly SentAdvert[];
  readonly states: readonly StateChange[];
  readonly inputs: readonly Input[];
}

/** Plays a world to its end. Equal specifications give equal runs. */
export function play(spec: WorldSpec): Run {
  return new World(spec).run();
}

class World {
  readonly #spec: WorldSpec;
  readonly #agenda = new Agenda();
  readonly #random: Random;
  readonly #speakers: readonly Speaker[];
  readonly #delays = new Map<string, number>();
  readonly #lastArrival = new Map<string, number>();
  readonly #adverts: SentAdvert[] = [];
  readonly #states: StateChange[] = [];
  readonly #inputs: Input[] = [];

  constructor(spec: WorldSpec) {
    this.#spec = spec;
    this.#random = new Random(spec.seed);
    this.#speakers = spec.speakers.map((speaker, who) => this.#speaker(speaker, who));
  }

  run(): Run {
    for (const step of this.#spec.steps) this.#agenda.at(step.at, () => this.#take(step));
    this.#agenda.runUntil(this.#spec.end);
    return { spec: this.#spec, adverts: this.#adverts, states: this.#states, inputs: this.#inputs };
  }

  #speaker({ config, clock }: SpeakerSpec, who: number): Speaker {
    const agenda = this.#agenda;
    const random = this.#random;
    const calm = this.#spec.scheduling === "none";
    const speaker: Speaker = new Speaker(config, clock, {
      get now() {
        return agenda.now;
      },
      at: (at, run) => agenda.at(at, run),
      transmit: (packet) => this.#transmit(who, packet),
      wakeDelay: () => this.#wakeDelay(),
      timerFirst: () => calm || random.chance(0.5),
      reloadTime: () => (calm ? 500 : random.between(500, 8_000)),
      changed: () => this.#states.push({ at: agenda.now, who, state: speaker.state, paused: speaker.paused }),
    });
    return speaker;
  }

  #wakeDelay(): number {
    const { scheduling } = this.#spec;
    if (scheduling === "none") return 0;
    if (this.#random.chance(scheduling === "busy" ? 0.02 : 0.001)) return this.#random.between(20_000, 90_000);
    return this.#random.between(0, this.#random.chance(scheduling === "busy" ? 0.5 : 0.02) ? 20_000 : 1_000);
  }

  #take(step: Step): void {
    switch (step.do) {
      case "cut":
        return;
      case "gap":
      case "deaf":
        this.#stopListening(step.do, step.until);
        return;
      case "priority":
        this.#speakers[step.who]?.setPriority(step.priority);
        return;
      case "reload": {
        const speaker = this.#speakers[step.who];
        speaker?.reload({ ...speaker.config, ...step.config });
        return;
      }
      case "pause": {
        const speaker = this.#speakers[step.who];
        if (speaker === undefined || speaker.paused || speaker.state === "off") return;
        speaker.pause();
        this.#agenda.at(step.until, () => speaker.resume(step.keeping));
        return;
      }
      default:
        this.#speakers[step.who]?.[step.do]();
    }
  }

  #transmit(who: number, packet: Packet): void {
    const sent: SentAdvert = { at: this.#agenda.now, who, packet, reached: [], heardAt: null };
    this.#adverts.push(sent);
    for (const [to, speaker] of this.#speakers.entries()) {
      if (to === who || this.#isCut(who, to) || this.#random.chance(this.#spec.loss)) continue;
      sent.reached.push(to);
      this.#agenda.at(this.#arrival(`${who}>${to}`), () => speaker.receive(packet));
    }
    if (this.#random.chance(this.#spec.listenerLoss)) return;
    this.#agenda.at(this.#arrival(`${who}>listener`), () => this.#hear(sent));
  }

  /** Each path has its delay, and keeps the order. */
  #arrival(path: string): number {
    if (this.#spec.scheduling === "none") return this.#agenda.now + 50;
    let delay = this.#delays.get(path);
    if (delay === undefined) {
      delay = this.#random.between(50, 1_900);
      this.#delays.set(path, delay);
    }
    const at = Math.max(this.#lastArrival.get(path) ?? 0, this.#agenda.now + delay + this.#random.between(0, 100));
    this.#lastArrival.set(path, at);
    return at;
  }

  #isCut(from: number, to: number): boolean {
    const { now } = this.#agenda;
    return this.#spec.steps.some((s) => s.do === "cut" && s.from === from && s.to === to && s.at <= now && now < s.until);
  }

  #hear(sent: SentAdvert): void {
    const { now } = this.#agenda;
    if (now < this.#spec.listenFrom || this.#spec.steps.some((s) => isDeafness(s) && s.at <= now && now < s.until)) return;
    sent.heardAt = now;
    const { source, priority, version, interval, addresses, ipId, password } = sent.packet;
    this.#inputs.push(
      advertInput(now / 1_000, source, priority, {
        version,
        interval: micros(interval),
        addresses,
        ipId,
        ...(version === 3 || password === "" ? { auth: "none" } : { auth: "simple", passwordTag: tagOf(password) }),
        checksum: version === 2 ? "v2" : "pseudo_header",
        mac: `02:00:00:00:00:0${source.slice(-1)}`,
      }),
    );
  }

  #stopListening(how: "gap" | "deaf", until: number): void {
    const { now } = this.#agenda;
    const at = { at: instant(now), wall: wallTime(EPOCH_US + now), interface: "eth0" };
    if (how === "gap") {
      this.#inputs.push({ ...at, kind: "gap", until: instant(until) });
      return;
    }
    this.#inputs.push({ ...at, kind: "capture", state: "deaf" });
    this.#agenda.at(until, () => {
      // Where two such spans overlap, it hears again at the end of both.
      if (this.#spec.steps.some((s) => s.do === "deaf" && s.at <= until && until < s.until)) return;
      this.#inputs.push({ kind: "capture", state: "hearing", interface: "eth0", at: instant(until), wall: wallTime(EPOCH_US + until) });
    });
  }
}

/** Whether the listener hears nothing during the step. */
export const isDeafness = (step: Step): step is Step & { readonly do: "gap" | "deaf"; readonly until: number } =>
  step.do === "gap" || step.do === "deaf";

/** Stands for the keyed tag of the decoder: equal for equal passwords. */
const tagOf = (password: string): number => [...password].reduce((tag, letter) => (tag * 31 + letter.charCodeAt(0)) >>> 0, 7);
