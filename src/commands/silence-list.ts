import { systemClock } from "../lib/clock.ts";
import { askAgent, type ControlOptions, tellFailure } from "./control-client.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { isSilenceRow, silenceTable } from "./silence-text.ts";

/** Shows all silences, those that are over too. */
export async function silenceList(options: ControlOptions & { readonly json?: boolean }, io: Io): Promise<number> {
  const answer = await askAgent(options, "GET", "/api/v1/silences");
  if (!answer.ok) return tellFailure("silence list", answer.error, io);
  if (options.json === true) {
    await io.out(`${JSON.stringify(answer.value)}\n`);
    return ExitStatus.done;
  }
  const { silences } = answer.value as { silences: unknown };
  const rows = Array.isArray(silences) ? silences.filter(isSilenceRow) : [];
  await io.out(rows.length === 0 ? "no silences\n" : silenceTable(rows, systemClock.wall()));
  return ExitStatus.done;
}
