import type { SpeakerConfig } from "./speaker-config.ts";

/** Speakers are named by their index; all times in microseconds of true time. */
export type Step = { readonly at: number } & (
  | { readonly do: "start" | "stop" | "crash" | "fault" | "recover"; readonly who: number }
  | { readonly do: "priority"; readonly who: number; readonly priority: number }
  | { readonly do: "reload"; readonly who: number; readonly config: Partial<SpeakerConfig> }
  /** @see Speaker.resume for `keeping`. */
  | { readonly do: "pause"; readonly who: number; readonly until: number; readonly keeping: boolean }
  /** What `from` sends does not reach `to`. */
  | { readonly do: "cut"; readonly from: number; readonly to: number; readonly until: number }
  /** The listener misses everything and is told: `gap` afterwards with its bounds, `deaf` at once. */
  | { readonly do: "gap" | "deaf"; readonly until: number }
);

export interface SpeakerSpec {
  readonly config: SpeakerConfig;
  /** The rate of its clock, 1 = true. */
  readonly clock: number;
}

export interface WorldSpec {
  readonly seed: number;
  readonly speakers: readonly SpeakerSpec[];
  readonly steps: readonly Step[];
  /** Probability that a packet does not reach one other speaker. */
  readonly loss: number;
  /** Probability that a packet does not reach the listener. */
  readonly listenerLoss: number;
  /** Scheduling: `none` serves at once, `idle` mostly within a millisecond, `busy` within 20 ms, now and then 90 ms. */
  readonly scheduling: "none" | "idle" | "busy";
  /** When the listener begins. */
  readonly listenFrom: number;
  readonly end: number;
}

export const seconds = (s: number): number => Math.round(s * 1_000_000);

/** A speaker of priority 100 and host number 1 on an interval of 1 s, but for what is said. */
export function speaker(host: number, config: Partial<SpeakerConfig> = {}, clock = 1): SpeakerSpec {
  return {
    clock,
    config: {
      source: `192.0.2.${host}`,
      version: 3,
      priority: 100,
      interval: 1_000_000,
      addresses: ["192.0.2.100"],
      password: "",
      nopreempt: false,
      preemptDelay: 0,
      lowerPrioNoAdvert: false,
      higherPrioSendAdvert: false,
      ...config,
    },
  };
}

/** A world without chance: everything arrives and is served at once, but for the steps. */
export function calmWorld(speakers: readonly SpeakerSpec[], steps: readonly Step[], end: number): WorldSpec {
  return { seed: 1, speakers, steps, loss: 0, listenerLoss: 0, scheduling: "none", listenFrom: 0, end };
}

/** Both directions between two speakers are cut. */
export const partition = (a: number, b: number, at: number, until: number): Step[] => [
  { at, do: "cut", from: a, to: b, until },
  { at, do: "cut", from: b, to: a, until },
];
