import { askAgent, type ControlOptions, tellFailure } from "./control-client.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { printable } from "./silence-text.ts";

/** Ends a silence at once. */
export async function silenceRemove(id: string, options: ControlOptions, io: Io): Promise<number> {
  if (!/^[\w-]{1,64}$/.test(id)) {
    io.err("vrrpwatch silence remove: that is no id of a silence; `vrrpwatch silence list` shows them\n");
    return ExitStatus.usage;
  }
  const answer = await askAgent(options, "DELETE", `/api/v1/silences/${id}`);
  if (!answer.ok) return tellFailure("silence remove", answer.error, io);
  const { not_durable_because: why } = answer.value as { not_durable_because: unknown };
  await io.out(`${id}: removed\n`);
  if (typeof why === "string") io.err(`vrrpwatch silence remove: it comes back with a restart of the agent: ${printable(why)}\n`);
  return ExitStatus.done;
}
