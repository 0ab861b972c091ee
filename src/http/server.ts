import { chmodSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { formatListen, type ListenAddress } from "../lib/listen.ts";
import { systemCode } from "../lib/system-code.ts";
import { bindClosed, removeAbandonedSocket } from "../lib/unix-socket.ts";
import type { WebConfig } from "../lib/web-config.ts";
import type { WebView } from "../lib/web-view.ts";
import { Connections } from "./access/connections.ts";
import { WebAccess } from "./access/web-access.ts";
import { createApp } from "./app.ts";
import type { HttpDeps, HttpOptions, WebDeps } from "./deps.ts";
import { HttpError } from "./errors.ts";
import { EventStreams } from "./event-streams.ts";
import type { IncidentSource } from "./incidents-routes.ts";
import { limits } from "./listener.ts";

/** How long requests under way may take to end when the server closes, in milliseconds. */
const closeGrace = 2_000;

/** Of a Unix socket: the agent's user and its group, such as a proxy that is a member. */
const SOCKET_MODE = 0o660;

/** Serves the same routes on every configured address. */
export class HttpServer {
  readonly #options: HttpOptions;
  readonly #deps: HttpDeps;
  readonly #streams: EventStreams;
  readonly #apps: FastifyInstance[] = [];
  readonly #access: WebAccess;
  readonly #incidents: IncidentSource | null;
  readonly #connections: Connections[] = [];
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: HttpOptions, deps: HttpDeps, { clock, incidents }: WebDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#access = new WebAccess(options.web ?? null, { clock, log: deps.log });
    this.#incidents = incidents;
    this.#streams = new EventStreams(deps.events, { heartbeatMs: options.heartbeatMs ?? 15_000, maxStreams: options.maxStreams ?? 32 });
  }

  /**
   * Listens on all addresses, or on none.
   * @returns the addresses as bound: a port of 0 has become a real one
   * @throws HttpError where one of them cannot be had
   */
  async listen(): Promise<ListenAddress[]> {
    this.#sweep = setInterval(() => {
      for (const each of this.#connections) each.sweep();
    }, limits.checks).unref();
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
    clearInterval(this.#sweep);
    this.#streams.close();
    await Promise.all([...this.#apps.splice(0).map(closeApp), this.#access.close()]);
  }

  /** What keeps a web configuration from being taken over while the agent runs, for a person; null: nothing. */
  webConfigObstacle(web: WebConfig | null): string | null {
    return this.#access.obstacle(web);
  }

  /**
   * Takes over a web configuration that was read anew: TLS for new connections, all else from the next request on. Clients that it no
   * longer trusts lose their connections and event streams.
   * @returns null, or for a person what cannot be changed while the agent runs: then nothing is
   */
  replaceWebConfig(web: WebConfig | null): string | null {
    const { problem, evicts } = this.#access.replace(web);
    if (evicts) this.#streams.close();
    return problem;
  }

  /** How many are connected, and who was refused since the start. */
  view(): Pick<WebView, "connections" | "refused"> {
    return { connections: this.#connections.reduce((sum, { count }) => sum + count, 0), refused: this.#access.refused };
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
    const connections = new Connections({
      most: limits.connections,
      answerMs: limits.answer,
      isEndless: (response) => this.#streams.has(response),
      refused: () => this.#access.count("connection_limit"),
    });
    const open = { access: this.#access, connections, incidents: this.#incidents };
    const app = createApp(this.#deps, this.#streams, this.#options.hostName, { open });
    try {
      if ("path" in where) await listenClosed(app, where.path);
      else await app.listen(where);
    } catch (error) {
      await app.close();
      throw error;
    }
    this.#apps.push(app);
    this.#connections.push(connections);
    app.server.on("error", (error) => this.#deps.log.error({ listen: JSON.stringify(where), error }, "the HTTP server has an error"));
    const address = app.server.address();
    if (address === null || typeof address === "string") return { kind: "unix", path: "path" in where ? where.path : "" };
    return { kind: "tcp", host, port: address.port };
  }
}

/** A server that does not listen yet. */
export function createServer(options: HttpOptions, deps: HttpDeps, web: WebDeps): HttpServer {
  return new HttpServer(options, deps, web);
}

/** Where a person on this host finds it: `http://localhost:10112/`, or the socket's path. */
export function visitUrl(address: ListenAddress, scheme: "http" | "https" = "http"): string {
  if (address.kind === "unix") return formatListen(address);
  const host = address.host === null || address.host === "::" || address.host === "0.0.0.0" ? "localhost" : address.host;
  return `${scheme}://${formatListen({ ...address, host })}/`;
}

/** The umask of whoever starts the agent has no say in who may connect. */
async function listenClosed(app: FastifyInstance, path: string): Promise<void> {
  const { server } = app;
  const listen = server.listen.bind(server);
  // Fastify calls it some turns later, in which other files are made.
  server.listen = (...args: unknown[]) => bindClosed(() => Reflect.apply(listen, server, args));
  await app.listen({ path });
  chmodSync(path, SOCKET_MODE);
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
