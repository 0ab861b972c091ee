import { readdirSync, readFileSync } from "node:fs";

const EVERY_MS = 5_000;

export interface Sample {
  /** Milliseconds, monotonic. */
  readonly at: number;
  /** Bytes in memory now. */
  readonly rss: number;
  /** Bytes of these that are the process's own: neither its program nor other files. */
  readonly own: number;
  readonly descriptors: number;
}

/** Memory and descriptors of a process, read from /proc each 5 s. */
export class Sampler {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  readonly #samples: Sample[] = [];

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.now(), EVERY_MS);
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** Takes one besides. */
  now(): Sample {
    const sample = sampleOf(this.#pid);
    this.#samples.push(sample);
    return sample;
  }

  since(at: number): readonly Sample[] {
    return this.#samples.filter((sample) => sample.at >= at);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Zeros where the process has ended. */
export function sampleOf(pid: number): Sample {
  const at = performance.now();
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return { at, rss: kilobytes("VmRSS") * 1_024, own: kilobytes("RssAnon") * 1_024, descriptors: descriptorsOf(pid) };
  } catch {
    return { at, rss: 0, own: 0, descriptors: 0 };
  }
}

export const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Less than this says nothing about an hour. */
const SHORTEST_MS = 60_000;

/** Growth per hour as a text: by least squares, in `unit`. */
export function growth(samples: readonly Sample[], value: (sample: Sample) => number, unit: string): string {
  const span = (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
  if (span < SHORTEST_MS) return "too short to tell";
  const perHour = slope(samples, value);
  return `${perHour >= 0 ? "+" : ""}${perHour.toFixed(1)} ${unit}`;
}

function slope(samples: readonly Sample[], value: (sample: Sample) => number): number {
  const n = samples.length;
  const mean = (of: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + of(sample), 0) / n;
  const [t, v] = [mean(({ at }) => at), mean(value)];
  const squares = samples.reduce((sum, { at }) => sum + (at - t) ** 2, 0);
  if (squares === 0) return 0;
  return (samples.reduce((sum, sample) => sum + (sample.at - t) * (value(sample) - v), 0) / squares) * 3_600_000;
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
