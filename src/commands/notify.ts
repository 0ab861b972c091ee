import { performance } from "node:perf_hooks";
import { handIn } from "../keepalived/notify/hand-in.ts";
import { formatLine, lineProblemTexts, parseArguments } from "../keepalived/notify/line.ts";
import { spoolDirectory, writeSpoolFile } from "../keepalived/notify/spool-file.ts";
import { DEFAULT_NOTIFY_SOCKET } from "../lib/default-paths.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";

/** keepalived does not wait for its scripts, but a script that hangs is one process more for each call. */
const PATIENCE_MS = 2_000;

/**
 * Hands a notify call of keepalived to the agent, and leaves it in the spool where the agent does not answer. Ends with 0 whatever happens:
 * keepalived must not take a monitor that is away for a failure of its own.
 */
export async function notify(args: readonly string[], io: Io): Promise<number> {
  const { socket, rest } = socketOption(args);
  const call = parseArguments(rest);
  if (!call.ok) {
    const usage = "expected are [anything] INSTANCE|GROUP NAME STATE [PRIORITY]";
    const why = call.error === "not_notify" ? `${usage}, as keepalived appends them` : `the call ${lineProblemTexts[call.error]}; ${usage}`;
    io.err(`vrrpwatch notify: ${why}; nothing was told to the agent\n`);
    return ExitStatus.done;
  }
  const line = formatLine(call.value);
  const at = { nanoseconds: BigInt(Math.round((performance.timeOrigin + performance.now()) * 1_000)) * 1_000n, pid: process.pid };
  const answer = await handIn(socket, line, PATIENCE_MS);
  if (answer.outcome === "refused") io.err(`vrrpwatch notify: the agent refused the call: ${answer.why}\n`);
  if (answer.outcome !== "unreachable") return ExitStatus.done;
  try {
    writeSpoolFile(spoolDirectory(socket), line, at);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    io.err(`vrrpwatch notify: the agent cannot be reached (${answer.why}) and the call cannot be kept for it (${why})\n`);
  }
  return ExitStatus.done;
}

/** Not left to commander: what stands before keepalived's arguments is the user's own and may look like an option. */
function socketOption(args: readonly string[]): { readonly socket: string; readonly rest: readonly string[] } {
  const [first = "", second] = args;
  if (first === "--socket" && second !== undefined) return { socket: second, rest: args.slice(2) };
  if (first.startsWith("--socket=")) return { socket: first.slice("--socket=".length), rest: args.slice(1) };
  return { socket: DEFAULT_NOTIFY_SOCKET, rest: args };
}
