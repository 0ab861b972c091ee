import { join } from "node:path";
import type { Config } from "../config/schema.ts";
import type { VirtualRouterId } from "../core/events.ts";
import { IncidentRecorder, type RecorderOptions } from "../incidents/recorder.ts";
import { componentLogger, type Logger } from "../lib/log.ts";

/** The recorder that the configuration asks for; null where it wants none. */
export function incidentRecorder(config: Config, log: Logger, segmentOf: (id: VirtualRouterId) => string): IncidentRecorder | null {
  const { incidents, state_directory } = config;
  if (!incidents.enabled) return null;
  return new IncidentRecorder({
    options: recorderOptionsOf(config),
    directory: join(state_directory, "incidents"),
    segmentOf,
    log: componentLogger(log, "incidents"),
  });
}

/** Times and bounds as the configuration has them. */
export function recorderOptionsOf({ incidents }: Pick<Config, "incidents">): RecorderOptions {
  return {
    before: incidents.before,
    after: incidents.after,
    quiet: incidents.quiet,
    standing: incidents.standing,
    maxCount: incidents.max_count,
    maxBytes: incidents.max_bytes,
    maxAge: incidents.max_age,
    maxCaptureBytes: incidents.max_capture_bytes,
    maxTimelineBytes: incidents.max_timeline_bytes,
    ringBytes: incidents.ring_bytes,
  };
}
