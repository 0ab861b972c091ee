import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { raised, transitions } from "./annotations.ts";
import { assemble } from "./assemble.ts";
import { conditionList, conditionMatrix, conditionTimeline } from "./condition-panels.ts";
import { keepalivedPanels } from "./fleet-keepalived.ts";
import { stateNumber, stateWords } from "./keepalived-state.ts";
import { words } from "./mappings.ts";
import { mergedAs } from "./masters-table.ts";
import { fleetName } from "./names.ts";
import { table, timeline, timeSeries } from "./panels.ts";
import { inSegment, maxByRouter, ofAgents, ofRouters, ROUTER, ROUTER_LEGEND, routers } from "./promql.ts";
import { line, rows } from "./target.ts";
import { neutral, noneIsUsual, steps } from "./thresholds.ts";
import { datasourceVariable, instanceVariable, interfaceVariable, runbooksVariable, segmentVariable, vridVariable } from "./variables.ts";

const alive = ofRouters("vrrp_router_state", { where: 'state=~"master|backup"' });

const raisedOften = timeSeries({
  title: "Conditions raised",
  description: "How often, over all virtual routers; each time counts once, as the agent says that raised it most.",
  unit: "short",
  thresholds: noneIsUsual(),
  width: 12,
  targets: [
    line(
      `sum by (condition) (${maxByRouter(`increase(${ofRouters("vrrp_condition_transitions_total", { over: "$__rate_interval" })})`, "condition")}) > 0`,
      "{{condition}}",
    ),
  ],
});

const redundancy = timeSeries({
  title: "Routers alive in each virtual router",
  description:
    "Hosts whose keepalived is master or backup, of those with an agent. 1 means that the next failure is an outage; a segment with only a listener has no line.",
  unit: "short",
  thresholds: steps("red", [1, "yellow"], [2, "green"]),
  width: 12,
  targets: [line(`sum by (${ROUTER}) (max by (instance, ${ROUTER}) (${inSegment(`sum without (state) (${alive})`)}))`, ROUTER_LEGEND)],
});

const states = timeline({
  title: "State of keepalived on each host",
  description: "For each virtual router of which the host has an instance.",
  unit: "short",
  thresholds: neutral(),
  mappings: stateWords,
  width: 24,
  targets: [line(stateNumber(), `{{instance}}: ${ROUTER_LEGEND}`)],
});

const agentTable = table({
  title: "Versions of the agents",
  description: "Version and start of each agent, and how many of the chosen virtual routers it knows.",
  unit: "short",
  thresholds: neutral(),
  width: 12,
  height: 8,
  targets: [
    rows(`max by (instance, version, revision, nodeversion) (${ofAgents("vrrpwatch_build_info")})`),
    rows('max by (instance) (process_start_time_seconds{instance=~"$instance"}) * 1000'),
    rows(`count by (instance) (${routers})`),
  ],
})
  .transformations(
    mergedAs(
      {
        instance: "Agent",
        version: "Version",
        revision: "Revision",
        nodeversion: "Node",
        "Value #B": "Started",
        "Value #C": "Virtual routers",
      },
      "Value #A",
    ),
  )
  .overrideByName("Started", [{ id: "unit", value: "dateTimeAsIso" }]);

const reachable = timeline({
  title: "Agents that answer Prometheus",
  description: "Those that answered at some time in the time range of the dashboard: one that is gone since is down here.",
  unit: "short",
  thresholds: steps("red", [1, "green"]),
  mappings: words({ 0: ["down", "red"], 1: ["up", "green"] }),
  width: 12,
  targets: [
    line(
      `up{instance=~"$instance"} and on (job, instance) last_over_time(${ofAgents("vrrpwatch_build_info", { over: "$__range" })})`,
      "{{instance}}",
    ),
  ],
});

/** All virtual routers and all hosts, for those who keep many. */
export const fleet = (): Dashboard =>
  assemble({
    name: fleetName,
    description: "Conditions of all virtual routers, the agents, and keepalived beside them.",
    variables: [datasourceVariable(), segmentVariable(), interfaceVariable(), vridVariable(), instanceVariable(), runbooksVariable()],
    annotations: [transitions(), raised()],
    sections: [
      { title: "Conditions", panels: [conditionMatrix(), conditionList(), conditionTimeline(), raisedOften, redundancy] },
      { title: "Agents", panels: [agentTable, reachable] },
      { title: "keepalived", panels: [states, ...keepalivedPanels()] },
    ],
  });
