import { catalogue } from "../metrics/index.ts";
import { agent, local, onHost, shared, target } from "../rules/labels.ts";

/** What names a virtual router within one scrape, so what two of its metrics are joined on. A label that is not there is equal to itself. */
const KEY = local.join(", ");

/** What names the target of a scrape. */
export const TARGET = target.join(", ");

/** What names an agent: sites may call their hosts alike. */
export const AGENT = agent.join(", ");

/** What names a virtual router for all agents that hear it: not the interface, which each host calls as it likes. */
export const ROUTER = shared.join(", ");

/** What names a virtual router on one host. */
export const ROUTER_ON_HOST = onHost.join(", ");

const SITE_LEGEND = "{{cluster}} {{site}}";

/** How a legend names an agent: a label that is not there leaves nothing. */
export const AGENT_LEGEND = `${SITE_LEGEND} {{instance}}`;

/** How a legend names a virtual router on one host. */
export const ON_HOST_LEGEND = `${AGENT_LEGEND}: {{segment}} {{family}} VRID {{vrid}} {{vlan}} {{inner_vlan}}`;

/** How a legend names a virtual router. */
export const ROUTER_LEGEND = `${SITE_LEGEND} {{segment}} {{family}} VRID {{vrid}} {{vlan}} {{inner_vlan}}`;

/** How a legend names one of its addresses. */
const ADDRESS = "{{segment}} {{address}} VRID {{vrid}} {{vlan}} {{inner_vlan}}";
export const ADDRESS_LEGEND = `${SITE_LEGEND} ${ADDRESS}`;

/** How a legend names one of its addresses on one host. */
export const ADDRESS_ON_HOST_LEGEND = `${AGENT_LEGEND}: ${ADDRESS}`;

type Suffix = "" | "_bucket" | "_sum" | "_count";

/** The name as a query writes it. Throws where the catalogue has no such metric: no dashboard asks for what nobody exports. */
function series(name: string, suffix: Suffix): string {
  if (!catalogue.some((metric) => metric.name === name)) throw new Error(`no metric ${name} in the catalogue`);
  return `${name}${suffix}`;
}

interface Selection {
  /** Further label matchers, such as `state="master"`. */
  readonly where?: string;
  readonly suffix?: Suffix;
  /** A range, such as `$__rate_interval`. */
  readonly over?: string;
}

function select(name: string, matchers: readonly string[], { where, suffix = "", over }: Selection): string {
  const all = [...matchers, ...(where === undefined ? [] : [where])].join(", ");
  return `${series(name, suffix)}{${all}}${over === undefined ? "" : `[${over}]`}`;
}

/** Series of the virtual routers that the variables choose, the segment aside: that is a label of one metric only. */
export const ofRouters = (name: string, selection: Selection = {}): string =>
  select(name, ['interface=~"$interface"', 'vrid=~"$vrid"', 'instance=~"$instance"'], selection);

/** Series of interfaces of the chosen agents. */
export const ofInterfaces = (name: string, selection: Selection = {}): string =>
  select(name, ['interface=~"$interface"', 'instance=~"$instance"'], selection);

/** Series of the chosen agents. */
export const ofAgents = (name: string, selection: Selection = {}): string => select(name, ['instance=~"$instance"'], selection);

/** How much counters of the chosen agents grew until each moment. */
export const increaseOfAgents = (name: string): string => `increase(${ofAgents(name, { over: "$__rate_interval" })})`;

/** How much counters of the chosen virtual routers grew until each moment. */
export const increaseOfRouters = (name: string): string => `increase(${ofRouters(name, { over: "$__rate_interval" })})`;

/** Series of the chosen targets that Node or the process gives: the catalogue does not have them, and every other exporter may. */
export const ofProcess = (name: string, over?: string): string => `${name}{instance=~"$instance"}${over === undefined ? "" : `[${over}]`}`;

/** Leaves what agents say: every program of Node has series of such a name. */
export const onlyAgents = (expression: string): string => `${expression} and on (${TARGET}) ${ofAgents("vrrpwatch_build_info")}`;

/** The virtual routers that the variables choose. */
export const routers = ofRouters("vrrp_virtual_router_info", { where: 'segment=~"$segment"' });

/**
 * One series for each virtual router of each agent, with these labels more: a label of the target that changed, or replicas of
 * Prometheus, may have each of them twice, and then there is no one side of a join.
 */
const oneOf = (vector: string, labels: readonly string[]): string =>
  `topk by (${KEY}) (1, max by (${[KEY, ...labels].join(", ")}) (${vector}))`;

/** Gives series of virtual routers their segment, and leaves those of the chosen segments. The value stays. */
export const inSegment = (expression: string): string => `${expression} * on (${KEY}) group_left (segment) ${oneOf(routers, ["segment"])}`;

/** Gives series of virtual routers the master (and more about it) as labels, and leaves those that have one. The value stays. */
export const withMaster = (expression: string, ...more: readonly string[]): string => {
  const labels = ["master", ...more];
  return `${expression} * on (${KEY}) group_left (${labels.join(", ")}) ${oneOf(ofRouters("vrrp_master_info"), labels)}`;
};

/** The greatest value that any agent gives for each virtual router (and further labels): they hear the same wire. */
export const maxByRouter = (expression: string, ...labels: readonly string[]): string => byRouter("max", expression, labels);

/** The least one. */
export const minByRouter = (expression: string, ...labels: readonly string[]): string => byRouter("min", expression, labels);

const byRouter = (operator: "max" | "min", expression: string, labels: readonly string[]): string =>
  `${operator} by (${[ROUTER, ...labels].join(", ")}) (${inSegment(expression)})`;

/** Gives series of virtual routers one label with all of the name, for what cannot leave out a label that is not there. */
export const named = (expression: string): string =>
  `label_join(${expression}, "router", " ", "cluster", "site", "segment", "family", "vrid", "vlan", "inner_vlan")`;

/** Series of keepalived's instances that the variables choose: keepalived knows no segment. */
export const ofInstances = (name: string): string => select(name, ['intf=~"$interface"', 'vrid=~"$vrid"', 'instance=~"$instance"'], {});

/** Takes away series with the name of an instance that the variables do not choose: one of which neither is known stays. */
export const ofChosenInstances = (expression: string): string =>
  ['intf!~"$interface"', 'vrid!~"$vrid"']
    .map(
      (other) =>
        ` unless on (${TARGET}, iname) last_over_time(${ofAgents("keepalived_vrrp_state", { where: other, over: "$__range" })} @ end())`,
    )
    .reduce((left, unless) => left + unless, expression);

/** 0 where there is nothing to count. */
export const counted = (expression: string): string => `count(${expression}) or vector(0)`;
