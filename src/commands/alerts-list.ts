import { systemClock } from "../lib/clock.ts";
import { parseAlertsAnswer } from "./alerts-answer.ts";
import { alertsText } from "./alerts-text.ts";
import { askAgent, type ControlOptions, tellFailure } from "./control-client.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { printable } from "./silence-text.ts";

/** Shows what fires, what waits for a receiver, and what a receiver refused. */
export async function alertsList(options: ControlOptions & { readonly json?: boolean }, io: Io): Promise<number> {
  const answer = await askAgent(options, "GET", "/api/v1/alerts");
  if (!answer.ok) return tellFailure("alerts", answer.error, io);
  const alerts = parseAlertsAnswer(answer.value);
  if (alerts === null) return tellFailure("alerts", { message: "the agent's answer is not understood", status: ExitStatus.resource }, io);
  if (options.json === true) {
    await io.out(`${JSON.stringify(answer.value)}\n`);
    return ExitStatus.done;
  }
  await io.out(alertsText(alerts, systemClock.wall()));
  const { durable, problem, strange } = alerts;
  const why = problem === null ? "" : `: ${printable(problem)}`;
  if (!durable) io.err(`vrrpwatch alerts: what waits would not survive a restart of the agent${why}\n`);
  else if (problem !== null) io.err(`vrrpwatch alerts: ${printable(problem)}\n`);
  if (strange > 0) io.err(`vrrpwatch alerts: entries left out because they are not understood: ${strange}; --json shows them\n`);
  return ExitStatus.done;
}
