import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { HttpDeps, HttpLog } from "./deps.ts";
import type { EventStreams } from "./event-streams.ts";
import { errorBody, notFound, RequestError, type RequestErrorCode } from "./request-error.ts";
import { addRoutes } from "./routes.ts";

/** Enough for any scraper, browser and proxy, and little for a client that means ill. Times in milliseconds. */
const limits = {
  headerBytes: 16 * 1024,
  request: 10_000,
  idle: 60_000,
  keepAlive: 75_000,
  farewell: 1_000,
  connections: 512,
} as const;

const dynamicHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
} as const;

const otherMethods = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** One application, for one listener: its server is not listening yet. `streams` is shared by all listeners. */
export function createApp(deps: HttpDeps, streams: EventStreams, hostName: string | null): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: 1,
    requestTimeout: limits.request,
    connectionTimeout: limits.idle,
    keepAliveTimeout: limits.keepAlive,
    http: { maxHeaderSize: limits.headerBytes, headersTimeout: limits.request, connectionsCheckingInterval: 5_000 },
    routerOptions: { maxParamLength: 256 },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answerError(deps.log, error, request, reply),
  });
  app.server.maxConnections = limits.connections;
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(dynamicHeaders);
    refuse(request, reply);
  });
  app.addHook("onRoute", ({ method, url }) => {
    // Known under every method, so that the wrong one is told from a path that does not exist.
    if (method === "GET") app.route({ method: otherMethods, url, handler: async () => null });
  });
  app.setErrorHandler((error: FastifyError | RequestError, request, reply) => answerError(deps.log, error, request, reply));
  app.setNotFoundHandler(async () => {
    throw nothingHere();
  });
  addRoutes(app, deps, streams, hostName);
  return app;
}

/** Only reading, and never a body: nothing here has a use for one. */
function refuse(request: FastifyRequest, reply: FastifyReply): void {
  const { method, headers } = request;
  const body = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
  // What is left of the body is not read, so the connection cannot serve another request.
  if (body) reply.header("connection", "close");
  if (request.is404) throw nothingHere();
  if (method !== "GET" && method !== "HEAD") {
    throw new RequestError(405, "method_not_allowed", "only GET and HEAD are served here", { headers: { allow: "GET, HEAD" } });
  }
  if (body) throw new RequestError(413, "body_not_accepted", "a request must not have a body");
}

const nothingHere = (): RequestError => notFound("there is nothing at this path; / lists what there is");

/** Never shows a stack or the text of an unexpected error: those go to the log. */
function answerError(log: HttpLog, error: FastifyError | RequestError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers(dynamicHeaders).type("application/json; charset=utf-8");
  if (error instanceof RequestError) {
    return reply
      .code(error.status)
      .headers(error.headers)
      .send(errorBody(error.code, error.message, error.details));
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return reply.code(status).send(errorBody("bad_request", "the request cannot be understood"));
  log.error({ route: request.routeOptions.url ?? null, error }, "a request failed");
  return reply.code(500).send(errorBody("internal", "the request failed; the agent's log says why"));
}

const brokenRequests: Readonly<Record<string, readonly [status: number, code: RequestErrorCode, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "headers_too_large", "the request's headers are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "timeout", "the request did not arrive in time"],
};

/** What is no HTTP at all never reaches a route; the answer is written to the socket itself. */
function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = brokenRequests[error.code ?? ""] ?? [400, "bad_request", "the request cannot be understood"];
  const body = JSON.stringify(errorBody(code, message));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // A client that ignores the end would keep its place among the connections; destroyed at once, it might not get the answer.
  setTimeout(() => socket.destroy(), limits.farewell).unref();
}
