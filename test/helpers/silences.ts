import type { DurableSteps } from "../../src/lib/durable-file.ts";
import { seconds, type WallTime, wallPlus } from "../../src/lib/time.ts";
import { SilenceFile } from "../../src/silences/file.ts";
import type { Silence, SilenceRequest } from "../../src/silences/silence.ts";
import { SilenceStore } from "../../src/silences/store.ts";
import { FakeClock } from "./fake-clock.ts";

/** An hour of silence for VRID 51. */
export function sampleRequest(wall: WallTime, fields: Partial<SilenceRequest> = {}): SilenceRequest {
  return {
    matchers: { vrid: 51 },
    beginsAt: null,
    endsAt: wallPlus(wall, seconds(3_600)),
    endsBy: "time",
    comment: null,
    createdBy: null,
    ...fields,
  };
}

export function sampleSilence(id: string, wall: WallTime, fields: Partial<Silence> = {}): Silence {
  return { ...sampleRequest(wall), id, source: "api", createdAt: wall, ...fields };
}

/** A store with its clock and log, ids counted from 1. */
export function sampleStore(path: string, options: { steps?: DurableSteps; configured?: readonly Silence[]; clock?: FakeClock } = {}) {
  const { steps, configured = [], clock = new FakeClock() } = options;
  const lines: string[] = [];
  const write =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  let ids = 0;
  const store = new SilenceStore({
    configured,
    file: new SilenceFile(path, steps),
    clock,
    log: { info: write("info"), warn: write("warn"), error: write("error") },
    newId: () => (++ids).toString(16).padStart(8, "0"),
  });
  return { store, clock, lines };
}
