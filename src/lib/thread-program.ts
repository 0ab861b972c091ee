import { existsSync, readFileSync } from "node:fs";
import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * What a thread of its own runs: a file beside the program, from which each thread is started, or its text once that is held. A program
 * that was bundled has a script (`.cjs`), another one the compiled module.
 */
export class ThreadProgram {
  readonly #url: URL;
  readonly #isScript: boolean;
  #text: string | null = null;

  /** @param base `import.meta.url` of the file beside which it lies */
  constructor(name: string, base: string) {
    const script = new URL(`./${name}.cjs`, base);
    this.#isScript = existsSync(script);
    this.#url = this.#isScript ? script : new URL(`./${name}${base.endsWith(".ts") ? ".ts" : ".js"}`, base);
  }

  /** Reads it now: later the process may be a user who cannot come to the file. @throws what the file system throws */
  hold(): void {
    if (this.#isScript) this.#text ??= readFileSync(this.#url, "utf8");
  }

  start(options: WorkerOptions): Worker {
    return this.#text === null ? new Worker(this.#url, options) : new Worker(this.#text, { ...options, eval: true });
  }
}
