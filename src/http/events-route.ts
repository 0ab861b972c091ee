import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { sendText } from "./answer.ts";
import type { EventHub, HubEntry } from "./event-hub.ts";
import type { EventStreams } from "./event-streams.ts";
import { wantsEventStream } from "./negotiation.ts";
import { badRequest, RequestError } from "./request-error.ts";

const maxLimit = 1_000;

function limit(query: unknown): number {
  const text = (query as Readonly<Record<string, unknown>>)["limit"];
  if (text === undefined) return maxLimit;
  const value = typeof text === "string" && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > maxLimit) throw badRequest(`limit must be one number from 1 to ${maxLimit}`);
  return value;
}

/** The documented event with its id in front. The event is one line of JSON already, and always has members. */
const withId = ({ id, json }: HubEntry): string => `{"id":${JSON.stringify(id)},${json.slice(1)}`;

/** Recent events as JSON, or, where the client asks for `text/event-stream`, the coming ones as they happen. */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  hub: EventHub,
  streams: EventStreams,
): Promise<FastifyReply> {
  reply.header("vary", "accept");
  if (!wantsEventStream(request.headers.accept)) {
    const events = hub.recent(limit(request.query)).map(withId);
    return sendText(request, reply, "application/json; charset=utf-8", `{"events":[${events.join(",\n")}]}\n`);
  }
  // Proxies such as nginx hold an answer back unless they are told not to.
  reply.header("content-type", "text/event-stream; charset=utf-8").header("x-accel-buffering", "no");
  if (request.method === "HEAD") return reply.send("");
  if (streams.full) {
    throw new RequestError(503, "too_many_streams", "as many event streams as allowed are open already; try again later", {
      headers: { "retry-after": "10" },
    });
  }
  const lastEventId = request.headers["last-event-id"];
  reply.hijack();
  streams.start(
    request.raw,
    reply.raw,
    reply.getHeaders() as OutgoingHttpHeaders,
    typeof lastEventId === "string" && lastEventId !== "" ? lastEventId : undefined,
  );
  return reply;
}
