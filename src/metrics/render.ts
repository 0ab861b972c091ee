import { setImmediate as nextTurn } from "node:timers/promises";
import type { Snapshot } from "../core/view.ts";
import type { AgentView } from "./agent-view.ts";
import { type ExpositionFormat, ExpositionWriter } from "./exposition.ts";
import { catalogue } from "./index.ts";
import { metricSource } from "./source.ts";

/** How long a scrape may keep frames and timers waiting before it lets them have a turn, in milliseconds. */
const turn = 8;

/** Writes one family at each step. */
function* writeCatalogue(writer: ExpositionWriter, snapshot: Snapshot, agent: AgentView): Generator<void, void> {
  const source = metricSource(snapshot, agent);
  for (const metric of catalogue) {
    writer.family(metric, (emit) => metric.collect(source, emit));
    yield;
  }
}

/** A whole exposition of the catalogue, all of one moment: what `replay --metrics` prints. */
export function renderExposition(snapshot: Snapshot, agent: AgentView, format: ExpositionFormat): string {
  const writer = new ExpositionWriter(format);
  for (const _ of writeCatalogue(writer, snapshot, agent));
  return writer.finish().toString();
}

/** What one scrape of a running agent reads. */
export interface ScrapeSource {
  snapshot(): Snapshot;
  agentView(): AgentView;
  /** Adds the families of Node and the process; null where they are not wanted. Must not reject. */
  readonly processMetrics: { write(writer: ExpositionWriter): Promise<void> } | null;
}

/**
 * The exposition of a running agent: the catalogue, and the families of Node and the process.
 * A long one is written in several turns of the event loop, so one family is of one moment, and the next may be of a few
 * milliseconds later.
 */
export async function renderScrape(source: ScrapeSource, format: ExpositionFormat): Promise<Buffer> {
  const writer = new ExpositionWriter(format);
  let since = performance.now();
  for (const _ of writeCatalogue(writer, source.snapshot(), source.agentView())) {
    if (performance.now() - since < turn) continue;
    await nextTurn();
    since = performance.now();
  }
  await source.processMetrics?.write(writer);
  return writer.finish();
}
