import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { wantsGzip } from "./negotiation.ts";

const compress = promisify(gzip);

/** Below this a compressed answer is hardly smaller than a plain one. */
const worthCompressing = 1_024;

/** Sends text, compressed (off the event loop) where the client asks for that. Every answer says what it depends on. */
export async function sendText(
  request: FastifyRequest,
  reply: FastifyReply,
  contentType: string,
  text: Buffer | string,
): Promise<FastifyReply> {
  const varies = reply.getHeader("vary");
  reply.header("content-type", contentType).header("vary", varies === undefined ? "accept-encoding" : `${String(varies)}, accept-encoding`);
  if (text.length < worthCompressing || !wantsGzip(request.headers["accept-encoding"])) return reply.send(text);
  // Expositions repeat themselves so much that the fastest level already takes 95 % off.
  const zipped = await compress(text, { level: constants.Z_BEST_SPEED });
  return reply.header("content-encoding", "gzip").send(zipped);
}

/** Sends JSON that a person can read too. */
export async function sendJson(request: FastifyRequest, reply: FastifyReply, body: unknown): Promise<FastifyReply> {
  return sendText(request, reply, "application/json; charset=utf-8", `${JSON.stringify(body)}\n`);
}
