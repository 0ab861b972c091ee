import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { formatListen, type ListenAddress } from "../lib/listen.ts";
import { systemCode } from "../lib/system-code.ts";
import { removeAbandonedSocket } from "../lib/unix-socket.ts";
import { createApp } from "./app.ts";
import type { HttpDeps, HttpOptions } from "./deps.ts";
import { HttpError } from "./errors.ts";
import { EventStreams } from "./event-streams.ts";

/** How long requests under way may take to end when the server closes, in milliseconds. */
const closeGrace = 2_000;

/** Serves the same routes on every configured address. */
export class HttpServer {
  readonly #options: HttpOptions;
  readonly #deps: HttpDeps;
  readonly #streams: EventStreams;
  readonly #apps: FastifyInstance[] = [];

  constructor(options: HttpOptions, deps: HttpDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#streams = new EventStreams(deps.events, { heartbeatMs: options.heartbeatMs ?? 15_000, maxStreams: options.maxStreams ?? 32 });
  }

  /**
   * Listens on all addresses, or on none.
   * @returns the addresses as bound: a port of 0 has become a real one
   * @throws HttpError where one of them cannot be had
   */
  async listen(): Promise<ListenAddress[]> {
    const bound: ListenAddress[] = [];
    for (const address of this.#options.listen) {
      try {
        bound.push(await this.#listenOn(address));
      } catch (error) {
        await this.close();
        throw HttpError.listen(address, error);
      }
    }
    return bound;
  }

  /** Ends event streams, lets requests under way finish for a moment, and frees the addresses. */
  async close(): Promise<void> {
    this.#streams.close();
    await Promise.all(this.#apps.splice(0).map(closeApp));
  }

  async #listenOn(address: ListenAddress): Promise<ListenAddress> {
    if (address.kind === "unix") return this.#listenOnPath(address.path);
    if (address.host !== null) return this.#bind({ host: address.host, port: address.port }, address.host);
    try {
      return await this.#bind({ host: "::", port: address.port }, null);
    } catch (error) {
      // A host without IPv6.
      if (systemCode(error) !== "EAFNOSUPPORT" && systemCode(error) !== "EADDRNOTAVAIL") throw error;
      return this.#bind({ host: "0.0.0.0", port: address.port }, null);
    }
  }

  async #listenOnPath(path: string): Promise<ListenAddress> {
    try {
      return await this.#bind({ path }, null);
    } catch (error) {
      // Left behind by an agent that was killed.
      if (systemCode(error) !== "EADDRINUSE" || !(await removeAbandonedSocket(path))) throw error;
      return this.#bind({ path }, null);
    }
  }

  async #bind(
    where: { readonly host: string; readonly port: number } | { readonly path: string },
    host: string | null,
  ): Promise<ListenAddress> {
    const app = createApp(this.#deps, this.#streams, this.#options.hostName);
    await app.listen(where).catch(async (error: unknown) => {
      await app.close();
      throw error;
    });
    this.#apps.push(app);
    app.server.on("error", (error) => this.#deps.log.error({ listen: JSON.stringify(where), error }, "the HTTP server has an error"));
    const address = app.server.address();
    if (address === null || typeof address === "string") return { kind: "unix", path: "path" in where ? where.path : "" };
    return { kind: "tcp", host, port: address.port };
  }
}

/** A server that does not listen yet. */
export function createServer(options: HttpOptions, deps: HttpDeps): HttpServer {
  return new HttpServer(options, deps);
}

/** Where a person on this host finds it: `http://localhost:10112/`, or the socket's path. */
export function visitUrl(address: ListenAddress): string {
  if (address.kind === "unix") return formatListen(address);
  const host = address.host === null || address.host === "::" || address.host === "0.0.0.0" ? "localhost" : address.host;
  return `http://${formatListen({ ...address, host })}/`;
}

async function closeApp(app: FastifyInstance): Promise<void> {
  const grace = new AbortController();
  const force = delay(closeGrace, undefined, { signal: grace.signal }).then(
    () => app.server.closeAllConnections(),
    () => undefined,
  );
  await app.close();
  grace.abort();
  await force;
}
