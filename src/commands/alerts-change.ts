import { deliveryIdPattern } from "../alerts/delivery-id.ts";
import { askAgent, type ControlOptions, tellFailure } from "./control-client.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";

const changes = {
  retry: { method: "POST", path: (id: string) => `/api/v1/alerts/${id}/retry`, done: "back in its queue" },
  drop: { method: "DELETE", path: (id: string) => `/api/v1/alerts/${id}`, done: "given up" },
} as const;

/** Puts a dead delivery back into its queue, or gives one up. */
export async function alertsChange(change: keyof typeof changes, id: string, options: ControlOptions, io: Io): Promise<number> {
  if (!deliveryIdPattern.test(id)) {
    io.err(`vrrpwatch alerts ${change}: that is no id of a delivery; \`vrrpwatch alerts\` shows them\n`);
    return ExitStatus.usage;
  }
  const { method, path, done } = changes[change];
  const answer = await askAgent(options, method, path(id));
  if (!answer.ok) return tellFailure(`alerts ${change}`, answer.error, io);
  await io.out(`${id}: ${done}\n`);
  return ExitStatus.done;
}
