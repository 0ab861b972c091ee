import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { clientKey } from "../../lib/client-key.ts";

export interface ConnectionsOptions {
  /** How many may be open. */
  readonly most: number;
  /** How long an answer may take, in milliseconds: a client that reads ever so slowly does not keep its place. */
  readonly answerMs: number;
  /** Answers without an end, which are bounded elsewhere. */
  readonly isEndless: (response: ServerResponse) => boolean;
  /** A connection was cut, or not taken, because there are too many. */
  readonly refused: () => void;
}

interface Connection {
  readonly socket: Socket;
  readonly client: string;
  /** The answer under way. */
  response: ServerResponse | null;
  /** When it began, in the milliseconds of `performance.now`. */
  since: number;
}

/**
 * The connections of one listener. Past the bound somebody has to go, and that is the client with the most connections: the one of them
 * that has idled longest, be it between two requests or amid the headers of one. So neither idle connections nor slow ones, however many,
 * keep a scraper out.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  /** In the order in which they came or last did something. */
  readonly #open = new Map<string, Connection>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#open.size;
  }

  /** @param socket as the kernel handed it over: below TLS, if there is TLS */
  opened(socket: Socket): void {
    const key = keyOf(socket);
    if (key === null) return;
    this.#open.set(key, { socket, client: clientKey(socket.remoteAddress), response: null, since: 0 });
    socket.once("close", () => {
      if (this.#open.get(key)?.socket === socket) this.#open.delete(key);
    });
    if (this.#open.size > this.#options.most) this.#cutOne(key);
  }

  /** A request came in on a connection, the one below TLS or the one above. */
  serving(socket: Socket, response: ServerResponse): void {
    const key = keyOf(socket);
    const connection = key === null ? undefined : this.#open.get(key);
    if (key === null || connection === undefined) return;
    connection.response = response;
    connection.since = performance.now();
    response.once("close", () => {
      if (connection.response === response) connection.response = null;
      // To the end of the line.
      if (this.#open.delete(key)) this.#open.set(key, connection);
    });
  }

  /** Cuts those that read their answer too slowly. */
  sweep(): void {
    const latest = performance.now() - this.#options.answerMs;
    for (const { socket, response, since } of this.#open.values()) {
      if (response !== null && since < latest && !this.#options.isEndless(response)) socket.destroy();
    }
  }

  #cutOne(newest: string): void {
    this.#options.refused();
    const victim = this.#victim(newest);
    const key = victim ?? newest;
    this.#open.get(key)?.socket.destroy();
    this.#open.delete(key);
  }

  /** null: nobody has more than the newcomer, and nobody idles. */
  #victim(newest: string): string | null {
    const counts = new Map<string, number>();
    for (const { client } of this.#open.values()) counts.set(client, (counts.get(client) ?? 0) + 1);
    const busiest = (accept: (connection: Connection) => boolean): string | null => {
      let found: string | null = null;
      let most = 0;
      for (const [key, connection] of this.#open) {
        const count = counts.get(connection.client) ?? 0;
        if (key === newest || count <= most || !accept(connection)) continue;
        found = key;
        most = count;
      }
      return found;
    };
    const idle = busiest(({ response }) => response === null);
    if (idle !== null) return idle;
    const own = counts.get(this.#open.get(newest)?.client ?? "") ?? 0;
    return busiest(({ client }) => (counts.get(client) ?? 0) > own);
  }
}

/**
 * The same for a connection and for the TLS above it, and for no other: a client may use one port towards several addresses of this host.
 * null for a Unix socket, which only users of this host reach.
 */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | null {
  return remoteAddress === undefined || remotePort === undefined ? null : `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
