import type { Snapshot } from "../core/view.ts";
import type { AgentView } from "./agent-view.ts";
import { type ExpositionFormat, ExpositionWriter } from "./exposition.ts";
import { catalogue } from "./index.ts";
import { routerLabels } from "./label-cache.ts";
import { Output } from "./output.ts";

/** How many virtual routers are written at a step: some 16 KiB of the longest family. */
const stepRouters = 16;

function* writeCatalogue(writer: ExpositionWriter, snapshot: Snapshot, agent: AgentView): Generator<void, void> {
  for (const metric of catalogue) {
    const emit = writer.family(metric);
    if ("collect" in metric) {
      metric.collect({ snapshot, agent }, emit);
      continue;
    }
    let written = 0;
    if ("ofRouter" in metric) {
      for (const router of snapshot.routers) {
        metric.ofRouter(router, routerLabels(router.id), emit, agent);
        if (++written % stepRouters === 0) yield;
      }
    }
    if ("ofJoined" in metric) {
      for (const router of snapshot.host.routers) {
        metric.ofJoined(router, routerLabels(router.id), emit, agent);
        if (++written % stepRouters === 0) yield;
      }
    }
    yield;
  }
}

/** A whole exposition of the catalogue, all of one moment: what `replay --metrics` prints. */
export function renderExposition(snapshot: Snapshot, agent: AgentView, format: ExpositionFormat): string {
  let text = "";
  // No character is cut in two by the end of a chunk.
  const write = (chunk: Uint8Array, done: () => void): void => {
    text += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString();
    done();
  };
  const writer = new ExpositionWriter(new Output({ write, closed: false }), format);
  for (const _ of writeCatalogue(writer, snapshot, agent));
  writer.end();
  return text;
}

/** What one scrape of a running agent reads. */
export interface ScrapeSource {
  snapshot(): Snapshot;
  agentView(): AgentView;
  /** Adds the families of Node and the process; null where they are not wanted. Must not reject. */
  readonly processMetrics: { write(writer: ExpositionWriter): Promise<void> } | null;
}

/**
 * Begins the exposition of a running agent: the catalogue, and the families of Node and the process.
 * @returns what writes it. In several turns of the event loop: the samples of one family and virtual router are of one moment, others
 * may be of a few milliseconds later (or, where the client is slow, of as much later as it was slow).
 */
export function renderScrape(source: ScrapeSource, format: ExpositionFormat): (output: Output) => Promise<void> {
  const [snapshot, agent] = [source.snapshot(), source.agentView()];
  return async (output) => {
    const writer = new ExpositionWriter(output, format);
    if (!(await output.run(writeCatalogue(writer, snapshot, agent)))) return;
    await source.processMetrics?.write(writer);
    writer.end();
  };
}
