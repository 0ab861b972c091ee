import { setImmediate as turn } from "node:timers/promises";
import { compareConfigs } from "../config/changes.ts";
import { type ConfigProblem, formatProblem } from "../config/problems.ts";
import type { Config } from "../config/schema.ts";
import type { ReloadAnswer } from "../http/reload-route.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { err, type Result } from "../lib/result.ts";
import { sameList } from "../lib/same-list.ts";
import type { WallTime } from "../lib/time.ts";
import type { ConfigReloadView } from "../metrics/agent-view.ts";
import type { ConfigSource } from "./config-source.ts";
import { ReloadError } from "./reload-error.ts";

/** What asked for it. A person who asks is answered each time; a file says its problems once. */
export type ReloadTrigger = "signal" | "request" | "file";

export interface ReloadDeps {
  /** What the agent runs by at first. */
  readonly config: Config;
  readonly source: Pick<ConfigSource, "path" | "read">;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info" | "warn" | "error" | "debug">;
  /**
   * Makes ready what a configuration needs: whatever may fail is done by then, and nothing has changed. Problems refuse the whole.
   * @returns takes it up, all at once; its promise resolves once what is gone has ended
   */
  readonly prepare: (config: Config, changed: readonly string[]) => Promise<Result<() => Promise<void>, readonly ConfigProblem[]>>;
  /** Taking it up failed half-way: the agent has to end. Told once, and nothing is taken up after that. */
  readonly broken: (error: ReloadError) => void;
}

/** In the log, of one attempt. */
const MOST_TOLD = 20;

/**
 * Takes up the configuration anew, whole or not at all, one attempt after the other. Whoever asks while one is under way shares the next.
 *
 *   signal, request, file ─▶ read, check ─▶ compare ─▶ prepare ─▶ take up
 *                                └── a problem: the configuration before goes on  └── a fault: the agent ends
 */
export class ConfigReload {
  readonly #deps: ReloadDeps;
  #config: Config;
  #running: Promise<unknown>;
  #next: Promise<ReloadAnswer> | undefined;
  #triggers: Set<ReloadTrigger> = new Set();
  #open: () => void = () => {};
  #isClosed = false;
  #problems: readonly string[] = [];
  #atNextStart: readonly string[] = [];
  #lastSuccess: WallTime;

  /** What is asked for before `open` is called waits for it. */
  constructor(deps: ReloadDeps) {
    this.#deps = deps;
    this.#config = deps.config;
    this.#lastSuccess = deps.clock.wall();
    this.#running = new Promise<void>((resolve) => {
      this.#open = resolve;
    });
  }

  /** The agent has started. */
  open(): void {
    this.#open();
  }

  /** The agent stops: nothing is taken up any more. Resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#open();
    await this.#running;
  }

  /** What the agent runs by. */
  get config(): Config {
    return this.#config;
  }

  view(): ConfigReloadView {
    return {
      successful: this.#problems.length === 0,
      lastSuccess: this.#lastSuccess,
      problems: this.#problems.length,
      atNextStart: this.#atNextStart,
    };
  }

  /** Never rejects. */
  request(trigger: ReloadTrigger): Promise<ReloadAnswer> {
    this.#triggers.add(trigger);
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      const triggers = this.#triggers;
      this.#triggers = new Set();
      // Most who ask do not wait for the answer. A fault is no reason not to try again.
      const reloaded = this.#reload(triggers).catch((error: unknown) => this.#refuse(this.#fault(error), triggers));
      this.#running = reloaded;
      return reloaded;
    });
    return this.#next;
  }

  async #reload(triggers: ReadonlySet<ReloadTrigger>): Promise<ReloadAnswer> {
    if (this.#isClosed) return { kind: "unavailable", message: "the agent is stopping" };
    const { source, clock, log } = this.#deps;
    const read = await this.#unlessFault(() => source.read());
    if (!read.ok) return this.#refuse(read.error, triggers);
    // Frames and timers get their turn between the steps.
    await turn();
    const { config, changed, atNextStart } = compareConfigs(this.#config, read.value.config);
    // Whoever asks has changed something, if only a file that the configuration names.
    if (changed.length > 0 || isAsked(triggers)) {
      const prepared = await this.#unlessFault(() => this.#deps.prepare(config, changed));
      if (!prepared.ok) return this.#refuse(prepared.error, triggers);
      await turn();
      // It was closed while it was read and prepared.
      if (this.#isClosed) return { kind: "unavailable", message: "the agent is stopping" };
      this.#config = config;
      try {
        await prepared.value();
      } catch (error) {
        return this.#break(error);
      }
    }
    this.#lastSuccess = clock.wall();
    this.#problems = [];
    const fields = { path: source.path, trigger: [...triggers].join(", "), changed };
    log[changed.length > 0 || isAsked(triggers) ? "info" : "debug"](fields, "the configuration was read anew");
    if (atNextStart.length > 0 && (isAsked(triggers) || !sameList(atNextStart, this.#atNextStart)))
      log.warn({ settings: atNextStart }, "these settings take effect at the next start of the agent");
    this.#atNextStart = atNextStart;
    return { kind: "done", changed, atNextStart };
  }

  /** A fault of the agent itself refuses the configuration, too: nothing has changed yet. */
  async #unlessFault<T>(step: () => Promise<Result<T, readonly ConfigProblem[]>>): Promise<Result<T, readonly ConfigProblem[]>> {
    try {
      return await step();
    } catch (error) {
      return err(this.#fault(error));
    }
  }

  #fault(error: unknown): readonly ConfigProblem[] {
    this.#deps.log.error({ error }, "a configuration could not be taken up because of a fault of the agent");
    const message = "could not be taken up because of a fault of vrrpwatch: its log says more, please report it";
    return [{ file: this.#deps.source.path, line: null, column: null, path: "", message }];
  }

  /** Some parts run by the new configuration and some by the old one, and which of them nobody knows. */
  #break(cause: unknown): ReloadAnswer {
    const { log, source, broken } = this.#deps;
    const error = ReloadError.incomplete(source.path, cause);
    this.#isClosed = true;
    this.#problems = [error.message];
    log.error({ error: cause, path: source.path }, "a configuration was taken up in part only: the agent ends");
    broken(error);
    return { kind: "unavailable", message: error.message };
  }

  #refuse(problems: readonly ConfigProblem[], triggers: ReadonlySet<ReloadTrigger>): ReloadAnswer {
    const { log, source } = this.#deps;
    const told = problems.map(formatProblem);
    if (isAsked(triggers) || !sameList(told, this.#problems)) {
      for (const problem of told.slice(0, MOST_TOLD))
        log.error({ path: source.path, problem }, "the configuration cannot be used: the one before goes on");
      if (told.length > MOST_TOLD) log.error({ path: source.path, more: told.length - MOST_TOLD }, "the configuration has more problems");
    }
    this.#problems = told;
    return { kind: "refused", problems };
  }
}

const isAsked = (triggers: ReadonlySet<ReloadTrigger>): boolean => triggers.has("signal") || triggers.has("request");
