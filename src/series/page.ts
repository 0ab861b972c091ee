import { defaultEngineOptions } from "../core/options.ts";
import { seriesByTopic, seriesIn } from "./count.ts";
import { scrapeOf } from "./scrape.ts";
import { plainSituation, type Situation } from "./situation.ts";

/** What Node and the process add to every agent that runs for a while, some more or less by Node's version; a test looks at this Node. */
export const PROCESS_SERIES = 80;
/** What neither the rules nor the dashboards ask for; a test looks. */
export const UNUSED = "nodejs_(gc_duration_seconds_(bucket|count)|heap_space_.+|active_.+|version_info)";
/** Bytes of a sample in Prometheus's storage, compressed: https://prometheus.io/docs/prometheus/latest/storage/. */
const SAMPLE_BYTES = [1.3, 2] as const;

const situation = (fields: Partial<Situation>): Situation => ({ ...plainSituation, ...fields });
const count = (fields: Partial<Situation>): number => seriesIn(scrapeOf(situation(fields)));
/** What the second one of a kind adds. */
const added = (fields: Partial<Situation>, more: Partial<Situation>): number => count({ ...fields, ...more }) - count(fields);

/** Series of one virtual router. */
export const perRouter = (fields: Partial<Situation> = {}): number => added(fields, { routers: 2 });
/** Series of an agent without any virtual router. */
const perAgent = (where: Situation["where"]): number => count({ where, routers: 0, receivers: 0, interfaces: 0 });

const ADDRESSES = [1, 2, 20] as const;
/** The greatest segment: every VRID of both families. */
const GREATEST = { routers: 510, family: "both" } as const;
/** The example: two nodes and a listener. */
const EXAMPLE_ROUTERS = 50;

const grouped = (value: number): string => Math.round(value).toLocaleString("en-US");
const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |\n`;

function routerRow(what: string, fields: Partial<Situation>): string {
  return row(what, ...ADDRESSES.map((addresses) => perRouter({ ...fields, addresses })));
}

const routerRows = (): string =>
  [
    routerRow("listens: 1 sender", { senders: 1 }),
    routerRow("listens: 2 senders", { senders: 2 }),
    routerRow("listens: 3 senders", { senders: 3 }),
    routerRow("is on a keepalived node that is backup, 2 senders", { where: "backup" }),
    routerRow("is on a keepalived node that is master, 2 senders", { where: "master" }),
    routerRow("the same, IPv6", { where: "master", family: "ipv6" }),
    routerRow("the same, IPv6, `compat.keepalived_exporter: true`", { where: "master", family: "ipv6", compat: true }),
  ].join("");

function topicRows(): string {
  const of = (where: Situation["where"]): ReadonlyMap<string, number> => {
    const [one, two] = [1, 2].map((routers) => seriesByTopic(scrapeOf(situation({ where, routers, compat: where !== "listener" }))));
    return new Map([...(two ?? [])].map(([topic, n]) => [topic, n - (one?.get(topic) ?? 0)]));
  };
  const [listener, node] = [of("listener"), of("master")];
  return [...node]
    .filter(([topic, n]) => n + (listener.get(topic) ?? 0) > 0)
    .map(([topic, n]) => row(topic, listener.get(topic) ?? 0, n))
    .join("");
}

function fixedRows(): string {
  const rows: readonly (readonly [string, number])[] = [
    ["an agent that listens", perAgent("listener")],
    ["an agent on a keepalived node", perAgent("backup")],
    ["Node and the process, in every agent, about", PROCESS_SERIES],
    ["each captured interface", added({}, { interfaces: 2 })],
    [
      "each interface on which a malformed or a CARP packet was met, besides",
      added({ malformed: true }, { interfaces: 2 }) - added({}, { interfaces: 2 }),
    ],
    ["each receiver of alerts", added({}, { receivers: 2 })],
  ];
  return rows.map(([what, n]) => row(what, n)).join("");
}

function exampleTable(): { total: number; text: string } {
  const of = (where: Situation["where"]): number => count({ where, routers: EXAMPLE_ROUTERS }) + PROCESS_SERIES;
  const total = of("master") + of("backup") + of("listener");
  const text = [5, 15]
    .map((interval) => {
      const rate = total / interval;
      const [least, most] = SAMPLE_BYTES.map((bytes) => `${((rate * 86_400 * bytes) / 1e6).toFixed(0)}`);
      return row(`${interval} s`, grouped(rate), `${least} to ${most} MB`);
    })
    .join("");
  return { total, text };
}

const names: Readonly<Record<Situation["where"], string>> = {
  listener: "listens",
  backup: "is on a keepalived node that is backup of all",
  master: "is on a keepalived node that is master of all",
};

function scrapeRows(): string {
  return (["listener", "backup", "master"] as const)
    .map((where) => {
      const text = scrapeOf(situation({ ...GREATEST, where }));
      return row(names[where], grouped(seriesIn(text)), `${(Buffer.byteLength(text) / 1e6).toFixed(1)} MB`);
    })
    .join("");
}

/** The whole of docs/prometheus/series.md. */
export function seriesPage(): string {
  const { total, text } = exampleTable();
  const address = perRouter({ addresses: 2 }) - perRouter();
  const nodeAddress = perRouter({ where: "master", addresses: 2 }) - perRouter({ where: "master" });
  return `# How many series to expect

