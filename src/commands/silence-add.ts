import { userInfo } from "node:os";
import { systemClock } from "../lib/clock.ts";
import { parseSilenceRequest } from "../silences/request.ts";
import { askAgent, type ControlOptions, tellFailure } from "./control-client.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { isSilenceRow, lengthLeft, printable, subjectText } from "./silence-text.ts";

/** As commander hands them over: all text. */
export interface SilenceAddOptions extends ControlOptions {
  readonly vrid?: string;
  readonly interface?: string;
  readonly family?: string;
  readonly vlan?: string;
  readonly innerVlan?: string;
  readonly segment?: string;
  readonly for?: string;
  readonly until?: string;
  readonly comment?: string;
}

/** Silences a virtual router or a segment from now on. */
export async function silenceAdd(options: SilenceAddOptions, io: Io): Promise<number> {
  const body = requestBody(options);
  // The agent judges again, by its own clock; here the flags can be called by their names.
  const checked = parseSilenceRequest(body, systemClock.wall());
  if (!checked.ok) {
    const { key, message } = checked.error;
    io.err(`vrrpwatch silence add: ${key === null ? "" : `--${key.replaceAll("_", "-")} `}${message}\n`);
    return ExitStatus.usage;
  }
  const answer = await askAgent(options, "POST", "/api/v1/silences", body);
  if (!answer.ok) return tellFailure("silence add", answer.error, io);
  const { silence, not_durable_because: why } = answer.value as { silence: unknown; not_durable_because: unknown };
  if (!isSilenceRow(silence))
    return tellFailure("silence add", { message: "the agent's answer is not understood", status: ExitStatus.resource }, io);
  await io.out(
    `${silence.id}: ${subjectText(silence)} is silenced until ${silence.ends_at} (${lengthLeft(silence, systemClock.wall())})\n`,
  );
  if (typeof why === "string") io.err(`vrrpwatch silence add: it will not survive a restart of the agent: ${printable(why)}\n`);
  return ExitStatus.done;
}

function requestBody(options: SilenceAddOptions): Record<string, unknown> {
  const body = {
    segment: options.segment,
    interface: options.interface,
    vlan: numberOf(options.vlan),
    inner_vlan: numberOf(options.innerVlan),
    family: options.family,
    vrid: numberOf(options.vrid),
    for: options.for,
    until: options.until,
    comment: options.comment,
    created_by: userName(),
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** Text that is no number stays text, and is told of as such. */
const numberOf = (text: string | undefined): number | string | undefined =>
  text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : text;

/** Who is to be asked: behind sudo it is not root. */
function userName(): string | undefined {
  const name = process.env["SUDO_USER"] ?? ownName();
  return name === undefined || name.length > 100 || !/^[^\p{C}]+$/u.test(name) ? undefined : name;
}

function ownName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in passwd.
    return undefined;
  }
}
