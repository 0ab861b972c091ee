import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { addControlRoutes, type ControlDeps } from "./control-routes.ts";
import type { HttpDeps, HttpLog } from "./deps.ts";
import type { EventStreams } from "./event-streams.ts";
import { bodyError, MAX_BODY_BYTES, takeJsonBodies } from "./json-body.ts";
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

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Marks routes that are there to be refused. */
const refusal = {};

/**
 * One application, for one listener: its server is not listening yet. `streams` may be shared by several.
 * @param control adds the routes that change something: for the control socket, and for nothing that the network reaches
 */
export function createApp(deps: HttpDeps, streams: EventStreams, hostName: string | null, control?: ControlDeps): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: control === undefined ? 1 : MAX_BODY_BYTES,
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
    refuse(request, reply, served.get(request.routeOptions.url ?? "") ?? []);
  });
  const served = new Map<string, string[]>();
  app.addHook("onRoute", ({ method, url, config }) => {
    if (config !== refusal) served.set(url, [...(served.get(url) ?? []), ...[method].flat()]);
  });
  app.setErrorHandler((error: FastifyError | RequestError, request, reply) => answerError(deps.log, error, request, reply));
  app.setNotFoundHandler(async () => {
    throw nothingHere();
  });
  addRoutes(app, deps, streams, hostName);
  if (control !== undefined) {
    takeJsonBodies(app);
    addControlRoutes(app, control);
  }
  // Known under every method, so that the wrong one is told from a path that does not exist.
  for (const [url, allowed] of served) {
    const method = methods.filter((each) => !allowed.includes(each));
    app.route({ method, url, config: refusal, exposeHeadRoute: false, handler: async () => null });
  }
  return app;
}

/** What no route serves, and a body where nothing has a use for one. @param served the methods of the route */
function refuse(request: FastifyRequest, reply: FastifyReply, served: readonly string[]): void {
  const { method, headers } = request;
  const body = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
  const wanted = method === "POST" && served.includes(method);
  // What is left of the body is not read, so the connection cannot serve another request.
  if (body && !wanted) reply.header("connection", "close");
  if (request.is404) throw nothingHere();
  if (!served.includes(method)) {
    const allow = served.join(", ");
    const text = served.length === 1 ? `${allow} is` : `${served.slice(0, -1).join(", ")} and ${served.at(-1)} are`;
    throw new RequestError(405, "method_not_allowed", `only ${text} served here`, { headers: { allow } });
  }
  if (body && !wanted) throw new RequestError(413, "body_not_accepted", "a request must not have a body");
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
  const ofBody = bodyError(error.code);
  if (ofBody !== null) return answerError(log, ofBody, request, reply);
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
