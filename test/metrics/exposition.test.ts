import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { Gauge, Registry } from "prom-client";
import type { Snapshot } from "../../src/core/view.ts";
import { micros } from "../../src/lib/time.ts";
import { offlineAgentView } from "../../src/metrics/agent-view.ts";
import type { ExpositionFormat } from "../../src/metrics/exposition.ts";
import { catalogue } from "../../src/metrics/index.ts";
import { Output } from "../../src/metrics/output.ts";
import { ProcessMetrics } from "../../src/metrics/process.ts";
import { renderExposition, renderScrape, type ScrapeSource } from "../../src/metrics/render.ts";
import {
  manyRouters,
  orphanRouter,
  sampleAdvert,
  sampleAgent,
  sampleInterface,
  sampleRouter,
  sampleSender,
  sampleSnapshot,
} from "./sample.ts";
import { sampleHost } from "./sample-host.ts";

const build = { version: "0.1.0", revision: "abc1234", nodeVersion: "v20.19.0" };

/** The lines of a whole exposition that are about one family. */
function family(text: string, name: string): string[] {
  return text.split("\n").filter((line) => new RegExp(`^(# \\w+ )?${name}(_total|_info|_bucket|_sum|_count)?[ {]`).test(line));
}

/** What one scrape of a running agent answers. */
async function scraped(source: ScrapeSource, format: ExpositionFormat): Promise<string> {
  const chunks: Buffer[] = [];
  const write = (chunk: Uint8Array, done: () => void): void => {
    chunks.push(Buffer.from(chunk));
    done();
  };
  await renderScrape(source, format)(new Output({ write, closed: false }));
  return Buffer.concat(chunks).toString();
}

function render(snapshot: Snapshot, format: ExpositionFormat = "text"): string {
  return renderExposition(snapshot, sampleAgent(), format);
}

