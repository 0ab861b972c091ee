import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { Connections } from "./access/connections.ts";
import type { WebAccess } from "./access/web-access.ts";
import { addControlRoutes, type ControlDeps } from "./control-routes.ts";
import { addDefaultHeaders } from "./default-headers.ts";
import type { HttpDeps, HttpLog } from "./deps.ts";
import type { EventStreams } from "./event-streams.ts";
import { addIncidentRoutes, INCIDENTS_PATH, type IncidentSource } from "./incidents-routes.ts";
import { bodyError, MAX_BODY_BYTES, takeJsonBodies } from "./json-body.ts";
import { createListener, limits } from "./listener.ts";
import { errorBody, notFound, RequestError, type RequestErrorCode } from "./request-error.ts";
import { addRoutes } from "./routes.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Marks routes that are there to be refused. */
const refusal = {};

/** What a listener of `web.listen` has, and the control socket has not. */
export interface PublicSide {
  readonly access: WebAccess;
  readonly connections: Connections;
  /** Served to those only who have proved to be somebody; null where incidents are not recorded. */
  readonly incidents: IncidentSource | null;
}

/** Exactly one of the two; without any, for tests, everybody may read. */
export interface AppSide {
  /** Adds the routes that change something: for the control socket, and for nothing that the network reaches. */
  readonly control?: ControlDeps;
  readonly open?: PublicSide;
}

/** One application, for one listener: its server is not listening yet. `streams` may be shared by several. */
export function createApp(deps: HttpDeps, streams: EventStreams, hostName: string | null, side: AppSide = {}): FastifyInstance {
  const { control, open } = side;
  const app = fastify({
    logger: false,
    bodyLimit: control === undefined ? 1 : MAX_BODY_BYTES,
    serverFactory: (handler) => createListener(handler, open?.access, open?.connections),
    routerOptions: { maxParamLength: 256 },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answerError(deps.log, error, request, reply),
  });
  app.addHook("onRequest", async (request, reply) => {
    addDefaultHeaders(reply);
    const allowed = served.get(request.routeOptions.url ?? "") ?? [];
    const unwanted = hasUnwantedBody(request, allowed);
    // What is left of the body is not read, so the connection cannot serve another request.
    if (unwanted) reply.header("connection", "close");
    if (request.raw.rawHeaders.length > 2 * limits.headerFields) throw tooManyHeaders();
    await open?.access.admit(request, reply);
    if (open !== undefined && !open.access.authenticates && isOfIncidents(request)) throw nothingHere();
    refuse(request, allowed);
    if (unwanted) throw new RequestError(413, "body_not_accepted", "a request must not have a body");
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
  if (open !== undefined && open.incidents !== null) addIncidentRoutes(app, open.incidents);
  // Known under every method, so that the wrong one is told from a path that does not exist.
  for (const [url, allowed] of served) {
    const method = methods.filter((each) => !allowed.includes(each));
    app.route({ method, url, config: refusal, exposeHeadRoute: false, handler: async () => null });
  }
  return app;
}

/** @param served the methods of the route */
function hasUnwantedBody({ method, headers }: FastifyRequest, served: readonly string[]): boolean {
  const body = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
  return body && !(method === "POST" && served.includes(method));
}

/** What no route serves. @param served the methods of the route */
function refuse(request: FastifyRequest, served: readonly string[]): void {
  if (request.is404) throw nothingHere();
  if (!served.includes(request.method)) {
    const allow = served.join(", ");
    const text = served.length === 1 ? `${allow} is` : `${served.slice(0, -1).join(", ")} and ${served.at(-1)} are`;
    throw new RequestError(405, "method_not_allowed", `only ${text} served here`, { headers: { allow } });
  }
}

const tooManyHeaders = (): RequestError =>
  new RequestError(431, "headers_too_large", `a request has at most ${limits.headerFields} header fields`, {
    headers: { connection: "close" },
  });

/** They hold the traffic of the segment, so they do not even exist for everybody. */
const isOfIncidents = (request: FastifyRequest): boolean => request.routeOptions.url?.startsWith(INCIDENTS_PATH) ?? false;

const nothingHere = (): RequestError => notFound("there is nothing at this path; / lists what there is");

/** Never shows a stack or the text of an unexpected error: those go to the log. */
function answerError(log: HttpLog, error: FastifyError | RequestError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  addDefaultHeaders(reply);
  reply.type("application/json; charset=utf-8");
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
  // What is neither HTTP nor a time that ran out is TLS or the connection itself: nobody would understand an answer.
  if (!/^(HPE|ERR_HTTP)_/.test(error.code ?? "") || !socket.writable) {
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
