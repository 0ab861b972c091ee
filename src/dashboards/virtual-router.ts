import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { raised, transitions } from "./annotations.ts";
import { assemble } from "./assemble.ts";
import { conditionTimeline } from "./condition-panels.ts";
import { stateNumber, stateWords } from "./keepalived-state.ts";
import { runbookOf } from "./links.ts";
import { words } from "./mappings.ts";
import { mastersTable } from "./masters-table.ts";
import { routerName } from "./names.ts";
import { timeline } from "./panels.ts";
import { inSegment, ofRouters, ROUTER, ROUTER_LEGEND } from "./promql.ts";
import { addressPanels } from "./router-addresses.ts";
import { advertPanels } from "./router-adverts.ts";
import { failoverPanels } from "./router-failover.ts";
import { line } from "./target.ts";
import { exactlyOne, neutral, steps } from "./thresholds.ts";
import { datasourceVariable, instanceVariable, interfaceVariable, runbooksVariable, segmentVariable, vridVariable } from "./variables.ts";

const perAgent = (name: string): string => `max by (instance, ${ROUTER}) (${inSegment(ofRouters(name))})`;

const claims = timeline({
  title: "Masters that each agent hears",
  description: "Agents on one segment hear the same: where they differ, the segment is in parts, or an agent is deaf.",
  unit: "short",
  thresholds: exactlyOne(),
  mappings: words({ 0: ["none", "red"], 1: ["one", "green"], 2: ["two", "red"] }),
  width: 12,
  targets: [line(perAgent("vrrp_masters"), `{{instance}}: ${ROUTER_LEGEND}`)],
}).dataLinks([runbookOf("split_brain"), runbookOf("no_master")]);

const local = timeline({
  title: "Hosts that are master",
  description:
    "Whether the master's adverts leave the agent's host. Two hosts at once are a split brain, also where neither hears the other.",
  unit: "short",
  thresholds: steps("text", [1, "green"]),
  mappings: words({ 0: ["elsewhere", "text"], 1: ["master here", "green"] }),
  width: 12,
  targets: [line(perAgent("vrrp_master_is_local"), `{{instance}}: ${ROUTER_LEGEND}`)],
}).dataLinks([runbookOf("split_brain")]);

const states = timeline({
  title: "State of keepalived on each host",
  description: "By keepalived's own word, its process, or what addresses and adverts let conclude. Hosts without an instance have no row.",
  unit: "short",
  thresholds: neutral(),
  mappings: stateWords,
  width: 24,
  targets: [line(stateNumber(), `{{instance}}: ${ROUTER_LEGEND}`)],
}).dataLinks([runbookOf("state_inconsistent"), runbookOf("keepalived_down")]);

/** One virtual router, or few, in every respect. */
export const virtualRouter = (): Dashboard =>
  assemble({
    name: routerName,
    description: "One virtual router: who sends what how punctually, how failovers went, and where the addresses are.",
    variables: [datasourceVariable(), segmentVariable(), interfaceVariable(), vridVariable(), instanceVariable(), runbooksVariable()],
    annotations: [transitions(), raised()],
    sections: [
      { title: "Masters", panels: [mastersTable(), claims, local, states] },
      { title: "Adverts", panels: advertPanels() },
      { title: "Failover", panels: failoverPanels() },
      { title: "Addresses", panels: addressPanels() },
      { title: "Conditions", panels: [conditionTimeline()] },
    ],
  });
