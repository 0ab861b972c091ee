import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { raised, transitions } from "./annotations.ts";
import { assemble } from "./assemble.ts";
import { conditionTimeline } from "./condition-panels.ts";
import { statesOnHosts } from "./keepalived-state.ts";
import { runbookOf } from "./links.ts";
import { words } from "./mappings.ts";
import { mastersTable } from "./masters-table.ts";
import { routerName } from "./names.ts";
import { timeline } from "./panels.ts";
import { inSegment, ON_HOST_LEGEND, ofRouters, ROUTER_ON_HOST } from "./promql.ts";
import { addressPanels } from "./router-addresses.ts";
import { advertPanels } from "./router-adverts.ts";
import { failoverPanels } from "./router-failover.ts";
import { line } from "./target.ts";
import { exactlyOne, steps } from "./thresholds.ts";
import { routerVariables } from "./variables.ts";

const perAgent = (name: string): string => `max by (${ROUTER_ON_HOST}) (${inSegment(ofRouters(name))})`;

const claims = timeline({
  title: "Masters that each agent hears",
  description: "Agents on one segment hear the same: where they differ, the segment is in parts, or an agent is deaf.",
  unit: "short",
  thresholds: exactlyOne(),
  mappings: words({ 0: ["none", "red"], 1: ["one", "green"], 2: ["two", "red"] }),
  width: 12,
  targets: [line(perAgent("vrrp_masters"), ON_HOST_LEGEND)],
}).dataLinks([runbookOf("split_brain"), runbookOf("no_master")]);

const local = timeline({
  title: "Hosts that are master",
  description:
    "Whether the master's adverts leave the agent's host. Two hosts at once are a split brain, also where neither hears the other.",
  unit: "short",
  thresholds: steps("text", [1, "green"]),
  mappings: words({ 0: ["elsewhere", "text"], 1: ["master here", "green"] }),
  width: 12,
  targets: [line(perAgent("vrrp_master_is_local"), ON_HOST_LEGEND)],
}).dataLinks([runbookOf("split_brain")]);

/** One virtual router, or few, in every respect. */
export const virtualRouter = (): Dashboard =>
  assemble({
    name: routerName,
    description: "One virtual router: who sends what how punctually, how failovers went, and where the addresses are.",
    variables: routerVariables(),
    annotations: [transitions(), raised()],
    sections: [
      { title: "Masters", panels: [mastersTable(), claims, local, statesOnHosts()] },
      { title: "Adverts", panels: advertPanels() },
      { title: "Failover", panels: failoverPanels() },
      { title: "Addresses", panels: addressPanels() },
      { title: "Conditions", panels: [conditionTimeline()] },
    ],
  });