const golden = (total: string): string => `\
vrrp_virtual_router_info{interface="eth0",vrid="51",family="ipv4",segment="eth0"} 1
vrrp_masters{interface="eth0",vrid="51",family="ipv4"} 1
vrrp_master_info{interface="eth0",vrid="51",family="ipv4",master="192.0.2.1",mac="02:00:00:00:00:01",version="3",mode="multicast",auth="none"} 1
vrrp_master_is_local{interface="eth0",vrid="51",family="ipv4"} 0
vrrp_master_priority{interface="eth0",vrid="51",family="ipv4"} 150
vrrp_advertised_address_info{interface="eth0",vrid="51",family="ipv4",address="192.0.2.100"} 1
vrrp_adverts_received_total{interface="eth0",vrid="51",family="ipv4",sender="192.0.2.1"} 1200
vrrp_priority_zero_adverts_total{interface="eth0",vrid="51",family="ipv4",sender="192.0.2.1"} 0
vrrp_sender_priority{interface="eth0",vrid="51",family="ipv4",sender="192.0.2.1"} 150
vrrp_sender_last_advert_timestamp_seconds{interface="eth0",vrid="51",family="ipv4",sender="192.0.2.1"} 1795240799.85
vrrp_advert_interval_seconds{interface="eth0",vrid="51",family="ipv4"} 1
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="0.5"} 0
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="0.9"} 2
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="1.1"} 1192
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="1.25"} 1195
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="1.5"} 1195
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="2.0"} 1196
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="2.5"} 1196
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="3.0"} 1196
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="4.0"} 1197
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="8.0"} 1197
vrrp_advert_lateness_ratio_bucket{interface="eth0",vrid="51",family="ipv4",le="+Inf"} 1197
vrrp_advert_lateness_ratio_sum{interface="eth0",vrid="51",family="ipv4"} 1201.5
vrrp_advert_lateness_ratio_count{interface="eth0",vrid="51",family="ipv4"} 1197
vrrp_adverts_missed_total{interface="eth0",vrid="51",family="ipv4"} 3
vrrp_consecutive_missed_adverts{interface="eth0",vrid="51",family="ipv4"} 0
vrrp_master_down_interval_seconds{interface="eth0",vrid="51",family="ipv4"} 3.996093
vrrp_master_transitions_total{interface="eth0",vrid="51",family="ipv4",reason="initial"} 1
vrrp_master_transitions_total{interface="eth0",vrid="51",family="ipv4",reason="priority_zero"} 0
vrrp_master_transitions_total{interface="eth0",vrid="51",family="ipv4",reason="preempted"} 0
vrrp_master_transitions_total{interface="eth0",vrid="51",family="ipv4",reason="no_response"} 1
vrrp_master_transitions_total{interface="eth0",vrid="51",family="ipv4",reason="split_resolved"} 0
vrrp_master_transitions_total{interface="eth0",vrid="51",family="ipv4",reason="unknown"} 0
vrrp_last_master_transition_timestamp_seconds{interface="eth0",vrid="51",family="ipv4"} 1795240740.25
vrrp_failover_gap_seconds_sum{interface="eth0",vrid="51",family="ipv4"} 3.618
vrrp_failover_gap_seconds_count{interface="eth0",vrid="51",family="ipv4"} 1
vrrp_last_failover_gap_seconds{interface="eth0",vrid="51",family="ipv4"} 3.618
vrrp_failover_phase_seconds_sum{interface="eth0",vrid="51",family="ipv4",phase="detection"} 3.609375
vrrp_failover_phase_seconds_count{interface="eth0",vrid="51",family="ipv4",phase="detection"} 1
vrrp_failover_phase_seconds_sum{interface="eth0",vrid="51",family="ipv4",phase="advert"} 0.008625
vrrp_failover_phase_seconds_count{interface="eth0",vrid="51",family="ipv4",phase="advert"} 1
vrrp_failover_phase_seconds_sum{interface="eth0",vrid="51",family="ipv4",phase="address"} 0
vrrp_failover_phase_seconds_count{interface="eth0",vrid="51",family="ipv4",phase="address"} 0
vrrp_failover_phase_seconds_sum{interface="eth0",vrid="51",family="ipv4",phase="announcement"} 0.004
vrrp_failover_phase_seconds_count{interface="eth0",vrid="51",family="ipv4",phase="announcement"} 1
vrrp_last_failover_phase_seconds{interface="eth0",vrid="51",family="ipv4",phase="detection"} 3.609375
vrrp_last_failover_phase_seconds{interface="eth0",vrid="51",family="ipv4",phase="advert"} 0.008625
vrrp_last_failover_phase_seconds{interface="eth0",vrid="51",family="ipv4",phase="announcement"} 0.004
vrrp_last_failover_inevitable_seconds{interface="eth0",vrid="51",family="ipv4"} 3.609375
vrrp_last_failover_excess_seconds{interface="eth0",vrid="51",family="ipv4"} 0.008625
vrrp_no_master_seconds_total{interface="eth0",vrid="51",family="ipv4"} 0
vrrp_multiple_master_seconds_total{interface="eth0",vrid="51",family="ipv4"} 0.25
vrrp_condition_active{interface="eth0",vrid="51",family="ipv4",condition="no_master"} 0
vrrp_condition_transitions_total{interface="eth0",vrid="51",family="ipv4",condition="no_master"} 1
vrrp_condition_last_raised_timestamp_seconds{interface="eth0",vrid="51",family="ipv4",condition="no_master"} 1795240736.25
vrrp_mismatches_total{interface="eth0",vrid="51",family="ipv4",field="version"} 0
vrrp_mismatches_total{interface="eth0",vrid="51",family="ipv4",field="interval"} 2
vrrp_mismatches_total{interface="eth0",vrid="51",family="ipv4",field="auth"} 0
vrrp_mismatches_total{interface="eth0",vrid="51",family="ipv4",field="address"} 0
vrrp_mismatches_total{interface="eth0",vrid="51",family="ipv4",field="checksum"} 0
vrrpwatch_build_info{version="0.1.0",revision="abc1234",nodeversion="v20.19.0"} 1
vrrpwatch_evictions_total{kind="virtual_router"} 0
vrrpwatch_evictions_total{kind="sender"} 2
vrrpwatch_evictions_total{kind="address"} 0
vrrpwatch_evictions_total{kind="interface"} 0
vrrpwatch_late_inputs_total 0
${total}`;

