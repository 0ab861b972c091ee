import { engineOptionsOf } from "../config/expectations.ts";
import { formatProblem } from "../config/problems.ts";
import type { Config } from "../config/schema.ts";
import { configuredSilences } from "../config/silences.ts";
import type { WebConfigReading } from "../config/web-file/read.ts";
import type { IncidentRecorder } from "../incidents/recorder.ts";
import type { Clock } from "../lib/clock.ts";
import { type Logger, setLogLevel } from "../lib/log.ts";
import { err, ok } from "../lib/result.ts";
import type { SilenceStore } from "../silences/store.ts";
import { recorderOptionsOf } from "./incidents.ts";
import { lateCode } from "./late-code.ts";
import { captureOptionsOf, type LiveCapture } from "./live-capture.ts";
import type { Pump } from "./pump.ts";
import type { ReloadDeps } from "./reload.ts";
import type { SyncGroupSegments } from "./sync-group-segments.ts";
import type { Telling } from "./telling.ts";
import type { WebConfigFile } from "./web-config-file.ts";

/** The parts of a running agent that take other settings. */
export interface Parts {
  readonly log: Logger;
  readonly clock: Clock;
  readonly telling: Telling;
  readonly silences: SilenceStore;
  readonly incidents: IncidentRecorder | null;
  readonly syncGroups: SyncGroupSegments;
  readonly capture: LiveCapture | undefined;
  readonly pump: Pump;
  /** null where there is none. */
  readonly webConfig: WebConfigFile | null;
}

/**
 * Makes ready what another configuration needs. A part that may refuse it (a file that has to be read, a library that has to be loaded)
 * does so here, with problems.
 * @param changed settings that are others by it; none: only the files that it names are looked at
 * @returns what takes it up: from then on nothing fails, and nothing comes in between
 */
export async function prepareConfig(config: Config, changed: readonly string[], parts: Parts): ReturnType<ReloadDeps["prepare"]> {
  const { log, clock, telling, silences, incidents, syncGroups, capture, pump, webConfig } = parts;
  const web = await readWeb(config, clock, webConfig);
  const problems = web === null ? [] : (webConfig?.problemsOf(web) ?? []);
  if (problems.length > 0) return err(problems);
  const takeWeb = (): void => {
    const left = web === null ? [] : (webConfig?.take(web) ?? []);
    if (left.length > 0) throw new Error(left.map(formatProblem).join("; "));
  };
  if (changed.length === 0) return ok(async () => takeWeb());
  const tellBy = await telling.prepare(config);
  return ok(() => {
    takeWeb();
    setLogLevel(log, config.log.level);
    silences.configure(configuredSilences(config));
    incidents?.reconfigure(recorderOptionsOf(config));
    syncGroups.renamed();
    const abandoned = capture?.reconfigure(captureOptionsOf(config)) ?? [];
    // What the engine concludes of it is told by the new configuration.
    const told = tellBy();
    pump.reconfigure(engineOptionsOf(config), abandoned);
    return told;
  });
}

/** The library is loaded by those only who have such a file. */
async function readWeb({ web }: Config, clock: Clock, webConfig: WebConfigFile | null): Promise<WebConfigReading | null> {
  if (web.config_file === null || webConfig === null) return null;
  const { readWebConfig } = await lateCode.webConfigReader();
  return readWebConfig(web.config_file, clock.wall());
}
