import type { IntakeView, NotifyDeps } from "./deps.ts";
import { NotifyFifo } from "./fifo.ts";
import { findGroup } from "./group.ts";
import { NotifyLines } from "./lines.ts";
import type { MakeFifo } from "./make-fifo.ts";
import { NotifySocket } from "./socket.ts";
import { NotifySpool } from "./spool.ts";
import { spoolDirectory } from "./spool-file.ts";

export interface NotifyIntakeOptions {
  readonly fifo: string;
  readonly socket: string;
  /** Group of the notify scripts; null: that of the user keepalived_script, where there is one. */
  readonly group: string | null;
  /** mkfifo(3) of the addon; without it the program of that name is run, once. */
  readonly makeFifo?: MakeFifo;
}

export interface NotifyIntakeView {
  readonly fifo: IntakeView;
  readonly socket: IntakeView;
}

/**
 * Everything that keepalived tells by notify calls, as one ordered output of facts:
 *
 *   FIFO ──────────────────────────────────┐
 *   POST on the notify socket ─────────────┼─▶ one parser ─▶ deliver
 *   spool: files that scripts left behind ─┘
 *
 * Whatever is missing or denied is a warning and tried again: the agent watches the wire all the same.
 */
export class NotifyIntake {
  readonly #fifo: NotifyFifo;
  readonly #socket: NotifySocket;
  readonly #spool: NotifySpool;

  constructor(options: NotifyIntakeOptions, deps: NotifyDeps) {
    const { group, problem } = findGroup(options.group);
    if (problem !== null) deps.log.warn({ problem }, "notify scripts of other users cannot reach the agent");
    const lines = new NotifyLines(deps);
    const { makeFifo } = options;
    this.#fifo = new NotifyFifo({ path: options.fifo, ...(makeFifo === undefined ? {} : { makeFifo }) }, lines, deps.log);
    this.#spool = new NotifySpool({ directory: spoolDirectory(options.socket), group }, lines, deps);
    this.#socket = new NotifySocket(
      { path: options.socket, group },
      {
        take: (notifies) => {
          // What waits there happened before this.
          this.#spool.take();
          for (const notify of notifies) lines.take("socket", notify);
        },
        refuse: ({ problem: why, text }) => lines.refuse("socket", why, text),
      },
      deps.log,
    );
  }

  /** What waited in the spool and in the FIFO has been delivered when it resolves, before the first call over the socket. Never rejects. */
  async start(): Promise<void> {
    await this.#spool.start();
    await this.#fifo.start();
    await this.#socket.start();
  }

  async close(): Promise<void> {
    this.#fifo.close();
    this.#spool.close();
    await this.#socket.close();
  }

  view(): NotifyIntakeView {
    return { fifo: this.#fifo.view(), socket: this.#socket.view() };
  }

  /** @param reads whether keepalived.conf gives this FIFO a script of its own (`vrrp_notify_fifo_script`, `notify_fifo_script`) */
  fifoScriptReads(reads: boolean): void {
    this.#fifo.scriptReads(reads);
  }
}
