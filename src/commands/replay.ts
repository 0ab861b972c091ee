import { openCaptureFile } from "../capture/file.ts";
import { describeRouter, engineOptionsOf } from "../config/expectations.ts";
import { formatProblem } from "../config/problems.ts";
import type { Config } from "../config/schema.ts";
import { Engine } from "../core/engine.ts";
import { eventJson } from "../core/event-json.ts";
import type { Event } from "../core/events.ts";
import { toInput } from "../core/intake.ts";
import { defaultEngineOptions, type EngineOptions } from "../core/options.ts";
import type { Snapshot } from "../core/view.ts";
import { randomKey } from "../lib/random-key.ts";
import { offlineAgentView } from "../metrics/agent-view.ts";
import { renderExposition } from "../metrics/render.ts";
import { createDecoder } from "../wire/decode.ts";
import { reportEnd } from "./capture-end.ts";
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
  /** A configuration file whose tracking, virtual routers and conditions hold; without one no file is read. */
  readonly config?: string | undefined;
}

/** A laptop has room for more virtual routers than the agent allows a segment to fill by default. */
const optionsWithoutConfig: EngineOptions = { ...defaultEngineOptions, maxVirtualRouters: 8_192 };

/** Runs the engine over a capture file in file time and prints what the agent would have reported. */
export async function replay(path: string, options: ReplayOptions, io: Io): Promise<number> {
  let config: Config | null = null;
  if (options.config !== undefined) {
    // Reading YAML takes longer than replaying a small capture.
    const { readConfig } = await import("../config/resolve.ts");
    const read = await readConfig(options.config);
    if (!read.ok) {
      for (const problem of read.error) io.err(`${formatProblem(problem)}\n`);
      return ExitStatus.usage;
    }
    config = read.value.config;
  }
  const file = await openCaptureFile(path);
  if (!file.ok) {
    io.err(`vrrpwatch: ${file.error.message}\n`);
    return ExitStatus.resource;
  }
  const engine = new Engine(config === null ? optionsWithoutConfig : engineOptionsOf(config));
  const decoder = createDecoder(randomKey());
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

  const end = await file.value.read(
    {
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
    },
    { inOrder: true },
  );

  const snapshot = engine.snapshot();
  if (options.metrics) output += exposition(snapshot, config);
  else if (options.json) output += `${JSON.stringify(summaryJson(snapshot, end))}\n`;
  else output += summaryText(snapshot, end, paint);
  progress.clear();
  await flush();
  return reportEnd(path, end, io);
}

function exposition(snapshot: Snapshot, config: Config | null): string {
  const build = { version: packageVersion(), revision: "", nodeVersion: process.version };
  const plain = offlineAgentView(build);
  if (config === null) return renderExposition(snapshot, plain, "text");
  const agent = offlineAgentView(build, (id) => describeRouter(config, id, plain.describe(id).segment));
  return renderExposition(snapshot, agent, "text");
}
