import type { Worker } from "node:worker_threads";
import { ThreadProgram } from "../../lib/thread-program.ts";
import type { PasswordMessage, PasswordQuestion } from "./password-worker.ts";

export interface PasswordCheckerOptions {
  /** How many may wait. */
  readonly most: number;
  /** How many of one client may wait: others are to get their turn, whatever one does. */
  readonly mostOfClient: number;
  /** How long the thread is kept without work, in milliseconds. */
  readonly idleMs: number;
  /** Told once if the thread may not lower its priority: capture and detection then share the processor with it as equals. */
  readonly priorityRefused: (why: string) => void;
}

const defaults: PasswordCheckerOptions = { most: 32, mostOfClient: 4, idleMs: 10_000, priorityRefused: () => {} };

export const passwordThread = new ThreadProgram("password-worker", import.meta.url);

interface Job extends PasswordQuestion {
  readonly client: string;
  readonly unwanted: () => boolean;
  readonly settle: (answer: Answer) => void;
  readonly fail: (error: Error) => void;
}

/** `full`: too many wait already; `unwanted`: whoever asked is gone. */
type Answer = boolean | "full" | "unwanted";

/**
 * Compares passwords with bcrypt hashes, one at a time, in a thread of its own: each takes from 50 ms to seconds of a processor, which
 * neither the event loop (it captures) nor libuv's threads (they read files and compress) can spare. The thread is there only while
 * there is work; memory and waiting are bounded.
 */
export class PasswordChecker {
  readonly #options: PasswordCheckerOptions;
  readonly #queue: Job[] = [];
  #worker: Worker | null = null;
  #current: Job | null = null;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;
  #toldPriority = false;

  constructor(options: Partial<PasswordCheckerOptions> = {}) {
    this.#options = { ...defaults, ...options };
  }

  /**
   * @param client whom the question is counted for
   * @param unwanted asked when its turn comes
   * @throws what ended the thread, which is begun anew with the next question
   */
  check(question: PasswordQuestion, client: string, unwanted: () => boolean = () => false): Promise<Answer> {
    const ofClient = this.#queue.filter((job) => job.client === client).length;
    if (this.#closed || this.#queue.length >= this.#options.most || ofClient >= this.#options.mostOfClient) return Promise.resolve("full");
    return new Promise((settle, fail) => {
      this.#queue.push({ ...question, client, unwanted, settle, fail });
      this.#next();
    });
  }

  /** Whoever waits is told that it is full. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.settle("full");
    await this.#end();
  }

  #next(): void {
    if (this.#current !== null) return;
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      if (job.unwanted()) {
        job.settle("unwanted");
        continue;
      }
      clearTimeout(this.#idle);
      try {
        this.#worker ??= this.#begin();
      } catch (error) {
        // The host has no thread to give, now.
        job.fail(error instanceof Error ? error : new Error(String(error)));
        continue;
      }
      this.#current = job;
      this.#worker.postMessage({ password: job.password, hash: job.hash } satisfies PasswordQuestion);
      return;
    }
    if (this.#worker !== null) this.#idle = setTimeout(() => void this.#end(), this.#options.idleMs).unref();
  }

  #begin(): Worker {
    const worker = passwordThread.start({
      // The arguments and variables of the agent are none of its business.
      argv: [],
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 2 },
    });
    worker.unref();
    worker.on("message", (message: PasswordMessage) => {
      if (typeof message === "boolean") this.#answered(message);
      else if (!this.#toldPriority) {
        this.#toldPriority = true;
        this.#options.priorityRefused(message.priorityRefused);
      }
    });
    worker.on("error", (error) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#answered(error);
    });
    return worker;
  }

  #answered(answer: boolean | Error): void {
    const job = this.#current;
    this.#current = null;
    if (answer instanceof Error) job?.fail(answer);
    else job?.settle(answer);
    this.#next();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = null;
    this.#current?.settle("full");
    this.#current = null;
    await worker?.terminate();
  }
}
