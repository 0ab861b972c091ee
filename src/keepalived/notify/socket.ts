import { dirname } from "node:path";
import { KeptSocket } from "../../lib/kept-socket.ts";
import type { IntakeView, NotifyLog } from "./deps.ts";
import { isPassable, type NotifyGroup, share } from "./group.ts";
import { createNotifyServer, type NotifyReceiver } from "./socket-server.ts";

export interface NotifySocketOptions {
  readonly path: string;
  readonly group: NotifyGroup | null;
  /** Between two looks whether the socket is still at its path, and two attempts while it cannot be had, in milliseconds. Default 10 s. */
  readonly checkMs?: number;
}

const MODES = { shared: 0o660, alone: 0o600 } as const;

/** The socket for notify scripts and `curl --unix-socket`: HTTP, one route. Its path is looked after for as long as the agent runs. */
export class NotifySocket {
  readonly #options: NotifySocketOptions;
  readonly #log: NotifyLog;
  readonly #socket: KeptSocket;
  #shareProblem: string | null = null;

  constructor(options: NotifySocketOptions, receiver: NotifyReceiver, log: NotifyLog) {
    const { path, checkMs } = options;
    this.#options = options;
    this.#log = log;
    this.#socket = new KeptSocket(
      { path, what: "the notify socket", setting: "keepalived.notify_socket", ...(checkMs !== undefined && { checkMs }) },
      { log, create: () => createNotifyServer(receiver), opened: () => this.#shareIt() },
    );
  }

  /** Resolves after the first attempt. Never rejects: what fails is tried again. */
  start(): Promise<void> {
    return this.#socket.start();
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  view(): IntakeView {
    return this.#socket.view();
  }

  #shareIt(): void {
    const { path, group } = this.#options;
    let problem = share(path, group, MODES);
    if (problem === null && group !== null && !isPassable(dirname(path), group))
      problem = `the group ${group.name} cannot pass through ${dirname(path)}: chmod o+x it, so that notify scripts reach the socket in it`;
    if (problem !== null && problem !== this.#shareProblem)
      this.#log.warn({ path, problem }, "not every notify script can reach the notify socket");
    this.#shareProblem = problem;
  }
}