Generated from \`src/series\`; do not edit. The numbers are measured: the situations are played through the engine, and the samples of the
exposition are counted. In each of them every sender was master once, so that there is what only a failover brings.

## Of one virtual router, in one agent

By the number of its addresses. A **sender** is a router that was heard: backups are silent, so one that never was master counts for nothing.

| The agent | ${ADDRESSES.map((n) => (n === 1 ? "1 address" : `${n} addresses`)).join(" | ")} |
| --- |${" ---: |".repeat(ADDRESSES.length)}
${routerRows()}
Each further address is ${address} series for a listener, ${nodeAddress} on a node (two more for IPv6, while it is there). Up to \`tracking.max_addresses\` (${defaultEngineOptions.maxAddresses}) addresses are followed; it was 20 for the
last column. A condition has one more series (when it was raised last) after it was raised for the first time. A sender is forgotten after
\`tracking.forget_after\` (a day) without an advert, and its series end.

Where they are, for two senders and one IPv4 address (the node is master, and has \`compat\`):

| Topic of the [reference](../metrics.md) | Listener | Node |
| --- | ---: | ---: |
${topicRows()}
## Besides

| | Series |
| --- | ---: |
${fixedRows()}
On a node each sync group adds one for each state, and each kind of notify call that ever came one.

## An example

${EXAMPLE_ROUTERS} virtual routers with one IPv4 address each, two keepalived nodes and a listener, an agent on all three, one receiver: ${grouped(total)} series.

| Scrape interval | Samples a second | Storage a day |
| --- | ---: | ---: |
${text}
A sample takes about ${SAMPLE_BYTES[0]} to ${SAMPLE_BYTES[1]} bytes in Prometheus's storage, as its documentation says; counters that stand still take less. In memory a series
takes some kilobytes while it is written to. The [rules](README.md#load-the-rules) add a few series for each virtual router; how many, Prometheus says:
\`count({__name__=~"(instance|segment|segment_sender):.*"})\`.

## The greatest segment

All ${GREATEST.routers} virtual routers that one segment can have (VRIDs 1 to 255, IPv4 and IPv6), two senders and one address each:

| The agent | Series | A scrape in text, uncompressed |
| --- | ---: | ---: |
${scrapeRows()}
Prometheus asks for gzip, which leaves about a twentieth of it on the wire. With more than a few hundred virtual routers look at \`sample_limit\` and
\`body_size_limit\` of the scrape configuration, if you set them. How long it takes: [benchmark.md](../benchmark.md).

## If it is too much

- Scrape at 15 s rather than 5 s ([what that costs](README.md#5-s-or-15-s)).
- Capture only the interfaces that you mean: \`capture.interfaces\`.
- Switch conditions off that you do not want, \`conditions.NAME.enabled: false\`: each is up to three series of a virtual router.
- Leave series out in Prometheus. No rule and no dashboard asks for these of Node:

\`\`\`yaml
    metric_relabel_configs:
      - {source_labels: [__name__], regex: '${UNUSED}', action: drop}
\`\`\`
`;
}
