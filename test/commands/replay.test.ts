import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runCommandLine } from "../../src/commands/program.ts";
import { wallTime } from "../../src/lib/time.ts";
import { LinkType } from "../../src/wire/frame.ts";
import { pcapHeader, pcapRecord } from "../../src/wire/pcap/writer.ts";
import { capturesFolder } from "../helpers/captures.ts";
import { CollectIo } from "../helpers/collect-io.ts";
import { type AdvertPacket, advertFrame } from "../helpers/packets.ts";

const directory = mkdtempSync(join(tmpdir(), "vw-replay-"));
after(() => rmSync(directory, { recursive: true }));

const t0 = 1_795_200_000;

/** A capture of adverts at these seconds after `t0`. */
function capture(name: string, adverts: readonly (AdvertPacket & { readonly t: number })[]): string {
  const path = join(directory, name);
  const records = adverts.map(({ t, ...spec }) => {
    const bytes = advertFrame(spec);
    return pcapRecord(wallTime(Math.round((t0 + t) * 1e6)), bytes, bytes.length);
  });
  writeFileSync(path, Buffer.concat([pcapHeader(LinkType.ethernet, 65_535), ...records]));
  return path;
}

function config(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

async function vrrpwatch(...args: string[]): Promise<CollectIo & { status: number }> {
  const io = new CollectIo();
  const status = await runCommandLine(args, io);
  return Object.assign(io, { status });
}

const steady = (from: number, to: number, spec: AdvertPacket = {}): (AdvertPacket & { t: number })[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ t: from + i, ...spec }));
const eventsOf = (io: CollectIo): unknown[] => io.json().map((e) => e["event"]);

for (const [name, t] of [
  ["stamped 0", -t0],
  ["stamped ten minutes ahead", 606],
  ["stamped ten minutes ago", -594],
] as const)
  test(`one frame ${name} ends no virtual router`, async () => {
    const path = capture(`outlier-${t}.pcap`, [...steady(0, 5), { t }, ...steady(6, 12)]);
    const io = await vrrpwatch("replay", "--json", path);
    assert.deepEqual(eventsOf(io), ["virtual_router_seen", "master_changed", "summary"]);
  });

test("events come in the order of their times, also with a false stamp in the file", async () => {
  const other = { source: "192.0.2.2", priority: 90 };
  const path = capture("order.pcap", [
    ...steady(0, 5),
    { t: -t0, vrid: 9, source: "192.0.2.9" },
    { t: 6, priority: 0 },
    { t: 6.7, ...other },
  ]);
  const times = (await vrrpwatch("replay", "--json", path)).json().flatMap((e) => (typeof e["at"] === "string" ? [e["at"]] : []));
  assert.deepEqual(times, times.toSorted());
  assert.ok(times.length >= 5);
});

test("a master that falls silent for ten minutes is lost when it should be", async () => {
  const path = capture("silence.pcap", [...steady(0, 5), { t: 605 }, { t: 606 }]);
  const lost = (await vrrpwatch("replay", "--json", path)).json().find((e) => e["event"] === "condition_raised");
  // Master-down time of priority 1 after the last advert, and 20 ms.
  assert.equal(lost?.["since"], "2026-11-20T18:40:09.016093Z");
  assert.equal(lost?.["at"], lost?.["since"]);
});

test("a person reads what a failover took, and what was inevitable", async () => {
  const path = fileURLToPath(new URL("08-crash/monitor.pcap", capturesFolder));
  const lines = (await vrrpwatch("replay", path)).stdout.split("\n").filter((line) => line.includes("failover"));
  assert.deepEqual(
    lines.map((line) => line.replace(/^.*v4 58 +/, "")),
    [
      "unplanned failover to 192.0.2.12: gap 3.61 s, 3.609 s inevitable, 0.001 s in excess; announced 0 s after the first advert",
      "planned failover to 192.0.2.11: gap 0.54 s, 0 s inevitable, 0 s in excess; announced 0.004 s after the first advert",
    ],
  );
});

