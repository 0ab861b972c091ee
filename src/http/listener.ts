import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Connections } from "./access/connections.ts";
import type { WebAccess } from "./access/web-access.ts";

/** Enough for any scraper, browser and proxy, and little for a client that means ill. Times in milliseconds. */
export const limits = {
  headerBytes: 16 * 1024,
  headerFields: 100,
  handshake: 10_000,
  request: 10_000,
  idle: 60_000,
  keepAlive: 75_000,
  answer: 120_000,
  farewell: 1_000,
  checks: 5_000,
  /** Open at a time on one listener: a scraper or two, some browsers, and a proxy. */
  connections: 256,
  /** What the kernel may hand over on top before one of those has been closed. */
  overflow: 256,
} as const;

const settings = {
  maxHeaderSize: limits.headerBytes,
  headersTimeout: limits.request,
  requestTimeout: limits.request,
  keepAliveTimeout: limits.keepAlive,
  connectionsCheckingInterval: limits.checks,
};

/** A server with those limits that does not listen yet: of TLS where `access` says so. */
export function createListener(handler: RequestListener, access?: WebAccess, connections?: Connections): Server {
  const tls = access?.tlsOptions ?? null;
  const server: Server =
    tls === null
      ? createHttpServer(settings, handler)
      : createHttpsServer({ ...settings, ...tls, handshakeTimeout: limits.handshake }, handler);
  server.setTimeout(limits.idle);
  server.maxConnections = limits.connections + limits.overflow;
  if (tls !== null) access?.guard(server);
  if (connections !== undefined) {
    server.on("connection", (socket) => connections.opened(socket));
    server.prependListener("request", ({ socket }, response) => connections.serving(socket, response));
    server.on("drop", () => access?.count("connection_limit"));
  }
  return server;
}
