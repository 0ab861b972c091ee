import { type CaptureFileEnd, openCaptureFile } from "../capture/file.ts";
import { Engine } from "../core/engine.ts";
import { eventJson } from "../core/event-json.ts";
import type { Event } from "../core/events.ts";
import { toInput } from "../core/intake.ts";
import type { Snapshot } from "../core/view.ts";
import { offlineAgentView } from "../metrics/agent-view.ts";
import { renderExposition } from "../metrics/render.ts";
import { createDecoder } from "../wire/decode.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { painter } from "./paint.ts";
import { Progress } from "./progress.ts";
import { EventPrinter } from "./replay-events.ts";
import { summaryJson, summaryText } from "./replay-summary.ts";
import { packageVersion } from "./version.ts";

export interface ReplayOptions {
  readonly json: boolean;
  /** Print the final exposition instead of the events. */
  readonly metrics: boolean;
  /** Times as seconds since the first frame. */
  readonly relative: boolean;
  readonly color: boolean;
}

/** Runs the engine over a capture file in file time and prints what the agent would have reported. */
export async function replay(path: string, options: ReplayOptions, io: Io): Promise<number> {
  const file = await openCaptureFile(path);
  if (!file.ok) {
    io.err(`vrrpwatch: ${file.error.message}\n`);
    return ExitStatus.resource;
  }
  const engine = new Engine();
  const decoder = createDecoder();
  const progress = new Progress((text) => io.err(text), file.value.size);
  const paint = painter(options.color);
  const printer = new EventPrinter(options.relative, paint);
  let frames = 0;
  let output = "";
  const print = (events: readonly Event[]): void => {
    if (options.metrics) return;
    for (const event of events) output += options.json ? `${JSON.stringify(eventJson(event))}\n` : printer.line(event);
  };
  const flush = async (): Promise<void> => {
    if (output === "") return;
    const text = output;
    output = "";
    progress.clear();
    await io.out(text);
  };

  const end = await file.value.read({
    frame(frame) {
      frames += 1;
      if (frames === 1) printer.start(frame.wall);
      const input = toInput(frame, decoder.decode(frame));
      print(input === undefined ? engine.advance(frame.at) : engine.handle(input));
    },
    gap(at, wall) {
      print(engine.handle({ kind: "gap", interface: null, at, wall, until: at }));
    },
    async settled(bytesRead) {
      await flush();
      if (io.errorsToTerminal) progress.update(bytesRead, frames);
    },
  });

  const snapshot = engine.snapshot();
  if (options.metrics) output += exposition(snapshot);
  else if (options.json) output += `${JSON.stringify(summaryJson(snapshot, end))}\n`;
  else output += summaryText(snapshot, end, paint);
  progress.clear();
  await flush();
  return reportEnd(end, io);
}

function exposition(snapshot: Snapshot): string {
  const build = { version: packageVersion(), revision: "", nodeVersion: process.version };
  return renderExposition(snapshot, offlineAgentView(build), "text");
}

/** What a person has to know about the file itself. */
export function reportEnd(end: CaptureFileEnd, io: Io): number {
  if (end.unknownLinkTypes.length > 0)
    io.err(`vrrpwatch: frames of link type ${end.unknownLinkTypes.join(", ")} cannot be decoded and were skipped\n`);
  if (end.problem === null) return ExitStatus.done;
  io.err(`vrrpwatch: ${end.problem.message}\n`);
  return ExitStatus.damagedInput;
}