test("--json and --metrics together are wrong usage, with the reason", async () => {
  const io = await vrrpwatch("replay", "--json", "--metrics", capture("usage.pcap", steady(0, 1)));
  assert.equal(io.status, 2);
  assert.equal(io.stdout, "");
  assert.match(io.stderr, /^vrrpwatch replay: --json and --metrics exclude each other.*\n$/);
});

test("the tracking settings of --config hold", async () => {
  const file = capture("many.pcap", [
    ...steady(0, 2, { source: "192.0.2.1", priority: 100 }),
    ...steady(3, 5, { source: "192.0.2.2", priority: 110 }),
  ]);
  const slow = config("slow.yaml", "virtual_routers: [{vrid: 51, down_timer_adverts: 10}]\n");
  const silent = capture("silent.pcap", [...steady(0, 5), { t: 10, vrid: 9 }, { t: 11, vrid: 9 }]);
  assert.ok(eventsOf(await vrrpwatch("replay", "--json", silent)).includes("condition_raised"));
  assert.ok(!eventsOf(await vrrpwatch("replay", "--json", silent, "--config", slow)).includes("condition_raised"));
  assert.equal((await vrrpwatch("replay", "--json", file, "--config", slow)).status, 0);
});

test("a condition that --config switches off is not judged", async () => {
  const silent = capture("quiet.pcap", [...steady(0, 5), { t: 10, vrid: 9 }, { t: 11, vrid: 9 }]);
  const off = config("off.yaml", "conditions: {no_master: {enabled: false}}\n");
  assert.ok(!eventsOf(await vrrpwatch("replay", "--json", silent, "--config", off)).includes("condition_raised"));
});

test("--config gives the metrics their segments and names", async () => {
  const file = capture("named.pcap", steady(0, 3));
  const named = config("named.yaml", "virtual_routers: [{vrid: 51, name: web, segment: dc1-front}]\n");
  assert.match(
    (await vrrpwatch("replay", "--metrics", file, "-c", named)).stdout,
    /^vrrp_virtual_router_info\{.*segment="dc1-front".*\} 1$/m,
  );
  assert.match((await vrrpwatch("replay", "--metrics", file)).stdout, /^vrrp_virtual_router_info\{.*segment="unknown".*\} 1$/m);
});

test("a --config that cannot be used is wrong usage, and nothing is replayed", async () => {
  const io = await vrrpwatch("replay", capture("bad.pcap", steady(0, 1)), "--config", config("bad.yaml", "log: {level: loud}\n"));
  assert.deepEqual([io.status, io.stdout], [2, ""]);
  assert.match(io.stderr, /bad\.yaml:1:14 log\.level: must be one of/);
});

/** Three adverts of each, so that every virtual router is more than a passing claim. */
const crowd = (): string =>
  capture(
    "crowd.pcap",
    [0, 1, 2].flatMap((t) =>
      Array.from({ length: 600 }, (_, i) => ({
        t: t + i / 10_000,
        vrid: 1 + (i % 200),
        tags: [{ tpid: 0x8100, tci: 1 + Math.floor(i / 200) }],
      })),
    ),
  );

test("without --config more virtual routers are followed than an agent would", async () => {
  const path = crowd();
  const summary = (await vrrpwatch("replay", "--json", path)).json().at(-1) as { virtual_routers: unknown[]; evicted: number };
  assert.deepEqual([summary.virtual_routers.length, summary.evicted], [600, 0]);
  const few = config("few.yaml", "tracking: {max_virtual_routers: 100}\n");
  const limited = (await vrrpwatch("replay", "--json", path, "--config", few)).json().at(-1) as { virtual_routers: unknown[] };
  assert.equal(limited.virtual_routers.length, 100);
});

test("a damaged capture ends with exit status 1 and one line that names the file", async () => {
  const path = fileURLToPath(new URL("28m-malformed/containers/cut-in-frame.pcap", capturesFolder));
  const { status, stderr } = await vrrpwatch("replay", path);
  assert.equal(status, 1);
  assert.match(stderr, /^vrrpwatch: .*cut-in-frame\.pcap: the file is cut off in the middle of a packet.*; 3 frames were read\n$/);
});
