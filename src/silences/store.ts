import { randomBytes } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { systemCode } from "../lib/system-code.ts";
import { toSeconds, type WallTime } from "../lib/time.ts";
import type { SilenceFile } from "./file.ts";
import { type Silence, type SilenceRequest, silenceState } from "./silence.ts";
import { SilenceTable } from "./table.ts";

export interface SilenceLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface SilenceStoreDeps {
  readonly configured: readonly Silence[];
  readonly file: SilenceFile;
  readonly clock: Clock;
  readonly log: SilenceLog;
  /** 8 hex digits; random unless a test says otherwise. */
  readonly newId?: () => string;
}

/** What became of a change. `notDurable` says why it will not survive a restart of the agent, for a person; null: it will. */
export type Added =
  | { readonly outcome: "added"; readonly silence: Silence; readonly notDurable: string | null }
  | { readonly outcome: "full" };
export type Removed =
  | { readonly outcome: "removed"; readonly notDurable: string | null }
  | { readonly outcome: "unknown" }
  /** It stands in the configuration. */
  | { readonly outcome: "configured" };

/**
 * The silences of a running agent, and the file behind them. A change holds from the moment on in which it was asked for, whether the disk
 * takes it or not; what the disk did not take is tried again.
 *
 *   request -> table (memory) -> file (written whole, one write at a time) -> answer
 */
export class SilenceStore {
  readonly #deps: SilenceStoreDeps;
  readonly #table: SilenceTable;
  #unsaved = false;
  #problem: string | null = null;
  #failures = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #next: Promise<string | null> | undefined;

  constructor(deps: SilenceStoreDeps) {
    this.#deps = deps;
    this.#table = new SilenceTable(deps.configured);
  }

  /** Writes that failed since the start. */
  get failures(): number {
    return this.#failures;
  }

  /** Takes what an earlier run left. Never rejects. */
  async load(): Promise<void> {
    const { file, log } = this.#deps;
    const wall = this.wall();
    const { silences, problem } = await file.load(wall);
    for (const silence of silences) this.#table.add(silence, wall);
    if (problem === null) return;
    log.warn({ path: file.path, problem }, "not every silence of an earlier run could be read");
    if (silences.length > 0) await this.#save();
  }

  /** Writes what the disk has not taken yet. */
  async close(): Promise<void> {
    await this.#next;
    await this.#writing;
    if (this.#unsaved) await this.#save();
  }

  /** The configuration has these from now on; what was added while the agent runs stays. */
  configure(configured: readonly Silence[]): void {
    this.#table.configure(configured);
  }

  wall(): WallTime {
    return this.#deps.clock.wall();
  }

  all(): Silence[] {
    this.#look();
    return this.#table.all();
  }

  /** Those that hold now. */
  active(): Silence[] {
    const wall = this.wall();
    return this.all().filter((silence) => silenceState(silence, wall) === "active");
  }

  async add(request: SilenceRequest): Promise<Added> {
    this.#look();
    const wall = this.wall();
    const silence: Silence = { ...request, id: this.#freshId(), source: "api", createdAt: wall };
    if (!this.#table.add(silence, wall)) return { outcome: "full" };
    return { outcome: "added", silence, notDurable: await this.#save() };
  }

  async remove(id: string): Promise<Removed> {
    if (this.#table.isConfigured(id)) return { outcome: "configured" };
    if (!this.#table.remove(id)) return { outcome: "unknown" };
    return { outcome: "removed", notDurable: await this.#save() };
  }

  /** To be called now and then: follows the clocks, and tries again what could not be written. */
  async tick(): Promise<void> {
    this.#look();
    if (this.#unsaved) await this.#save();
  }

  #look(): void {
    const { step, changed } = this.#table.look(this.wall(), this.#deps.clock.now());
    if (!changed) return;
    if (step !== 0)
      this.#deps.log.info({ seconds: toSeconds(step) }, "the clock was stepped: silences that were given as a length move along with it");
    void this.#save();
  }

  #freshId(): string {
    const newId = this.#deps.newId ?? (() => randomBytes(4).toString("hex"));
    let id = newId();
    while (this.#table.has(id)) id = newId();
    return id;
  }

  /**
   * Writes what holds now. Those that ask while a write is under way share the next one.
   * @returns why it failed, for a person, or null. Never rejects.
   */
  #save(): Promise<string | null> {
    this.#unsaved = true;
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      const written = this.#write();
      this.#writing = written;
      return written;
    });
    return this.#next;
  }

  async #write(): Promise<string | null> {
    const { file, log } = this.#deps;
    this.#unsaved = false;
    try {
      await file.write(this.#table.stored(), this.wall());
    } catch (error) {
      this.#unsaved = true;
      this.#failures += 1;
      const problem = writeProblem(file.path, error);
      if (problem !== this.#problem)
        log.error({ path: file.path, problem }, "silences cannot be stored: changes to them end with the agent");
      this.#problem = problem;
      return problem;
    }
    if (this.#problem !== null) log.info({ path: file.path }, "silences are stored again");
    this.#problem = null;
    return null;
  }
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the device; free some",
  EDQUOT: "the disk quota is used up; free some space",
  EROFS: "the file system is read-only; set state_directory to one that is not",
  EACCES: "permission denied; let the agent's user write to its directory (systemd: StateDirectory=)",
  EPERM: "permission denied; let the agent's user write to its directory (systemd: StateDirectory=)",
  ENOTDIR: "a part of the path is no directory; correct state_directory",
  EEXIST: "a part of the path is no directory; correct state_directory",
};

function writeProblem(path: string, error: unknown): string {
  const code = systemCode(error) ?? "";
  return `cannot write ${path}: ${remedies[code] ?? (code === "" ? "the agent's log says why" : code)}`;
}
