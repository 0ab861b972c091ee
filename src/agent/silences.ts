import { join } from "node:path";
import type { Config } from "../config/schema.ts";
import { configuredSilences } from "../config/silences.ts";
import type { VirtualRouterId } from "../core/events.ts";
import type { Clock } from "../lib/clock.ts";
import { componentLogger, type Logger } from "../lib/log.ts";
import type { SilencesView } from "../metrics/agent-view.ts";
import { SilenceFile } from "../silences/file.ts";
import { silencesFor } from "../silences/match.ts";
import { SilenceStore } from "../silences/store.ts";
import { fieldsFirst } from "./fields-first.ts";

/** The silences of the configuration and of an earlier run; those have to be loaded yet. */
export function silenceStore(config: Config, log: Logger, clock: Clock): SilenceStore {
  return new SilenceStore({
    configured: configuredSilences(config),
    file: new SilenceFile(join(config.state_directory, "silences.json")),
    clock,
    log: fieldsFirst(componentLogger(log, "silences")),
  });
}

/** Which silences hold now, and for whom. @param segmentOf the segment as people name it */
export function silencesView(store: SilenceStore, segmentOf: (id: VirtualRouterId) => string): SilencesView {
  const active = store.active();
  const wall = store.wall();
  return {
    active: active.length,
    storeFailures: store.failures,
    of: (id) => (active.length === 0 ? [] : silencesFor(active, id, segmentOf(id), wall).map((silence) => silence.id)),
  };
}
