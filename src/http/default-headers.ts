import type { FastifyReply } from "fastify";

const POLICY = "content-security-policy";

/** On every answer, unless the web configuration file says otherwise. */
const defaults = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  [POLICY]: "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Adds what is not there yet. */
export function addDefaultHeaders(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(defaults)) if (!reply.hasHeader(name)) reply.header(name, value);
}

/** A policy for one page in place of the default. One that the web configuration file gives stays. */
export function useContentPolicy(reply: FastifyReply, policy: string): void {
  if (reply.getHeader(POLICY) === defaults[POLICY]) reply.header(POLICY, policy);
}