for (const { format, end } of [
  { format: "text", end: "" },
  { format: "openmetrics", end: "# EOF\n" },
] as const) {
  test(`the series of a small replay are exactly these in the ${format} format`, () => {
    const text = renderExposition(sampleSnapshot([sampleRouter()]), offlineAgentView(build), format);
    const samples = text.split("\n").filter((line) => !/^# (HELP|TYPE|UNIT) /.test(line));
    // Each condition has the same series; those of one stand for all.
    const known = samples.filter((line) => !line.includes('condition="') || line.includes('condition="no_master"'));
    assert.equal(known.join("\n"), golden(end));
  });
}

test("headings follow the text format: the name of the series, and an info is a gauge", () => {
  const text = render(sampleSnapshot([sampleRouter()]));
  assert.deepEqual(family(text, "vrrp_no_master_seconds").slice(0, 2), [
    "# HELP vrrp_no_master_seconds_total Time without a master.",
    "# TYPE vrrp_no_master_seconds_total counter",
  ]);
  assert.ok(text.includes("# TYPE vrrp_master_info gauge\n"));
  assert.ok(text.includes("# TYPE vrrp_failover_gap_seconds summary\n"));
});

test("headings follow OpenMetrics: the family's name, its type and its unit", () => {
  const text = render(sampleSnapshot([sampleRouter()]), "openmetrics");
  assert.deepEqual(family(text, "vrrp_no_master_seconds").slice(0, 3), [
    "# TYPE vrrp_no_master_seconds counter",
    "# UNIT vrrp_no_master_seconds seconds",
    "# HELP vrrp_no_master_seconds Time without a master.",
  ]);
  assert.ok(text.includes("# TYPE vrrp_master info\n"));
  assert.ok(text.includes("# UNIT vrrp_advert_lateness_ratio ratio\n"));
  assert.ok(text.endsWith("\n# EOF\n"));
});

test("tags are labels of a virtual router only when it is tagged", () => {
  const routers = [sampleRouter({ vlan: 10 }), sampleRouter({ vlan: 10, innerVlan: 20 })];
  assert.deepEqual(family(render(sampleSnapshot(routers)), "vrrp_masters").slice(2), [
    'vrrp_masters{interface="eth0",vrid="51",family="ipv4",vlan="10"} 1',
    'vrrp_masters{interface="eth0",vrid="51",family="ipv4",vlan="10",inner_vlan="20"} 1',
  ]);
});

test("what is unknown is absent", () => {
  const text = render(sampleSnapshot([orphanRouter()]));
  for (const name of ["vrrp_master_info", "vrrp_master_is_local", "vrrp_master_priority"]) assert.deepEqual(family(text, name), []);
  assert.ok(text.includes('vrrp_masters{interface="eth0",vrid="51",family="ipv4"} 0\n'));
});

test("nothing is said about the present of an interface that is not captured, but its counters stay", () => {
  const text = render(sampleSnapshot([sampleRouter({}, { hearing: false })]));
  for (const name of ["vrrp_masters", "vrrp_master_info", "vrrp_consecutive_missed_adverts"]) assert.deepEqual(family(text, name), []);
  assert.ok(!text.includes('vrrp_condition_active{interface="eth0",vrid="51",family="ipv4",condition="no_master"}'));
  assert.equal(family(text, "vrrp_adverts_missed").length, 3);
});

test("a sender that is this host has adverts sent, and none received", () => {
  const text = render(sampleSnapshot([sampleRouter({}, { senders: [sampleSender({ received: 0, sent: 7, local: true })] })]));
  assert.deepEqual(family(text, "vrrp_adverts_received"), []);
  assert.ok(text.includes('vrrp_adverts_sent_total{interface="eth0",vrid="51",family="ipv4",sender="192.0.2.1"} 7\n'));
});

test("an address that a packet lists twice is one series", () => {
  const text = render(sampleSnapshot([sampleRouter({}, { addresses: ["192.0.2.9", "192.0.2.9"] })]));
  assert.equal(family(text, "vrrp_advertised_address").length, 3);
});

test("every reason for rejection is there at zero before the first bad packet", () => {
  const text = render(sampleSnapshot([], [sampleInterface()]));
  assert.ok(text.includes('vrrp_invalid_packets_total{interface="eth0",family="ipv4",reason="checksum"} 4\n'));
  assert.ok(text.includes('vrrp_invalid_packets_total{interface="eth0",family="ipv6",reason="ttl"} 0\n'));
  assert.ok(!text.includes('family="unknown"'));
});

test("a number that is none is left out", () => {
  const text = render(sampleSnapshot([sampleRouter({}, { noMaster: micros(Number.NaN) })]));
  assert.ok(!/nan/i.test(text));
  assert.deepEqual(family(text, "vrrp_no_master_seconds"), []);
});

test("label values are escaped, whatever they hold", () => {
  const parsed = /^vrrp_masters\{interface="((?:[^"\\\n]|\\["\\n])*)",vrid="51",family="ipv4"\} 1$/;
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", '"', "\\", "\n", "{", "}", "é", " ", "#", "n") }), (name) => {
      const line = render(sampleSnapshot([sampleRouter({ interface: name })]))
        .split("\n")
        .find((text) => text.startsWith("vrrp_masters{"));
      const raw = parsed.exec(line ?? "")?.[1];
      assert.equal(
        raw?.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character)),
        name,
      );
    }),
  );
});

