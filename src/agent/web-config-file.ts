import { type ConfigProblem, formatProblem } from "../config/problems.ts";
import type { WebConfigReading } from "../config/web-file/read.ts";
import type { HttpServer } from "../http/server.ts";
import type { Clock } from "../lib/clock.ts";
import { fileIdentity } from "../lib/file-identity.ts";
import type { Logger } from "../lib/log.ts";
import { seconds, type WallTime } from "../lib/time.ts";
import type { WebConfig } from "../lib/web-config.ts";
import type { WebView } from "../lib/web-view.ts";
import { lateCode } from "./late-code.ts";

/** Between two looks at the files; what has changed is read once it stays the same from one look to the next. */
const LOOK_INTERVAL = seconds(1);
/** What could not be used is read again after so many looks, though nothing has changed: it may have been for want of descriptors. */
const LOOKS_UNTIL_RETRY = 10;

/** A reading without problems. */
export interface GoodWebConfig {
  readonly reading: WebConfigReading;
  readonly config: WebConfig;
}

export interface WebConfigFileDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Takes a checked configuration over. @returns null, or for a person what cannot be changed while the agent runs */
  readonly apply: (config: WebConfig) => string | null;
  /** What `apply` would say, with nothing changed. */
  readonly obstacle: (config: WebConfig) => string | null;
}

/**
 * Follows the web configuration file with the certificates and keys that it names: what changes on the disk holds within some two
 * seconds. A file that cannot be used changes nothing, is told once, and shows in the metrics until it is put right.
 */
export class WebConfigFile {
  readonly #deps: WebConfigFileDeps;
  readonly #file: string;
  #files: ReadonlyMap<string, string>;
  /** What the last look saw that has not been read yet. */
  #unread: string | null = null;
  /** What the last look saw of each. */
  #seen: ReadonlyMap<string, string> = new Map();
  #looksSinceFailure = 0;
  #current: WebConfig;
  #successful = true;
  #lastSuccess: WallTime;
  #told = "";
  #toldFault = "";
  #stop: (() => void) | null = null;
  #reading: Promise<unknown> = Promise.resolve();

  constructor({ reading, config }: GoodWebConfig, deps: WebConfigFileDeps) {
    this.#deps = deps;
    this.#file = reading.file;
    this.#files = reading.files;
    this.#current = config;
    this.#lastSuccess = deps.clock.wall();
    for (const warning of reading.warnings) this.#warn(warning);
  }

  /** Looks after the files from now on. */
  start(): void {
    const again = (): void => {
      this.#stop = this.#deps.clock.after(LOOK_INTERVAL, () => void this.look().finally(() => this.#stop !== null && again()));
    };
    again();
  }

  async close(): Promise<void> {
    this.#stop?.();
    this.#stop = null;
    await this.#reading;
  }

  /** One look at the files. Never rejects. */
  async look(): Promise<void> {
    const before = [...this.#files.values()].join("\n");
    const seen = await Promise.all([...this.#files.keys()].map(async (file) => [file, await fileIdentity(file)] as const));
    this.#seen = new Map(seen);
    const now = [...this.#seen.values()].join("\n");
    const changed = now !== before;
    const settled = changed && now === this.#unread;
    this.#unread = changed ? now : null;
    if (settled || this.#isToBeRetried()) await this.reload().catch((error: unknown) => this.#fail(error));
  }

  /**
   * Reads everything anew and takes it over, or nothing.
   * @returns the problems that kept it from being taken over; none: it holds
   */
  reload(): Promise<readonly ConfigProblem[]> {
    const reading = this.#reading.then(() => this.#reload());
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  /** What keeps a reading from being taken over: the problems of the files, or what takes a restart. Changes nothing. */
  problemsOf({ config }: WebConfigReading): readonly ConfigProblem[] {
    if (!config.ok) return config.error;
    const message = this.#deps.obstacle(config.value);
    return message === null ? [] : [this.#problem(message)];
  }

  /**
   * Takes over what was read and checked by somebody else, such as a reload of the whole configuration.
   * @returns the problems that kept it from being taken over; none: it holds
   */
  take({ config, files, warnings }: WebConfigReading): readonly ConfigProblem[] {
    const problems = config.ok ? this.#apply(config.value) : config.error;
    this.#successful = problems.length === 0;
    // A reading that failed may not have come to all the names; those that held go on to be looked at.
    this.#files = this.#successful ? files : new Map([...this.#files, ...this.#seen, ...files]);
    this.#unread = null;
    const told = problems.map(formatProblem).join("\n");
    if (problems.length === 0) {
      this.#toldFault = "";
      this.#lastSuccess = this.#deps.clock.wall();
      this.#deps.log.info({ file: this.#file }, "the web configuration was read anew and holds");
      for (const warning of warnings) this.#warn(warning);
    } else if (told !== this.#told) {
      this.#deps.log.error({ problems: told.split("\n") }, "the web configuration cannot be used: the old one goes on to hold");
    }
    this.#told = told;
    return problems;
  }

  view(): Pick<WebView, "reload" | "certificateNotAfter"> {
    return {
      reload: { successful: this.#successful, lastSuccess: this.#lastSuccess },
      certificateNotAfter: this.#current.tls?.notAfter ?? null,
    };
  }

  #isToBeRetried(): boolean {
    if (this.#successful) this.#looksSinceFailure = 0;
    else this.#looksSinceFailure = (this.#looksSinceFailure + 1) % LOOKS_UNTIL_RETRY;
    return !this.#successful && this.#looksSinceFailure === 0;
  }

  async #reload(): Promise<readonly ConfigProblem[]> {
    const { readWebConfig } = await lateCode.webConfigReader();
    return this.take(await readWebConfig(this.#file, this.#deps.clock.wall()));
  }

  #apply(config: WebConfig): ConfigProblem[] {
    const message = this.#tryToApply(config);
    if (message !== null) return [this.#problem(message)];
    this.#current = config;
    return [];
  }

  #problem(message: string): ConfigProblem {
    return { file: this.#file, line: null, column: null, path: "tls_server_config", message };
  }

  #tryToApply(config: WebConfig): string | null {
    try {
      return this.#deps.apply(config);
    } catch (error) {
      this.#tellFault(error, "a web configuration could not be taken over because of a fault of the agent");
      return `could not be taken over because of a fault of vrrpwatch: please report it (${error instanceof Error ? error.message : error})`;
    }
  }

  /** Reading failed for what is no problem of the files. */
  #fail(error: unknown): void {
    this.#successful = false;
    this.#tellFault(error, "the web configuration could not be read because of a fault of the agent");
  }

  /** Once, though it is tried again and again. */
  #tellFault(error: unknown, message: string): void {
    const told = `${message}: ${error}`;
    if (told !== this.#toldFault) this.#deps.log.error({ error, file: this.#file }, message);
    this.#toldFault = told;
  }

  #warn(warning: ConfigProblem): void {
    this.#deps.log.warn({ warning: formatProblem(warning) }, "the web configuration is allowed, and mostly a mistake");
  }
}

/** What changes in the files goes to the server. */
export function followWebConfig(web: GoodWebConfig, server: HttpServer, clock: Clock, log: Logger): WebConfigFile {
  return new WebConfigFile(web, {
    clock,
    log,
    apply: (config) => server.replaceWebConfig(config),
    obstacle: (config) => server.webConfigObstacle(config),
  });
}
