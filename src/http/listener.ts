import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
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
  /** Answers under way on one connection: a client may ask ahead (pipelining), and mostly asks one by one. */
  pipelined: 8,
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
    tls === null ? createHttpServer(settings) : createHttpsServer({ ...settings, ...tls, handshakeTimeout: limits.handshake });
  server.setTimeout(limits.idle);
  server.maxConnections = limits.connections + limits.overflow;
  if (tls !== null) access?.guard(server);
  if (connections !== undefined) {
    server.on("connection", (socket) => connections.opened(socket));
    server.on("request", ({ socket }, response) => connections.serving(socket, response));
    server.on("drop", () => access?.count("connection_limit"));
  }
  server.on("request", bounded(handler));
  return server;
}

/**
 * Ends a connection on which too many requests wait for their answers. Node hands over all requests of what it read at once, thousands of
 * small ones, before it stops reading; destroying the socket does not keep the rest of them back.
 */
function bounded(handler: RequestListener): RequestListener {
  const underWay = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const count = underWay.get(socket) ?? 0;
    if (count === limits.pipelined) {
      socket.destroy();
      return;
    }
    underWay.set(socket, count + 1);
    response.once("close", () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    handler(request, response);
  };
}
