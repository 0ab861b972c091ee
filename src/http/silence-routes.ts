import type { FastifyInstance } from "fastify";
import { idPattern, silenceJson } from "../silences/json.ts";
import { parseSilenceRequest } from "../silences/request.ts";
import { MAX_SILENCES } from "../silences/silence.ts";
import type { SilenceStore } from "../silences/store.ts";
import { json, sendJson } from "./answer.ts";
import { badRequest, notFound, RequestError } from "./request-error.ts";

const route = "/api/v1/silences";

/** What shows silences. */
export type SilenceSource = Pick<SilenceStore, "all" | "wall">;
/** What changes them. */
export type SilenceControl = Pick<SilenceStore, "add" | "remove" | "wall">;

/** Whether a restart keeps the change, and if not why. */
const durability = (notDurable: string | null): object => ({ durable: notDurable === null, not_durable_because: notDurable });

/** Reading them: on every listener. */
export function addSilenceRoutes(app: FastifyInstance, silences: SilenceSource): void {
  app.get(route, async (request, reply) => {
    const wall = silences.wall();
    return sendJson(request, reply, { silences: silences.all().map((silence) => silenceJson(silence, wall)) });
  });
}

/** Changing them: on the control socket only. */
export function addSilenceControl(app: FastifyInstance, silences: SilenceControl): void {
  app.post(route, async (request, reply) => {
    const wall = silences.wall();
    const parsed = parseSilenceRequest(request.body, wall);
    if (!parsed.ok) {
      const { key, message } = parsed.error;
      throw key === null ? badRequest(message) : new RequestError(400, "bad_request", `${key} ${message}`, { details: { key } });
    }
    const added = await silences.add(parsed.value);
    if (added.outcome === "full") {
      const message = `there are ${MAX_SILENCES} silences already, none of them over: remove one, or silence a whole segment`;
      throw new RequestError(409, "too_many_silences", message);
    }
    reply.code(201).header("location", `${route}/${added.silence.id}`);
    return reply.type(json).send({ silence: silenceJson(added.silence, wall), ...durability(added.notDurable) });
  });

  app.delete<{ Params: { id: string } }>(`${route}/:id`, async (request, reply) => {
    const { id } = request.params;
    const removed = await silences.remove(id);
    switch (removed.outcome) {
      case "unknown":
        throw notFound(`there is no silence ${idPattern.test(id) ? id : "of this name"}; ${route} lists those that are`);
      case "configured":
        throw new RequestError(409, "configured", "this silence stands in the configuration: remove it there");
      case "removed":
        return sendJson(request, reply, { id, ...durability(removed.notDurable) });
    }
  });
}
