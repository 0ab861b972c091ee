import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { type DurableSteps, nodeSteps, writeDurably } from "../lib/durable-file.ts";
import { readAtMost } from "../lib/read-file.ts";
import { systemCode } from "../lib/system-code.ts";
import { micros, millis, seconds, since } from "../lib/time.ts";
import type { AlertLog } from "./log.ts";
import { waitAtMost } from "./spool/bounded.ts";
import { diskProblem } from "./spool/trouble.ts";

export interface StateStoreDeps {
  readonly path: string;
  /** What is to be written, as it is at the moment of the writing. */
  readonly state: () => unknown;
  readonly clock: Clock;
  readonly log: AlertLog;
  readonly steps?: DurableSteps;
}

const MAX_BYTES = 64 * 1024 * 1024;

/** Between two writes while it changes all the time: at least so long, and so many times what the last one took. */
const REST = millis(200);
const REST_PER_WRITE = 20;
const RETRY = millis(30_000);
/** How long `settled` waits for a disk that does not answer. */
const PATIENCE = seconds(2);

/** The file that alerts survive a restart in: written at once after a change, whole, one write at a time. */
export class StateStore {
  readonly #deps: StateStoreDeps;
  /** What is at the path must be put aside before anything is written there. */
  #isPrecious = false;
  #dirty = false;
  #resting = false;
  #held = 0;
  readonly #released: (() => void)[] = [];
  /** It was waited for in vain: nobody waits for it again before it answers. */
  #isHung = false;
  #writing: Promise<void> | null = null;
  #problem: string | null = null;
  #cancel: (() => void) | null = null;
  failures = 0;

  constructor(deps: StateStoreDeps) {
    this.#deps = deps;
  }

  /** What the disk refuses and why, for a person; null: it has everything. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Never rejects. @returns null where nothing was left; what cannot be read is put aside, never overwritten */
  async load(): Promise<unknown> {
    const { path, log } = this.#deps;
    try {
      const bytes = await readAtMost(path, MAX_BYTES);
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
    } catch (error) {
      const code = systemCode(error);
      if (code === "ENOENT" || code === "ENOTDIR") return null;
      log.warn({ path, problem: code ?? "it is damaged" }, "the state of alerts of an earlier run cannot be read: what fires is told anew");
      this.#isPrecious = true;
      return null;
    }
  }

  /** What is there cannot be used: it is kept for a person, under another name once something is written in its place. */
  keep(): void {
    this.#isPrecious = true;
  }

  changed(): void {
    this.#dirty = true;
    if (this.#writing === null && !this.#resting && this.#held === 0) this.#writing = this.#write();
  }

  /** Nothing is written until it is released: what the state says is not on the disk elsewhere yet. */
  hold(): void {
    this.#held += 1;
  }

  release(): void {
    this.#held -= 1;
    if (this.#held > 0) return;
    if (this.#dirty) this.changed();
    for (const resolve of this.#released.splice(0)) resolve();
  }

  /** Whether something is not on the disk yet that it could take. */
  get isBehind(): boolean {
    return (this.#dirty || this.#writing !== null) && this.#problem === null && !this.#isHung;
  }

  /** Waits until the disk has everything, but not for long, and not for a disk that refuses. Never rejects. */
  async settled(): Promise<void> {
    if (!this.isBehind) return;
    const written = this.#catchUp();
    if (await waitAtMost(written, PATIENCE, this.#deps.clock)) return;
    this.#isHung = true;
    void written.then(() => {
      this.#isHung = false;
    });
  }

  /** Writes what has not been written yet, as far as the disk answers. */
  async close(): Promise<void> {
    this.#cancel?.();
    await waitAtMost(this.#finish(), PATIENCE, this.#deps.clock);
    this.#cancel?.();
  }

  async #finish(): Promise<void> {
    await this.#writing;
    if (this.#dirty) await this.#write();
  }

  async #putAside(): Promise<void> {
    const { path, clock } = this.#deps;
    if (!this.#isPrecious) return;
    try {
      await rename(path, `${path}.damaged-${clock.wall()}`);
    } catch (error) {
      // A person has moved it away meanwhile.
      if (systemCode(error) !== "ENOENT") throw error;
    }
    this.#isPrecious = false;
  }

  async #catchUp(): Promise<void> {
    while ((this.#dirty || this.#writing !== null) && this.#problem === null) {
      if (this.#writing !== null) await this.#writing;
      else if (this.#held > 0) await new Promise<void>((resolve) => this.#released.push(resolve));
      else {
        this.#cancel?.();
        this.#writing = this.#write();
      }
    }
  }

  async #write(): Promise<void> {
    const { path, state, clock, log, steps = nodeSteps } = this.#deps;
    this.#dirty = false;
    let failed = false;
    const began = clock.now();
    try {
      await this.#putAside();
      await writeDurably(path, `${JSON.stringify(state())}\n`, steps);
      if (this.#problem !== null) log.info({ path }, "the state of alerts is stored again");
      this.#problem = null;
    } catch (error) {
      failed = true;
      this.#dirty = true;
      this.failures += 1;
      const problem = diskProblem(dirname(path), error);
      if (problem !== this.#problem)
        log.error({ path, problem }, "the state of alerts cannot be stored: after a restart what fires is told anew");
      this.#problem = problem;
    }
    this.#writing = null;
    this.#resting = true;
    const rest = micros(Math.max(REST, REST_PER_WRITE * since(clock.now(), began)));
    this.#cancel = clock.after(failed ? RETRY : rest, () => {
      this.#resting = false;
      if (this.#dirty) this.changed();
    });
  }
}
