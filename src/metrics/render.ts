import type { Snapshot } from "../core/view.ts";
import type { AgentView } from "./agent-view.ts";
import { type ExpositionFormat, ExpositionWriter, finish } from "./exposition.ts";
import { catalogue } from "./index.ts";
import { metricSource } from "./source.ts";

/** The families of the catalogue, without the end mark: for an answer that has further families. */
export function renderFamilies(snapshot: Snapshot, agent: AgentView, format: ExpositionFormat): string {
  const source = metricSource(snapshot, agent);
  const writer = new ExpositionWriter(format);
  for (const metric of catalogue) writer.family(metric, (emit) => metric.collect(source, emit));
  return writer.text();
}

/** A whole exposition of the catalogue: what `replay --metrics` prints. Synchronous, so that the snapshot is one moment's. */
export function renderExposition(snapshot: Snapshot, agent: AgentView, format: ExpositionFormat): string {
  return finish(renderFamilies(snapshot, agent, format), format);
}

/** What one scrape of a running agent reads. */
export interface ScrapeSource {
  snapshot(): Snapshot;
  agentView(): AgentView;
  /** Must not reject. */
  readonly processMetrics: { render(format: ExpositionFormat): Promise<string> } | null;
}

/** The exposition of a running agent: the catalogue, and the families of Node and the process. */
export async function renderScrape(source: ScrapeSource, format: ExpositionFormat): Promise<string> {
  // First what has to be awaited: a snapshot is only good until the engine runs again.
  const process = source.processMetrics === null ? "" : await source.processMetrics.render(format);
  return finish(renderFamilies(source.snapshot(), source.agentView(), format) + process, format);
}
