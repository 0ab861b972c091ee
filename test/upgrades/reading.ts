import { readdirSync } from "node:fs";
import { join } from "node:path";
import { restoreState } from "../../src/alerts/lifecycle/state.ts";
import { readFolder } from "../../src/alerts/spool/folder.ts";
import { originalName } from "../../src/alerts/spool/names.ts";
import { StateStore } from "../../src/alerts/state-store.ts";
import { nodeSteps } from "../../src/lib/durable-file.ts";
import { parseRfc3339 } from "../../src/lib/rfc3339.ts";
import { SilenceFile } from "../../src/silences/file.ts";
import { SilenceStore } from "../../src/silences/store.ts";
import { Feed, receiver } from "../alerts/lifecycle/feed.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { makeRecorder } from "../incidents/harness.ts";

/** A clock of the time when the state was left. */
export function clockAt(time: string): FakeClock {
  const clock = new FakeClock();
  const parsed = parseRfc3339(time);
  if (!parsed.ok) throw new Error(parsed.error);
  clock.stepWall((parsed.value - clock.wall()) / 1_000);
  return clock;
}

export interface Line {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

const collect =
  (lines: Line[]) =>
  (fields: Readonly<Record<string, unknown>>, message: string): void => {
    lines.push({ fields, message });
  };

/** The silences as this version reads them, and what it says of them. */
export async function readSilences(directory: string, clock: FakeClock): Promise<{ store: SilenceStore; lines: Line[] }> {
  const lines: Line[] = [];
  const log = { info: collect(lines), warn: collect(lines), error: collect(lines) };
  const store = new SilenceStore({ configured: [], file: new SilenceFile(join(directory, "silences.json")), clock, log });
  await store.load();
  return { store, lines };
}

/** What waits for each receiver, and what it refused. */
export async function readSpool(directory: string, clock: FakeClock) {
  const read: { place: string; receiver: string; waiting: number; damaged: number; errors: readonly unknown[] }[] = [];
  for (const place of ["queue", "dead"] as const) {
    for (const name of readdirSync(join(directory, "alerts", place))) {
      const of = originalName(name) ?? name;
      const { deliveries, damaged, errors } = await readFolder(join(directory, "alerts"), place, of, clock.now(), nodeSteps);
      // Git keeps no empty folders.
      if (deliveries.length + damaged + errors.length > 0) read.push({ place, receiver: of, waiting: deliveries.length, damaged, errors });
    }
  }
  return read;
}

/** The alerts that fire, as a lifecycle with these receivers takes them up; null: it refuses the state. */
export async function readAlerts(directory: string, receivers: readonly string[], clock: FakeClock) {
  const lines: Line[] = [];
  const log = { debug: collect(lines), info: collect(lines), warn: collect(lines), error: collect(lines) };
  const rules = receivers.map((name) => receiver(name, { severities: ["critical", "warning", "info"] }));
  const { lifecycle } = new Feed(rules);
  const store = new StateStore({ path: join(directory, "alerts/state.json"), state: () => null, clock, log });
  const stored = await store.load();
  return { stored, restored: restoreState(lifecycle, stored, rules, clock.now(), clock.wall()), alerts: lifecycle.alerts, lines };
}

/** The incidents as this version lists them. */
export async function readIncidents(directory: string, clock: FakeClock) {
  const { recorder, log } = makeRecorder(join(directory, "incidents"));
  await recorder.start(clock.wall());
  return { listed: recorder.list(), log };
}
