import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { json, sendJson } from "./answer.ts";
import { badRequest, notFound } from "./request-error.ts";

type Json = Readonly<Record<string, unknown>>;

/** Where incidents are asked for. Ids come from whoever asks: they only ever select. */
export interface IncidentSource {
  /** All of them in short, the newest first. */
  list(): readonly Json[];
  /** One in full; null where there is none of this id. */
  get(id: string): Promise<Json | null>;
  /** One of its files, as far as it is written; null where there is none. Whoever asks has to read or destroy the stream. */
  file(id: string, name: IncidentFile): Promise<{ readonly size: number; readonly stream: Readable } | null>;
}

export const INCIDENTS_PATH = "/api/v1/incidents";

const contentTypes = {
  "incident.json": json,
  "timeline.jsonl": "application/jsonl; charset=utf-8",
  "capture.pcap": "application/vnd.tcpdump.pcap",
} as const;
type IncidentFile = keyof typeof contentTypes;

const defaultLimit = 100;
const maxLimit = 10_000;

interface IncidentRoute {
  Params: { id: string };
}

/**
 * Incidents and their files. They hold the traffic of the segment: for listeners only where whoever asks is known, such as the
 * control socket.
 */
export function addIncidentRoutes(app: FastifyInstance, source: IncidentSource): void {
  app.get("/api/v1/incidents", async (request, reply) =>
    sendJson(request, reply, { incidents: source.list().slice(0, limitOf(request.query)) }),
  );

  app.get<IncidentRoute>("/api/v1/incidents/:id", async (request, reply) => {
    const incident = await source.get(request.params.id);
    if (incident === null) throw unknownIncident();
    return sendJson(request, reply, incident);
  });

  for (const name of Object.keys(contentTypes) as IncidentFile[]) {
    app.get<IncidentRoute>(`/api/v1/incidents/:id/${name}`, async (request, reply) => sendFile(request, reply, source, name));
  }
}

async function sendFile(
  request: FastifyRequest<IncidentRoute>,
  reply: FastifyReply,
  source: IncidentSource,
  name: IncidentFile,
): Promise<FastifyReply> {
  const { id } = request.params;
  const file = await source.file(id, name);
  if (file === null) throw unknownIncident();
  reply.header("content-type", contentTypes[name]).header("content-length", file.size);
  if (name === "capture.pcap") reply.header("content-disposition", `attachment; filename="${id}.pcap"`);
  if (request.method !== "HEAD") return reply.send(file.stream);
  file.stream.destroy();
  // Text would take the place of the length.
  return reply.send(Readable.from([]));
}

const unknownIncident = () => notFound("there is no such incident, or it has no such file; /api/v1/incidents lists them");

function limitOf(query: unknown): number {
  const text = (query as Readonly<Record<string, unknown>>)["limit"];
  if (text === undefined) return defaultLimit;
  const value = typeof text === "string" && /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > maxLimit) throw badRequest(`limit must be one number from 1 to ${maxLimit}`);
  return value;
}
