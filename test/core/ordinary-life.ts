import { masterDownInterval, skewTime } from "../../src/core/timing.ts";
import { type Duration, millis } from "../../src/lib/time.ts";
import type { Advert } from "../../src/wire/decoded.ts";
import type { AdvertSpec } from "../helpers/scenario.ts";

/** One advert on the wire. */
export interface Line {
  readonly atMs: number;
  readonly source: string;
  readonly priority: number;
  readonly spec: AdvertSpec;
}

/** What healthy routers put on the wire in the course of their lives (protocol §2.4, §2.5, §2.8), as measured with real keepalived. */
export interface Story {
  /** What happens. */
  readonly name: string;
  readonly lines: readonly Line[];
}

export const A = "192.0.2.1";
export const B = "192.0.2.2";
export const C = "192.0.2.3";
const D = "192.0.2.4";
const macs: Readonly<Record<string, string>> = {
  [A]: "02:00:00:00:00:01",
  [B]: "02:00:00:00:00:02",
  [C]: "02:00:00:00:00:03",
  [D]: "02:00:00:00:00:04",
};

/** Writes a story advert by advert. */
class Writer {
  readonly lines: Line[] = [];
  /** Now, in milliseconds. */
  at = 0;
  readonly ms: number;
  readonly #version: 2 | 3;
  readonly #interval: Duration;
  readonly #ids = new Map<string, number>();

  constructor(version: 2 | 3, intervalMs: number) {
    this.ms = intervalMs;
    this.#version = version;
    this.#interval = millis(intervalMs);
  }