test("no series appears twice", () => {
  const routers = [
    sampleRouter({ vlan: 5 }),
    orphanRouter(),
    ...manyRouters(20).map((router) => ({ ...router, id: { ...router.id, interface: "x" } })),
  ];
  const series = render(sampleSnapshot(routers, [sampleInterface(), sampleInterface({ interface: "eth1" })]))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.slice(0, line.lastIndexOf(" ")));
  assert.equal(new Set(series).size, series.length);
});

const way = { path: "/run/vrrpwatch/notify.fifo", up: true, problem: null };
const fullAgent = sampleAgent({ notify: { fifo: way, socket: way }, compat: true });

/** Samples of the host's view, without those of the wire. */
function hostSamples(agent = fullAgent): string[] {
  const text = renderExposition({ ...sampleSnapshot([]), host: sampleHost() }, agent, "text");
  return text.split("\n").filter((line) => /^(vrrp_(vip|router_state|virtual)|keepalived|vrrpwatch_keep)/.test(line));
}

test("the series of a host with keepalived are exactly these", () => {
  const r4 = 'interface="eth0",vrid="51",family="ipv4"';
  const r6 = 'interface="eth0",vrid="60",family="ipv6"';
  const [a4, a6] = [`${r4},address="192.0.2.100"`, `${r6},address="2001:db8::100"`];
  const iname = 'iname="VI \\"6\\" \\\\ <b>"';
  const state = (labels: string, which: string): string[] =>
    ["master", "backup", "fault", "stop", "init", "unknown"].map((one) => `${labels},state="${one}"} ${Number(one === which)}`);
  assert.deepEqual(hostSamples(), [
    // Heard virtual routers have theirs from the wire.
    `vrrp_virtual_router_info{${r6},segment="dc1-front"} 1`,
    `vrrp_vip_present{${a4},dev="eth0"} 1`,
    `vrrp_vip_present{${a6},dev="eth0"} 1`,
    `vrrp_vip_changes_total{${a4},action="added"} 1`,
    `vrrp_vip_changes_total{${a4},action="removed"} 0`,
    `vrrp_vip_changes_total{${a6},action="added"} 1`,
    `vrrp_vip_changes_total{${a6},action="removed"} 0`,
    `vrrp_vip_dad_failed{${a6}} 1`,
    `vrrp_vip_tentative{${a6}} 1`,
    ...["master", "backup", "foreign"].map((role) => `vrrp_vip_announcements_total{${a4},role="${role}"} ${Number(role === "master")}`),
    ...["master", "backup", "foreign"].map((role) => `vrrp_vip_announcements_total{${a6},role="${role}"} 0`),
    `vrrp_vip_owner_mismatch{${a4}} 0`,
    `vrrp_vip_owner_mismatch_seconds_total{${a4}} 0`,
    ...state(`vrrp_router_state{${r4}`, "master"),
    ...state(`vrrp_router_state{${r6}`, "fault"),
    "keepalived_up 1",
    'keepalived_info{version="2.2.7"} 1',
    "keepalived_start_timestamp_seconds 1767225590",
    "keepalived_last_reload_timestamp_seconds 1767225595",
    "keepalived_restarts_total 0",
    'keepalived_vrrp_state{iname="VI_1",intf="eth0",vrid="51",ip_address="192.0.2.100"} 2',
    `keepalived_vrrp_state{${iname},intf="eth0",vrid="60",ip_address="2001:db8::100"} 3`,
    'keepalived_effective_priority{iname="VI_1"} 100',
    `keepalived_effective_priority{${iname}} 100`,
    ...state('keepalived_sync_group_state{group="G1"', "fault"),
    'keepalived_notify_events_total{source="fifo",kind="instance",event="backup"} 1',
    'keepalived_notify_events_total{source="fifo",kind="instance",event="fault"} 1',
    'keepalived_notify_events_total{source="fifo",kind="instance",event="master"} 1',
    'keepalived_notify_events_total{source="fifo",kind="group",event="fault"} 1',
    'keepalived_notify_parse_failures_total{source="fifo"} 0',
    'keepalived_notify_parse_failures_total{source="socket"} 1',
    'keepalived_notify_parse_failures_total{source="spool"} 0',
    "keepalived_notify_fifo_up 1",
    ...["file", "priority", "addresses", "interval", "version", "authentication"].map(
      (kind) => `keepalived_config_drift{iname="VI_1",kind="${kind}"} 0`,
    ),
    `keepalived_config_drift{${iname},kind="file"} 0`,
    "vrrpwatch_keepalived_config_last_read_successful 1",
    "vrrpwatch_keepalived_config_last_read_success_timestamp_seconds 1767225600",
    'keepalived_advertisements_sent_total{iname="VI_1",intf="eth0",vrid="51"} 1',
    `keepalived_advertisements_sent_total{${iname},intf="eth0",vrid="60"} 0`,
    'keepalived_advertisements_received_total{iname="VI_1",intf="eth0",vrid="51"} 0',
    `keepalived_advertisements_received_total{${iname},intf="eth0",vrid="60"} 0`,
    'keepalived_become_master_total{iname="VI_1",intf="eth0",vrid="51"} 1',
    `keepalived_become_master_total{${iname},intf="eth0",vrid="60"} 0`,
    'keepalived_release_master_total{iname="VI_1",intf="eth0",vrid="51"} 0',
    `keepalived_release_master_total{${iname},intf="eth0",vrid="60"} 0`,
    'keepalived_priority_zero_sent_total{iname="VI_1",intf="eth0",vrid="51"} 0',
    `keepalived_priority_zero_sent_total{${iname},intf="eth0",vrid="60"} 0`,
    'keepalived_priority_zero_received_total{iname="VI_1",intf="eth0",vrid="51"} 0',
    `keepalived_priority_zero_received_total{${iname},intf="eth0",vrid="60"} 0`,
  ]);
});

