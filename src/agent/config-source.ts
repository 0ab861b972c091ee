import { resolve } from "node:path";
import { loadConfig } from "../config/load.ts";
import type { ConfigProblem } from "../config/problems.ts";
import { type ConfigFlags, defaultConfigPath, type ReadConfig, readConfig } from "../config/resolve.ts";
import { signatureOf } from "../keepalived/conf/file-state.ts";
import { err, type Result } from "../lib/result.ts";
import { loadAside } from "./load-aside.ts";

/** A file that is replaced again and again while it is read is taken as it was at the last try; the watch comes back to it. */
const MOST_READS = 3;

/** What says nothing of whether the file is another: a user without rights that the start still had. */
const denied: ReadonlySet<string> = new Set(["EACCES", "EPERM"]);

/** Where the configuration comes from, to be read again and again: the file, with the flags of the command line over it. */
export class ConfigSource {
  /** Absolute. Read if it exists, where the command line names none. */
  readonly path: string;
  readonly #file: string;
  readonly #flags: ConfigFlags;
  /** The file is named, or has been there: it is missed when it is gone. */
  #isRequired: boolean;
  /** The file as it was before it was read last. */
  #signature = "";
  #wasBlank = true;
  #isRunning = false;

  /** @param file as the command line names it */
  constructor(file: string | undefined, flags: ConfigFlags = {}) {
    this.#file = file ?? defaultConfigPath;
    this.path = resolve(this.#file);
    this.#flags = flags;
    this.#isRequired = file !== undefined;
  }

  /** There is a file, or there should be one. */
  get isRequired(): boolean {
    return this.#isRequired;
  }

  /** The file seems to be another one than was read last. */
  get isStale(): boolean {
    const signature = signatureOf([this.path], []);
    return signature !== this.#signature && !denied.has(signature);
  }

  /** From now on reading it must not keep anything else waiting. */
  aside(): void {
    this.#isRunning = true;
  }

  /** Reads it anew, whole, with every problem of the file and the flags. Never throws for what a user may do wrong. */
  async read(): Promise<Result<ReadConfig, ConfigProblem[]>> {
    for (let attempt = 1; ; attempt++) {
      this.#signature = signatureOf([this.path], []);
      const read = await readConfig(this.#isRequired ? this.#file : undefined, this.#flags, this.#isRunning ? loadAside : loadConfig);
      if (this.isStale && attempt < MOST_READS) continue;
      return this.#judged(read);
    }
  }

  /** A file that was emptied is one that somebody is writing, or that a full disk has cut off. */
  #judged(read: Result<ReadConfig, ConfigProblem[]>): Result<ReadConfig, ConfigProblem[]> {
    if (!read.ok) return read;
    const { file, isBlank } = read.value;
    if (isBlank && !this.#wasBlank) {
      const message = "is empty, and was not before: restart the agent if the defaults are to hold, or put {} into it";
      return err([{ file, line: null, column: null, path: "", message }]);
    }
    this.#wasBlank = isBlank || file === null;
    if (file !== null) this.#isRequired = true;
    return read;
  }
}
