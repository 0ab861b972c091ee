import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Notify } from "../../core/host-facts.ts";
import { type BadLine, MAX_BODY_BYTES, parseBody } from "./body.ts";
import { escapeText } from "./escape.ts";
import { lineProblemTexts } from "./line.ts";

export const NOTIFY_ROUTE = "/api/v1/notify";

/** Scripts send a line and go; times in milliseconds. */
const limits = { headerBytes: 8 * 1024, request: 5_000, keepAlive: 1_000, farewell: 1_000, connections: 256 } as const;

export interface NotifyReceiver {
  /** All lines of a request, every one of them good. */
  take(notifies: readonly Notify[]): void;
  /** A line for which the whole request was refused. */
  refuse(bad: BadLine): void;
}

/** Serves `POST /api/v1/notify` and nothing else; it does not listen yet. */
export function createNotifyServer(receiver: NotifyReceiver): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.request,
      requestTimeout: limits.request,
      keepAliveTimeout: limits.keepAlive,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => handle(request, response, receiver),
  );
  server.maxConnections = limits.connections;
  server.timeout = limits.request;
  return server;
}

const tooLarge = [413, `a request holds at most ${MAX_BODY_BYTES} bytes`] as const;

/** Why a request is answered before its body is read, or null. */
function early({ url, method, headers }: IncomingMessage): readonly [status: number, text: string] | null {
  if (url !== NOTIFY_ROUTE) return [404, `there is nothing but ${NOTIFY_ROUTE} here`];
  if (method !== "POST") return [405, "only POST is taken here"];
  return Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES ? tooLarge : null;
}

function handle(request: IncomingMessage, response: ServerResponse, receiver: NotifyReceiver): void {
  const refusal = early(request);
  if (refusal !== null) {
    refuse(request, response, ...refusal);
    return;
  }
  const pieces: Buffer[] = [];
  let size = 0;
  request.on("data", (piece: Buffer) => {
    size += piece.length;
    if (size <= MAX_BODY_BYTES) pieces.push(piece);
    else if (!response.writableEnded) refuse(request, response, ...tooLarge);
  });
  // A request that was cut off never ends: nothing of it is taken.
  request.on("end", () => {
    if (!response.writableEnded) answer(response, Buffer.concat(pieces), receiver);
  });
}

/** All lines or none: a client that is told of a bad one can correct it and send everything again without telling anything twice. */
function answer(response: ServerResponse, body: Buffer, receiver: NotifyReceiver): void {
  const notifies: Notify[] = [];
  for (const result of parseBody(body)) {
    if (!result.ok) {
      receiver.refuse(result.error);
      const { number, problem, text } = result.error;
      const quoted = text === null ? "" : ` (${escapeText(text)})`;
      send(response, 400, `line ${number}${quoted} ${lineProblemTexts[problem]}; nothing of this request was taken`);
      return;
    }
    notifies.push(result.value);
  }
  if (notifies.length === 0) send(response, 400, 'the body is empty: send lines such as INSTANCE "VI_1" MASTER 100');
  else {
    receiver.take(notifies);
    response.writeHead(204).end();
  }
}

/** Answers before the body has been read. The connection cannot serve another request, and ends at the latest a moment later. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  response.setHeader("connection", "close");
  if (status === 405) response.setHeader("allow", "POST");
  send(response, status, text);
  request.resume();
  setTimeout(() => request.socket.destroy(), limits.farewell).unref();
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}
