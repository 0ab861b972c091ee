import type { FastifyInstance } from "fastify";
import type { AlertControl, CommandOutcome } from "../alerts/control.ts";
import { deliveryIdPattern } from "../alerts/delivery-id.ts";
import { sendJson } from "./answer.ts";
import { notFound, RequestError } from "./request-error.ts";

const route = "/api/v1/alerts";

interface DeliveryRoute {
  Params: { id: string };
}

/** What fires, what waits and what is dead, and the commands on deliveries: on the control socket only. */
export function addAlertControl(app: FastifyInstance, alerts: AlertControl): void {
  app.get(route, async (request, reply) => sendJson(request, reply, await alerts.list()));

  app.post<DeliveryRoute>(`${route}/:id/retry`, async (request, reply) => {
    if (request.body !== undefined && request.body !== null)
      throw new RequestError(413, "body_not_accepted", "a request must not have a body");
    const { id } = request.params;
    refuseUnless(id, await command(id, (known) => alerts.retry(known)));
    return sendJson(request, reply, { id, outcome: "queued" });
  });

  app.delete<DeliveryRoute>(`${route}/:id`, async (request, reply) => {
    const { id } = request.params;
    refuseUnless(id, await command(id, (known) => alerts.drop(known)));
    return sendJson(request, reply, { id, outcome: "dropped" });
  });
}

/** What is no id is asked of nobody. */
const command = async (id: string, ask: (id: string) => Promise<CommandOutcome>): Promise<CommandOutcome> =>
  deliveryIdPattern.test(id) ? ask(id) : "unknown";

/** @throws RequestError unless the command was done */
function refuseUnless(id: string, outcome: CommandOutcome): void {
  switch (outcome) {
    case "done":
      return;
    case "unknown":
      throw notFound(`there is no delivery ${deliveryIdPattern.test(id) ? id : "of this name"} (any more); ${route} lists those that are`);
    case "not_dead":
      throw new RequestError(409, "not_dead", `the delivery ${id} is not dead: it waits, and is tried by itself`);
  }
}
