import { DatasourceVariableBuilder, QueryVariableBuilder, VariableRefresh, VariableSort } from "@grafana/grafana-foundation-sdk/dashboard";
import { source } from "./source.ts";

const RUNBOOKS = 'label_values(vrrpwatch_runbooks_info{instance=~"$instance"}, url)';
const all = { text: ["All"], value: ["$__all"] };

/** Several values or all of them, which is the default; new ones appear when the time range changes. */
function valuesOf(name: string, label: string, description: string, query: string, sort: VariableSort): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(source)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(sort)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current(all);
}

export const datasourceVariable = (): DatasourceVariableBuilder =>
  new DatasourceVariableBuilder("datasource")
    .label("Data source")
    .description("The Prometheus, or what speaks its query language, that scrapes the agents.")
    .type("prometheus");

const segmentVariable = (): QueryVariableBuilder =>
  valuesOf(
    "segment",
    "Segment",
    "The segment of the network: its configured name, else its subnet, else the interface.",
    "label_values(vrrp_virtual_router_info, segment)",
    VariableSort.NaturalAsc,
  );

const interfaceVariable = (): QueryVariableBuilder =>
  valuesOf(
    "interface",
    "Interface",
    "The interface as the agent's host calls it.",
    'label_values(vrrp_virtual_router_info{segment=~"$segment"}, interface)',
    VariableSort.NaturalAsc,
  );

/** For a dashboard that has no segments. */
export const capturedInterfaceVariable = (): QueryVariableBuilder =>
  valuesOf(
    "interface",
    "Interface",
    "The interface as the agent's host calls it.",
    "label_values(vrrp_interface_capture_up, interface)",
    VariableSort.NaturalAsc,
  );

const vridVariable = (): QueryVariableBuilder =>
  valuesOf(
    "vrid",
    "VRID",
    "The virtual router identifier.",
    'label_values(vrrp_virtual_router_info{segment=~"$segment", interface=~"$interface"}, vrid)',
    VariableSort.NumericalAsc,
  );

export const instanceVariable = (): QueryVariableBuilder =>
  valuesOf(
    "instance",
    "Agent",
    "The agent, by the address at which it is scraped.",
    "label_values(vrrpwatch_build_info, instance)",
    VariableSort.NaturalAsc,
  );

/** The first of them is chosen: every agent serves the pages, or names the place that `alerts.runbook_url` says. */
export const runbooksVariable = (): QueryVariableBuilder =>
  new QueryVariableBuilder("runbooks")
    .label("Runbooks")
    .description("Where the pages of the conditions are served: by the agents themselves, or where alerts.runbook_url of the agents says.")
    .datasource(source)
    .query(RUNBOOKS)
    .definition(RUNBOOKS)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(false)
    .includeAll(false);

/** Those of a dashboard about virtual routers: each asks for what the ones before it leave. */
export const routerVariables = () => [
  datasourceVariable(),
  segmentVariable(),
  interfaceVariable(),
  vridVariable(),
  instanceVariable(),
  runbooksVariable(),
];
