import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { replay } from "../../src/commands/replay.ts";
import { ExpositionWriter } from "../../src/metrics/exposition.ts";
import { Output } from "../../src/metrics/output.ts";
import { ProcessMetrics } from "../../src/metrics/process.ts";
import { ruleGroups } from "../../src/rules/index.ts";
import { seriesByTopic, seriesIn } from "../../src/series/count.ts";
import { PROCESS_SERIES, perRouter, UNUSED } from "../../src/series/page.ts";
import { scrapeOf } from "../../src/series/scrape.ts";
import { plainSituation } from "../../src/series/situation.ts";
import { dashboardFiles, queriesOf } from "../dashboards/files.ts";
import { capturesFolder } from "../helpers/captures.ts";
import { CollectIo } from "../helpers/collect-io.ts";

const listener = scrapeOf(plainSituation);

async function processText(): Promise<string> {
  let text = "";
  const write = (chunk: Uint8Array, done: () => void): void => {
    text += Buffer.from(chunk).toString();
    done();
  };
  const writer = new ExpositionWriter(new Output({ write, closed: false }), "text");
  await new ProcessMetrics().write(writer);
  writer.end();
  return text;
}

test("the same situation is written in the same bytes", () => {
  assert.equal(scrapeOf(plainSituation), listener);
});

test("a recorded failover has as many series of its virtual router as the page says of a listener with two senders", async () => {
  const io = new CollectIo();
  const file = fileURLToPath(new URL("07-graceful-failback/monitor.pcap", capturesFolder));
  await replay(file, { json: false, metrics: true, relative: false, color: false }, io);
  const ofRouter = io.stdout.split("\n").filter((line) => line.includes('vrid="57"'));
  // Its last change was a preemption, which has no phases of detection and of the first advert.
  assert.ok(!ofRouter.some((line) => /^vrrp_last_failover_phase_seconds.*"(?:detection|advert)"/.test(line)));
  assert.equal(ofRouter.length + 2, perRouter({ senders: 2 }));
});

test("nothing is wrong in the situations that are counted", () => {
  for (const where of ["listener", "backup", "master"] as const) {
    const text = scrapeOf({ ...plainSituation, where, routers: 2, family: "both" });
    assert.match(text, /^vrrp_condition_active\{/m);
    assert.deepEqual(text.match(/^vrrp_condition_active\{.*\} 1$/gm), null);
    assert.doesNotMatch(text, /^vrrp_condition_last_raised/m);
    assert.match(text, /^vrrp_master_transitions_total\{.*reason="priority_zero"\} [12]$/m);
  }
});

test("the series of keepalived are there on a node alone", () => {
  const node = seriesByTopic(scrapeOf({ ...plainSituation, where: "backup" }));
  assert.ok((node.get("keepalived on this host") ?? 0) > 10);
  assert.equal(seriesByTopic(listener).get("keepalived on this host"), undefined);
});

test("every series belongs to a topic", () => {
  const text = scrapeOf({ ...plainSituation, where: "master", compat: true, malformed: true, family: "both", routers: 2 });
  const counted = [...seriesByTopic(text).values()].reduce((sum, n) => sum + n, 0);
  assert.equal(counted, seriesIn(text));
});

test("what the page says of Node and the process is about right for this Node", async () => {
  const here = seriesIn(await processText());
  // A histogram of ten series for each kind of garbage collection comes with its first run.
  const most = here + 30;
  assert.ok(here - 10 <= PROCESS_SERIES && PROCESS_SERIES <= most + 10, `${here} to ${most} here, ${PROCESS_SERIES} on the page`);
});

test("gzip leaves about a twentieth of a scrape of the greatest segment", () => {
  const text = scrapeOf({ ...plainSituation, routers: 510, family: "both" });
  const share = gzipSync(text, { level: 1 }).length / Buffer.byteLength(text);
  assert.ok(share > 0.02 && share < 0.08, String(share));
});

test("no rule and no dashboard asks for what the page proposes to leave out, and this Node has it", async () => {
  const pattern = new RegExp(`^${UNUSED}$`);
  const asked = [
    ...ruleGroups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
    ...[...dashboardFiles()].flatMap(([file, dashboard]) => queriesOf(file, dashboard)).map(({ expr }) => expr),
  ].flatMap((expr) => expr.match(/[a-z_]+/g) ?? []);
  assert.ok(asked.includes("nodejs_gc_duration_seconds_sum"));
  assert.deepEqual(
    asked.filter((word) => pattern.test(word)),
    [],
  );
  const names = (await processText()).split("\n").map((line) => /^[a-z_]+/.exec(line)?.[0] ?? "");
  // Those of the garbage collector come with its first run.
  for (const alternative of ["nodejs_heap_space_size_used_bytes", "nodejs_active_handles", "nodejs_version_info"]) {
    assert.match(alternative, pattern);
    assert.ok(names.includes(alternative), alternative);
  }
});
