/** Prints what rendering costs at 2, 50 and 510 virtual routers. Run by hand: `node .build/test/metrics/render-cost.js`. */
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { renderExposition } from "../../src/metrics/render.ts";
import { manyRouters, sampleAgent, sampleInterface, sampleSnapshot } from "./sample.ts";

const zip = promisify(gzip);
const agent = sampleAgent();

for (const routers of [2, 50, 510]) {
  const snapshot = sampleSnapshot(manyRouters(routers), [sampleInterface()]);
  for (const format of ["text", "openmetrics"] as const) {
    const times: number[] = [];
    let body = Buffer.alloc(0);
    for (let round = 0; round < 60; round++) {
      const start = performance.now();
      body = Buffer.from(renderExposition(snapshot, agent, format));
      times.push(performance.now() - start);
    }
    const first = times[0] ?? 0;
    const sorted = times.toSorted((a, b) => a - b);
    const lines = body.reduce((sum, byte) => (byte === 10 ? sum + 1 : sum), 0);
    const zipStart = performance.now();
    const zipped = await zip(body, { level: 1 });
    const row = {
      routers,
      format,
      lines,
      bytes: body.length,
      first_ms: first.toFixed(2),
      median_ms: (sorted[30] ?? 0).toFixed(2),
      max_ms: (sorted.at(-1) ?? 0).toFixed(2),
      gzip_bytes: zipped.length,
      gzip_ms: (performance.now() - zipStart).toFixed(1),
    };
    process.stdout.write(`${JSON.stringify(row)}\n`);
  }
}
