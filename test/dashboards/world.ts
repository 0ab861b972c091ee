import { collectDefaultMetrics, Registry } from "prom-client";
import { catalogue } from "../../src/metrics/index.ts";

/** A series as a unit test of promtool has it: its labels, and its values in a notation of its own. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

type Labels = Readonly<Record<string, string>>;

/** Values of labels whose list is open. One that is not here is the same everywhere. */
const known: Labels = {
  interface: "eth0",
  intf: "eth0",
  vrid: "51",
  family: "ipv4",
  segment: "front",
  address: "192.0.2.100",
  dev: "eth0",
};
/** Labels that an untagged virtual router does not have. */
const absent = ["vlan", "inner_vlan"];

interface Known {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly { readonly name: string; readonly values?: readonly string[] }[];
}

/** What Node and the process say: every program may. */
export const processMetrics: readonly Known[] = ownMetrics();

function ownMetrics(): Known[] {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry.getMetricsAsArray().map((metric) => {
    const { labelNames = [] } = metric as unknown as { labelNames?: readonly string[] };
    return { name: metric.name, type: metric.type.toString(), labels: labelNames.map((name) => ({ name })) };
  });
}

/** Every combination of the values of closed labels. */
function combinations(labels: Known["labels"]): Labels[] {
  let all: Labels[] = [{}];
  for (const { name, values = ["x"] } of labels.filter((label) => !absent.includes(label.name))) {
    const value = known[name];
    const own = value === undefined ? values : [value];
    all = all.flatMap((one) => own.map((each) => ({ ...one, [name]: each })));
  }
  return all;
}

const text = (name: string, labels: Labels): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(",")}}`;

function seriesOf({ name, type, labels }: Known, target: Labels): InputSeries[] {
  const all = combinations(labels).map((own) => ({ ...target, ...own }));
  const growing = (suffix: string, more: Labels = {}): InputSeries[] =>
    all.map((own) => ({ series: text(`${name}${suffix}`, { ...own, ...more }), values: "0+1x40" }));
  if (type === "counter") return growing("");
  if (type !== "histogram" && type !== "summary") return all.map((own) => ({ series: text(name, own), values: "1x40" }));
  const buckets = type === "histogram" ? ["0.5", "1", "+Inf"].flatMap((le) => growing("_bucket", { le })) : [];
  return [...buckets, ...growing("_sum"), ...growing("_count")];
}

const up: Known = { name: "up", type: "gauge", labels: [] };

/** All that an agent says, of one virtual router where it is about one. */
export const agentSeries = (target: Labels): InputSeries[] =>
  [up, ...catalogue, ...processMetrics].flatMap((metric) => seriesOf(metric, target));

/** What a program says that is no agent. */
export const foreignSeries = (target: Labels): InputSeries[] => [up, ...processMetrics].flatMap((metric) => seriesOf(metric, target));
