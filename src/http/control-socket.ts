import { KeptSocket, type SocketLog, type SocketView } from "../lib/kept-socket.ts";
import { createApp } from "./app.ts";
import type { ControlDeps } from "./control-routes.ts";
import type { HttpDeps } from "./deps.ts";
import { EventStreams } from "./event-streams.ts";

export interface ControlSocketOptions {
  readonly path: string;
  /** The host's name as the landing page shows it; null leaves it out. */
  readonly hostName: string | null;
  /** See KeptSocketOptions. */
  readonly checkMs?: number;
}

/** How long requests under way may take to end when the socket closes, in milliseconds. */
const CLOSE_GRACE_MS = 2_000;
const streamLimits = { heartbeatMs: 15_000, maxStreams: 8 } as const;

/**
 * The Unix socket (mode 0600) for what changes the running agent: who may open it is root or the agent's own user. Serves what the other
 * listeners serve as well, with event streams of its own, so that nobody on the network can use them up.
 */
export class ControlSocket {
  readonly #streams: EventStreams;
  readonly #socket: KeptSocket;

  constructor({ path, hostName, checkMs }: ControlSocketOptions, deps: HttpDeps, control: ControlDeps, log: SocketLog) {
    this.#streams = new EventStreams(deps.events, streamLimits);
    this.#socket = new KeptSocket(
      {
        path,
        what: "the control socket",
        setting: "web.control_socket",
        graceMs: CLOSE_GRACE_MS,
        ...(checkMs !== undefined && { checkMs }),
      },
      {
        log,
        create: async () => {
          const app = createApp(deps, this.#streams, hostName, { control });
          await app.ready();
          return app.server;
        },
      },
    );
  }

  /** Resolves after the first attempt. Never rejects: what fails is tried again. */
  start(): Promise<void> {
    return this.#socket.start();
  }

  /** Ends event streams, lets requests under way finish for a moment, and removes the socket. */
  async close(): Promise<void> {
    this.#streams.close();
    await this.#socket.close();
  }

  view(): SocketView {
    return this.#socket.view();
  }
}
