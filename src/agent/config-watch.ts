import { dirname } from "node:path";
import { placesOf } from "../keepalived/conf/file-state.ts";
import { SettledWatch, type WatchTiming } from "../keepalived/conf/settled-watch.ts";
import type { ConfigSource } from "./config-source.ts";

export interface ConfigWatchOptions {
  readonly source: Pick<ConfigSource, "path" | "isRequired" | "isStale">;
  /** The file seems to be another one. */
  readonly changed: () => void;
  readonly warn: (fields: object, message: string) => void;
  readonly timing?: Partial<WatchTiming>;
}

const defaultTiming: WatchTiming = { quietMs: 300, pollMs: 30_000, missingMs: 2_000 };

/**
 * Sees when the configuration file changes: written in place, replaced by a new one, or by a link that leads elsewhere (a ConfigMap of
 * Kubernetes). Its directories are watched, never the file itself.
 */
export class ConfigWatch {
  readonly #options: ConfigWatchOptions;
  readonly #watch: SettledWatch;

  constructor(options: ConfigWatchOptions) {
    this.#options = options;
    const timing = { ...defaultTiming, ...options.timing };
    const { source, warn } = options;
    this.#watch = new SettledWatch({
      timing,
      look: () => this.#look(),
      failed: (error) =>
        warn(
          { path: source.path, error },
          `changes of the configuration are looked for every ${timing.missingMs / 1_000} s: no events can be had`,
        ),
    });
  }

  start(): void {
    this.#watch.start();
  }

  close(): void {
    this.#watch.close();
  }

  #look(): boolean {
    const { source, changed } = this.#options;
    if (source.isStale) changed();
    // Without a file there is nothing to be quick about.
    return !source.isRequired || this.#watch.watch(placesOf([source.path], [dirname(source.path)]));
  }
}
