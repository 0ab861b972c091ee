import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { constants, createGzip, gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Output, type Sink } from "../metrics/output.ts";
import type { HttpLog } from "./deps.ts";
import { wantsGzip } from "./negotiation.ts";

const compress = promisify(gzip);

/** Below this a compressed answer is hardly smaller than a plain one. */
const worthCompressing = 1_024;

/**
 * Expositions repeat themselves so much, and so soon, that the fastest level already takes 95 % off, and a window of 8 KiB some more
 * than the usual 32 KiB; it needs 60 KiB instead of 260.
 */
const gzipOptions = { level: constants.Z_BEST_SPEED, windowBits: 13, memLevel: 7 };

function addHeaders(reply: FastifyReply, contentType: string): void {
  const varies = reply.getHeader("vary");
  reply.header("content-type", contentType).header("vary", varies === undefined ? "accept-encoding" : `${String(varies)}, accept-encoding`);
}

/** Sends text, compressed (off the event loop) where the client asks for that. Every answer says what it depends on. */
export async function sendText(request: FastifyRequest, reply: FastifyReply, contentType: string, text: string): Promise<FastifyReply> {
  addHeaders(reply, contentType);
  if (text.length < worthCompressing || !wantsGzip(request.headers["accept-encoding"])) return reply.send(text);
  return reply.header("content-encoding", "gzip").send(await compress(text, gzipOptions));
}

export const json = "application/json; charset=utf-8";

/** Sends JSON that a person can read too. */
export async function sendJson(request: FastifyRequest, reply: FastifyReply, body: unknown): Promise<FastifyReply> {
  return sendText(request, reply, json, `${JSON.stringify(body)}\n`);
}

/**
 * Sends an answer that may be long, as it is written. What fails on the way cuts the answer off: its head has been sent already.
 * @param write does not write any more once the output's `run` says that nobody wants the rest
 */
export async function sendStream(
  request: FastifyRequest,
  reply: FastifyReply,
  contentType: string,
  log: HttpLog,
  write: (output: Output) => Promise<void>,
): Promise<FastifyReply> {
  addHeaders(reply, contentType);
  const zipped = wantsGzip(request.headers["accept-encoding"]);
  if (zipped) reply.header("content-encoding", "gzip");
  reply.hijack();
  const response = reply.raw;
  response.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  if (request.method === "HEAD") {
    response.end();
    return reply;
  }
  const { sink, end } = zipped ? zippedSink(response) : plainSink(response);
  try {
    await write(new Output(sink));
    end();
  } catch (error) {
    response.destroy();
    log.error({ route: request.routeOptions.url ?? null, error }, "an answer was cut off");
  }
  return reply;
}

interface ResponseSink {
  readonly sink: Sink;
  readonly end: () => void;
}

function plainSink(response: ServerResponse): ResponseSink {
  return {
    sink: {
      write: (chunk, done) => void response.write(chunk, done),
      get closed() {
        return response.destroyed;
      },
    },
    end: () => response.end(),
  };
}

/** What is compressed is not held back for a slow client: it is small. */
function zippedSink(response: ServerResponse): ResponseSink {
  const zip = createGzip(gzipOptions);
  zip.on("data", (chunk) => response.write(chunk)).on("end", () => response.end());
  zip.on("error", () => response.destroy());
  response.once("close", () => zip.destroy());
  return {
    sink: {
      write: (chunk, done) => void zip.write(chunk, done),
      get closed() {
        return zip.destroyed;
      },
    },
    end: () => zip.end(),
  };
}
