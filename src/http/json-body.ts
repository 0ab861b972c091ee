import type { FastifyInstance } from "fastify";
import { badRequest, RequestError } from "./request-error.ts";

/** What a request on the control socket may hold. */
export const MAX_BODY_BYTES = 16 * 1024;

/** Bodies are JSON in UTF-8 and nothing else. A body that is too large or of another type is refused by fastify before it comes here. */
export function takeJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, async (_request: unknown, body: Buffer) => parseBody(body));
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw badRequest("the body is not JSON in UTF-8");
  }
}

/** What fastify says of a body before it is parsed, in our words; null for anything else. */
export function bodyError(code: string): RequestError | null {
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new RequestError(413, "body_too_large", `a body has at most ${MAX_BODY_BYTES} bytes`, { headers: { connection: "close" } });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new RequestError(415, "unsupported_media_type", "a body must be JSON: send it with the content-type application/json", {
        headers: { connection: "close" },
      });
    default:
      return null;
  }
}
