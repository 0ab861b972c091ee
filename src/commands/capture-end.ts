import type { CaptureFileEnd } from "../capture/file.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";

/** Says what a person has to know about the capture file itself. @returns the exit status */
export function reportEnd(path: string, end: CaptureFileEnd, io: Pick<Io, "err">): ExitStatus {
  const name = path === "-" ? "standard input" : path;
  if (end.unknownLinkTypes.length > 0)
    io.err(`vrrpwatch: ${name}: frames of link type ${end.unknownLinkTypes.join(", ")} cannot be decoded and were left out\n`);
  if (end.problem === null) return ExitStatus.done;
  io.err(`vrrpwatch: ${name}: ${end.problem.message}; ${end.frames} ${end.frames === 1 ? "frame was" : "frames were"} read\n`);
  return ExitStatus.damagedInput;
}