  say(source: string, priority: number, spec: AdvertSpec = {}): this {
    const ipId = (this.#ids.get(source) ?? 0) + 1;
    this.#ids.set(source, ipId);
    const checksum: Advert["checksum"] = this.#version === 2 ? "v2" : "pseudo_header";
    const common = { version: this.#version, interval: this.#interval, mac: macs[source] ?? null, checksum, ipId };
    this.lines.push({ atMs: this.at, source, priority, spec: { ...common, ...spec } });
    return this;
  }

  wait(ms: number): this {
    this.at = Math.round((this.at + ms) * 1_000) / 1_000;
    return this;
  }

  /** So many regular adverts; the time of the next one is then. */
  rounds(source: string, priority: number, count: number, spec: AdvertSpec = {}): this {
    for (let i = 0; i < count; i++) this.say(source, priority, spec).wait(this.ms * (1 + (i % 5) / 1_000));
    return this;
  }

  /** From the last advert of a silent master to the takeover by a backup of this priority. */
  down(priority: number): this {
    return this.wait(masterDownInterval(this.#version, this.#interval, priority, 3) / 1_000 - this.ms);
  }

  /** From a resignation to the takeover. */
  skew(priority: number): this {
    return this.wait(skewTime(this.#version, this.#interval, priority) / 1_000);
  }

  restarted(source: string): this {
    this.#ids.delete(source);
    return this;
  }
}

const GAPS = [0.1, 18.8, 95];

/** Every story at one version and interval. */
export function stories(version: 2 | 3, intervalMs: number): readonly Story[] {
  const tell = (name: string, write: (w: Writer) => unknown): Story => {
    const writer = new Writer(version, intervalMs);
    write(writer);
    return { name, lines: writer.lines };
  };
  const start = (w: Writer, priority = 100): Writer => w.rounds(A, priority, 6);
  return [
    tell("a master goes on", (w) => w.rounds(A, 100, 30)),
    tell("a master dies, and its backup takes over", (w) => start(w).down(90).rounds(B, 90, 8)),
    tell("a master that died comes back and preempts", (w) =>
      start(w)
        .down(90)
        .rounds(B, 90, 6)
        .wait(-0.3 * w.ms)
        .restarted(A)
        .rounds(A, 100, 8),
    ),
    tell("a master comes back at the very moment of its backup's advert", (w) =>
      start(w).down(90).rounds(B, 90, 5).say(B, 90).wait(0.2).rounds(A, 100, 8),
    ),
    tell("a master is stopped and started", (w) =>
      start(w)
        .wait(-0.4 * w.ms)
        .say(A, 0)
        .skew(90)
        .rounds(B, 90, 6)
        .wait(-0.7 * w.ms)
        .restarted(A)
        .rounds(A, 100, 8),
    ),
    tell("a master goes to FAULT with two resignations, and recovers", (w) =>
      start(w)
        .wait(-0.4 * w.ms)
        .say(A, 0)
        .wait(0.05)
        .say(A, 0)
        .skew(90)
        .rounds(B, 90, 6)
        .wait(-0.7 * w.ms)
        .rounds(A, 100, 8),
    ),
    tell("a script fails, the priority drops, and another takes over until it succeeds", (w) => {
      // B ignores the lower adverts and takes over when its time since the last higher one is over.
      start(w)
        .rounds(A, 70, 3)
        .wait(-3.006 * w.ms)
        .down(90)
        .rounds(B, 90, 6)
        .wait(-0.2 * w.ms)
        .rounds(A, 100, 8);
    }),
    tell("a reload puts two adverts within 8 ms", (w) =>
      start(w)
        .wait(-0.5 * w.ms)
        .say(A, 100)
        .wait(8)
        .restarted(A)
        .rounds(A, 100, 8),
    ),
    tell("a reload lowers the priority", (w) =>
      start(w)
        .wait(-0.5 * w.ms)
        .say(A, 100)
        .wait(1.5)
        .restarted(A)
        .rounds(A, 80, 3)
        .wait(-3.003 * w.ms)
        .down(90)
        .wait(w.ms)
        .rounds(B, 90, 8),
    ),
    tell("a reload takes an instance away", (w) =>
      start(w)
        .wait(-0.5 * w.ms)
        .say(A, 100)
        .wait(0.5)
        .say(A, 0)
        .skew(90)
        .rounds(B, 90, 8),
    ),
    tell("a paused machine is back before anybody takes over", (w) => start(w).wait(w.ms).rounds(A, 100, 8)),
    tell("a paused machine is back after the takeover, and sends what it owes at once", (w) => {
      start(w)
        .down(90)
        .rounds(B, 90, 3)
        .wait(-0.5 * w.ms);
      for (let i = 0; i < 4; i++) w.say(A, 100).wait(0.2);
      w.wait(w.ms).rounds(A, 100, 8);
    }),
    tell("a paused machine that is outranked by now is told off at its first advert", (w) =>
      w
        .rounds(B, 90, 6)
        .down(100)
        .rounds(A, 100, 4)
        .wait(-0.5 * w.ms)
        .say(B, 90)
        .wait(0.3)
        .rounds(A, 100, 8),
    ),
    tell("three routers start together", (w) => w.say(B, 90).wait(0.4).rounds(A, 100, 8)),
    tell("an equal priority is accepted by a backup", (w) => start(w).down(100).rounds(B, 100, 8)),
    tell("a backup that lost adverts is told off", (w) =>
      start(w)
        .wait(-0.9 * w.ms)
        .say(B, 90)
        .wait(0.4)
        .rounds(A, 100, 8),
    ),
    ...GAPS.filter((gap) => gap < 0.96 * intervalMs).flatMap((gap) => [
      tell(`a race of two backups, the loser ${gap} ms before the winner`, (w) => start(w).down(90).say(C, 89).wait(gap).rounds(B, 90, 8)),
      tell(`a race of two backups, the loser ${gap} ms after the winner`, (w) =>
        start(w).down(90).say(B, 90).wait(gap).say(C, 89).wait(0.4).rounds(B, 90, 8),
      ),
      tell(`a race after a resignation, the loser ${gap} ms after the winner`, (w) =>
        start(w)
          .wait(-0.4 * w.ms)
          .say(A, 0)
          .skew(90)
          .say(B, 90)
          .wait(gap)
          .say(C, 89)
          .wait(0.4)
          .rounds(B, 90, 8),
      ),
      ...(["DCB", "CDB", "DBC", "CBD", "BCD", "BDC"] as const).map((order) =>
        tell(`a race of three backups in the order ${order}, ${gap / 2} ms apart`, (w) => {
          start(w).down(90);
          const priorities = { B: 90, C: 89, D: 88 };
          for (const one of order) {
            w.say({ B, C, D }[one as "B"], priorities[one as "B"]).wait(gap / 2);
            // The rightful one tells off whoever speaks after it.
            if (one !== "B" && order.indexOf("B") < order.indexOf(one))
              w.wait(0.04 - gap / 2)
                .say(B, 90)
                .wait(gap / 2);
          }
          w.wait(w.ms - gap / 2).rounds(B, 90, 7);
        }),
      ),
      tell(`a race of two backups of equal priority, ${gap} ms apart`, (w) => start(w).down(90).say(B, 90).wait(gap).rounds(C, 90, 8)),
    ]),
  ];
}
