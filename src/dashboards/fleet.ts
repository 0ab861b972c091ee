import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { raised, transitions } from "./annotations.ts";
import { assemble } from "./assemble.ts";
import { conditionList, conditionMatrix, conditionTimeline } from "./condition-panels.ts";
import { keepalivedPanels } from "./fleet-keepalived.ts";
import { statesOnHosts } from "./keepalived-state.ts";
import { upOrDown } from "./mappings.ts";
import { fleetName } from "./names.ts";
import { timeline, timeSeries } from "./panels.ts";
import {
  AGENT,
  AGENT_LEGEND,
  increaseOfRouters,
  inSegment,
  maxByRouter,
  ofAgents,
  ofRouters,
  ROUTER,
  ROUTER_LEGEND,
  ROUTER_ON_HOST,
  routers,
  TARGET,
} from "./promql.ts";
import { line } from "./target.ts";
import { noneIsUsual, steps } from "./thresholds.ts";
import { routerVariables } from "./variables.ts";
import { versions } from "./versions-table.ts";

const alive = ofRouters("vrrp_router_state", { where: 'state=~"master|backup"' });

const raisedOften = timeSeries({
  title: "Conditions raised",
  description: "How often, over all virtual routers; each time counts once, as the agent says that raised it most.",
  unit: "short",
  thresholds: noneIsUsual(),
  width: 12,
  targets: [
    line(`sum by (condition) (${maxByRouter(increaseOfRouters("vrrp_condition_transitions_total"), "condition")}) > 0`, "{{condition}}"),
  ],
});

const redundancy = timeSeries({
  title: "Routers alive in each virtual router",
  description:
    "Hosts whose keepalived is master or backup, of those with an agent. 1 means that the next failure is an outage; a segment with only a listener has no line.",
  unit: "short",
  thresholds: steps("red", [1, "yellow"], [2, "green"]),
  width: 12,
  targets: [line(`sum by (${ROUTER}) (max by (${ROUTER_ON_HOST}) (${inSegment(`sum without (state) (${alive})`)}))`, ROUTER_LEGEND)],
});

const agentTable = versions({
  title: "Versions of the agents",
  description: "Version and start of each agent, and how many of the chosen virtual routers it knows.",
  columns: [{ name: "Virtual routers", expression: `count by (${AGENT}) (max by (${AGENT}, interface, ${ROUTER}) (${routers}))` }],
});

const reachable = timeline({
  title: "Agents that answer Prometheus",
  description: "Those that answered at some time in the time range of the dashboard: one that is gone since is down here.",
  unit: "short",
  thresholds: steps("red", [1, "green"]),
  mappings: upOrDown,
  width: 12,
  targets: [
    line(
      `up{instance=~"$instance"} and on (${TARGET}) last_over_time(${ofAgents("vrrpwatch_build_info", { over: "$__range" })} @ end())`,
      AGENT_LEGEND,
    ),
  ],
});

/** All virtual routers and all hosts, for those who keep many. */
export const fleet = (): Dashboard =>
  assemble({
    name: fleetName,
    description: "Conditions of all virtual routers, the agents, and keepalived beside them.",
    variables: routerVariables(),
    annotations: [transitions(), raised()],
    sections: [
      { title: "Conditions", panels: [conditionMatrix(), conditionList(), conditionTimeline(), raisedOften, redundancy] },
      { title: "Agents", panels: [agentTable, reachable] },
      { title: "keepalived", panels: [statesOnHosts(), ...keepalivedPanels()] },
    ],
  });
