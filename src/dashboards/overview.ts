import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { raised, transitions } from "./annotations.ts";
import { assemble } from "./assemble.ts";
import { conditionTimeline } from "./condition-panels.ts";
import { routerLink } from "./links.ts";
import { words } from "./mappings.ts";
import { mastersTable } from "./masters-table.ts";
import { overviewName } from "./names.ts";
import { stat, timeline, timeSeries } from "./panels.ts";
import {
  AGENT,
  counted,
  increaseOfRouters,
  maxByRouter,
  ofAgents,
  ofRouters,
  ROUTER,
  ROUTER_LEGEND,
  routers,
  withMaster,
} from "./promql.ts";
import { latest, line } from "./target.ts";
import { neutral, noneIsGood, noneIsUsual, oneIsGood, steps } from "./thresholds.ts";
import { routerVariables } from "./variables.ts";

const masters = maxByRouter(ofRouters("vrrp_masters"));
/** Of one address: routers that share a number and no address are two virtual routers, such as two unicast pairs. */
const distinctMasters = `max by (${ROUTER}) (count by (${ROUTER}, address) (${maxByRouter(withMaster(ofRouters("vrrp_advertised_address_info")), "address", "master")}))`;
/** Those that sent and are not master: 0. A backup that never was master was never heard, and has no row. */
const senders = `0 * ${maxByRouter(ofRouters("vrrp_sender_priority"), "sender")}`;
const masterBySender = `label_replace(${maxByRouter(ofRouters("vrrp_master_info"), "master")}, "sender", "$1", "master", "(.*)")`;

const numbers = [
  stat({
    title: "Known virtual routers",
    description: "Virtual routers that any of the chosen agents hears or is told to expect.",
    unit: "short",
    thresholds: neutral(),
    width: 4,
    targets: [latest(counted(`count by (${ROUTER}) (${routers})`))],
  }),
  stat({
    title: "Without a master",
    description: "Virtual routers of which no agent hears a master: their addresses answer nobody.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 4,
    targets: [latest(counted(`${masters} == 0`))],
  }),
  stat({
    title: "With more than one master",
    description:
      "Virtual routers with two claims on one wire, or with agents that name different masters of one address: a split brain or a partition. Shortly also a takeover, or scrapes before and after it.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 4,
    targets: [latest(counted(`(${masters} > 1) or (${distinctMasters} > 1)`))],
  }),
  stat({
    title: "Conditions that hold",
    description: "Each counts once a virtual router, however many agents report it.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 4,
    targets: [latest(counted(`${maxByRouter(ofRouters("vrrp_condition_active"), "condition")} == 1`))],
  }),
  stat({
    title: "Changes of master",
    description: "In the time range of the dashboard, as the agent says that saw most of them.",
    unit: "short",
    thresholds: noneIsUsual(),
    width: 4,
    targets: [
      latest(`sum(${maxByRouter(`increase(${ofRouters("vrrp_master_transitions_total", { over: "$__range" })})`, "reason")}) or vector(0)`),
    ],
  }),
  stat({
    title: "Agents",
    description: "Agents that answer Prometheus.",
    unit: "short",
    thresholds: oneIsGood(),
    width: 4,
    targets: [latest(counted(`count by (${AGENT}) (${ofAgents("vrrpwatch_build_info")})`))],
  }),
];

const whoIsMaster = timeline({
  title: "Who is master",
  description:
    "A row for each sender that was heard: master or not, as any agent says. Two masters at once in one virtual router are a split brain or a partition; none is an outage. Backups are silent: one that never was master has no row.",
  unit: "short",
  thresholds: steps("text", [1, "green"]),
  mappings: words({ 0: ["not master", "text"], 1: ["master", "green"] }),
  width: 24,
  height: 9,
  targets: [line(`max by (${ROUTER}, sender) (${masterBySender}) or ${senders}`, `${ROUTER_LEGEND}: {{sender}}`)],
}).dataLinks([routerLink("__field.labels")]);

const howManyMasters = timeline({
  title: "How many masters",
  description: "Live claims to be master, the most that any agent hears.",
  unit: "short",
  thresholds: steps("red", [1, "green"], [2, "red"]),
  mappings: words({ 0: ["none", "red"], 1: ["one", "green"], 2: ["two", "red"] }),
  width: 24,
  targets: [line(masters, ROUTER_LEGEND)],
}).dataLinks([routerLink("__field.labels")]);

const changes = timeSeries({
  title: "Changes of master by reason",
  description: "What became of the master before: it resigned (priority_zero), fell silent (no_response), or was outranked (preempted).",
  unit: "short",
  thresholds: noneIsUsual(),
  width: 12,
  targets: [line(`sum by (reason) (${maxByRouter(increaseOfRouters("vrrp_master_transitions_total"), "reason")})`, "{{reason}}")],
});

const share = (name: string): string => maxByRouter(`rate(${ofRouters(name, { over: "$__rate_interval" })})`);

const outage = timeSeries({
  title: "Time without a master, and with several",
  description: "As a share of time: 100 % is a virtual router that was in this state all the while.",
  unit: "percentunit",
  thresholds: noneIsGood(),
  width: 12,
  targets: [
    line(`${share("vrrp_no_master_seconds_total")} > 0`, `${ROUTER_LEGEND}: no master`),
    line(`${share("vrrp_multiple_master_seconds_total")} > 0`, `${ROUTER_LEGEND}: several masters`),
  ],
});

const mostSilence = timeSeries({
  title: "Time since the last advert of the last sender",
  description:
    "The age of the youngest advert of each virtual router: it stays below the advertised interval while there is a master, give or take a scrape.",
  unit: "s",
  thresholds: neutral(),
  width: 24,
  targets: [line(`time() - ${maxByRouter(ofRouters("vrrp_sender_last_advert_timestamp_seconds"))}`, ROUTER_LEGEND)],
});

/** Every virtual router at a glance. */
export const overview = (): Dashboard =>
  assemble({
    name: overviewName,
    description: "Every virtual router: who is master, since when, and what is wrong.",
    variables: routerVariables(),
    annotations: [transitions(), raised()],
    sections: [
      { title: "Now", panels: [...numbers, mastersTable()] },
      { title: "Masters", panels: [whoIsMaster, howManyMasters, changes, outage, mostSilence] },
      { title: "Conditions", panels: [conditionTimeline()] },
    ],
  });
