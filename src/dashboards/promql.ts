import { catalogue } from "../metrics/index.ts";

/** What names a virtual router within one scrape, so what two of its metrics are joined on. A label that is not there is equal to itself. */
const KEY = "job, instance, interface, vrid, family, vlan, inner_vlan";

/** What names a virtual router for all agents that hear it: not the interface, which each host calls as it likes. */
export const ROUTER = "segment, vrid, family, vlan, inner_vlan";

/** How a legend names it: a label that is not there leaves nothing. */
export const ROUTER_LEGEND = "{{segment}} {{family}} VRID {{vrid}} {{vlan}} {{inner_vlan}}";

/** How a legend names one of its addresses. */
export const ADDRESS_LEGEND = "{{segment}} {{address}} VRID {{vrid}} {{vlan}} {{inner_vlan}}";

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

/** Series of the chosen agents that Node or the process gives: the catalogue does not have them. */
export const ofProcess = (name: string, over?: string): string => `${name}{instance=~"$instance"}${over === undefined ? "" : `[${over}]`}`;

/** The virtual routers that the variables choose. */
export const routers = ofRouters("vrrp_virtual_router_info", { where: 'segment=~"$segment"' });

/** Gives series of virtual routers their segment, and leaves those of the chosen segments. The value stays. */
export const inSegment = (expression: string): string => `${expression} * on (${KEY}) group_left (segment) ${routers}`;

/** Gives series of virtual routers the master (and more about it) as labels, and leaves those that have one. The value stays. */
export const withMaster = (expression: string, ...more: readonly string[]): string =>
  `${expression} * on (${KEY}) group_left (${["master", ...more].join(", ")}) ${ofRouters("vrrp_master_info")}`;

/** The greatest value that any agent gives for each virtual router (and further labels): they hear the same wire. */
export const maxByRouter = (expression: string, ...labels: readonly string[]): string => byRouter("max", expression, labels);

/** The least one. */
export const minByRouter = (expression: string, ...labels: readonly string[]): string => byRouter("min", expression, labels);

const byRouter = (operator: "max" | "min", expression: string, labels: readonly string[]): string =>
  `${operator} by (${[ROUTER, ...labels].join(", ")}) (${inSegment(expression)})`;

/** Gives series of virtual routers one label with all of the name, for what cannot leave out a label that is not there. */
export const named = (expression: string): string =>
  `label_join(${expression}, "router", " ", "segment", "family", "vrid", "vlan", "inner_vlan")`;

/** Series of keepalived's instances that the variables choose: keepalived knows no segment. */
export const ofInstances = (name: string): string => select(name, ['intf=~"$interface"', 'vrid=~"$vrid"', 'instance=~"$instance"'], {});

/** Takes away series with the name of an instance that the variables do not choose: one of which neither is known stays. */
export const ofChosenInstances = (expression: string): string =>
  ['intf!~"$interface"', 'vrid!~"$vrid"']
    .map(
      (other) =>
        ` unless on (job, instance, iname) last_over_time(${ofAgents("keepalived_vrrp_state", { where: other, over: "$__range" })})`,
    )
    .reduce((left, unless) => left + unless, expression);

/** 0 where there is nothing to count. */
export const counted = (expression: string): string => `count(${expression}) or vector(0)`;
