import type { Native } from "../capture/native.ts";
import type { Config } from "../config/schema.ts";
import type { HostFact } from "../core/host-facts.ts";
import type { KeepalivedConfigState } from "../core/keepalived-config.ts";
import { ConfigFollower } from "../keepalived/conf/follow.ts";
import { NotifyIntake } from "../keepalived/notify/intake.ts";
import { ProcessWatch } from "../keepalived/process/watch.ts";
import type { Clock } from "../lib/clock.ts";
import { componentLogger, type Logger } from "../lib/log.ts";
import type { NotifyIntakeView } from "../metrics/agent-view.ts";
import type { Links } from "./links.ts";

export interface HostWatchDeps {
  readonly config: Config;
  readonly links: Links;
  readonly native: Native | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called for each fact, in the order in which they become known. */
  readonly deliver: (fact: HostFact) => void;
}

/**
 * Everything that tells of this host: devices and addresses, keepalived's process, its configuration and its notify calls.
 * Trouble with one of them is said, and the others go on.
 */
export class HostWatch {
  readonly #deps: HostWatchDeps;
  readonly #process: ProcessWatch;
  readonly #conf: ConfigFollower;
  readonly #notify: NotifyIntake;
  readonly #unsubscribe: (() => void)[] = [];
  #closed = false;

  constructor(deps: HostWatchDeps) {
    const { config, clock, native, deliver } = deps;
    const log = componentLogger(deps.log, "keepalived");
    this.#deps = deps;
    this.#process = new ProcessWatch({
      pidFile: config.keepalived.pid_file,
      vrrpPidFile: config.keepalived.vrrp_pid_file,
      wall: () => clock.wall(),
      deliver: (process) => deliver({ kind: "keepalived_process", process }),
    });
    this.#notify = new NotifyIntake(
      {
        fifo: config.keepalived.notify_fifo,
        socket: config.keepalived.notify_socket,
        group: config.keepalived.notify_group,
        ...(native !== undefined && { makeFifo: (path: string, mode: number) => native.makeFifo(path, mode) }),
      },
      { deliver, clock, log: { info: (fields, text) => log.info(fields, text), warn: (fields, text) => log.warn(fields, text) } },
    );
    this.#conf = new ConfigFollower({
      path: config.keepalived.config,
      deliver: (state) => this.#configured(state),
      warn: (message, fields) => log.warn(fields ?? {}, message),
    });
  }

  /**
   * Resolves when all that is so now has been delivered. The process comes first, because what is said counts in its life only;
   * the addresses come last, because they decide where nothing was said.
   */
  async start(): Promise<void> {
    for (const source of [this.#process, this.#conf, this.#notify]) {
      await source.start();
      if (this.#closed) return;
    }
    const { deliver, links } = this.#deps;
    const { table, addresses } = links;
    this.#unsubscribe.push(
      table.subscribe((changes) => deliver({ kind: "links", changes })),
      addresses.subscribe((changes) => deliver({ kind: "addresses", changes })),
    );
    deliver({ kind: "links", changes: table.all().map((link) => ({ kind: "added", link, before: null })) });
    deliver({ kind: "addresses", changes: addresses.all().map((address) => ({ kind: "added", address, before: null })) });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const end of this.#unsubscribe) end();
    this.#process.close();
    this.#conf.close();
    await this.#notify.close();
  }

  view(): NotifyIntakeView {
    return this.#notify.view();
  }

  #configured(state: KeepalivedConfigState): void {
    const fifo = this.#deps.config.keepalived.notify_fifo;
    const given = [state.config?.vrrpNotifyFifo, state.config?.notifyFifo].find((entry) => entry?.path === fifo);
    this.#notify.fifoScriptReads(given?.script === true);
    this.#deps.deliver({ kind: "keepalived_config", state });
  }
}