test("a host without keepalived has none of its series, and compatibility is not given unasked", () => {
  assert.deepEqual(
    render(sampleSnapshot([sampleRouter()]))
      .split("\n")
      .filter((line) => line.startsWith("keepalived") || line.startsWith("vrrp_router_state")),
    [],
  );
  assert.ok(!hostSamples(sampleAgent({ notify: null })).some((line) => line.includes("advertisements") || line.includes("parse_failures")));
});

test("every metric of the catalogue has a sample from a full agent", () => {
  const senders = [sampleSender({ sent: 1, lastAdvert: sampleAdvert({ flags: ["unicast"] }) })];
  const snapshot = { ...sampleSnapshot([sampleRouter({}, { senders })], [sampleInterface()]), host: sampleHost() };
  const text = renderExposition(snapshot, fullAgent, "text");
  for (const { name } of catalogue) assert.ok(text.includes(`# TYPE ${name} `), `${name} has no sample`);
});

test("a family of the process that cannot be read does not spoil the scrape", async () => {
  const registry = new Registry();
  const collect = (): never => {
    throw new Error("unreadable");
  };
  new Gauge({ name: "process_unreadable", help: "x", registers: [registry], collect });
  const processMetrics = new ProcessMetrics(registry);
  const source = { snapshot: () => sampleSnapshot([]), agentView: () => sampleAgent(), processMetrics };
  const text = await scraped(source, "openmetrics");
  assert.ok(text.includes("# TYPE process_cpu_user_seconds counter\n"));
  assert.match(text, /^process_cpu_user_seconds_total /m);
  assert.match(text, /^nodejs_version_info\{/m);
  assert.ok(!text.includes("process_unreadable"));
  assert.equal(text.match(/# EOF/g)?.length, 1);
});

const promtool = spawnSync("promtool", ["--version"]).error === undefined;

test("promtool accepts the exposition without a complaint", { skip: promtool ? false : "promtool is not installed" }, async () => {
  const routers = [sampleRouter(), orphanRouter({ vrid: 7 }), sampleRouter({ vrid: 8, interface: 'a"b\\c\nd', vlan: 3 })];
  const deps = {
    snapshot: () => ({ ...sampleSnapshot(routers, [sampleInterface()]), host: sampleHost() }),
    agentView: () => fullAgent,
    processMetrics: new ProcessMetrics(),
  };
  const result = spawnSync("promtool", ["check", "metrics"], { input: await scraped(deps, "text"), encoding: "utf8" });
  assert.equal(result.stderr + result.stdout, "");
  assert.equal(result.status, 0);
});
