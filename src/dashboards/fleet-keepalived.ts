import { routerStates } from "../core/host/view.ts";
import { stateWords } from "./keepalived-state.ts";
import { runbookOf } from "./links.ts";
import { upOrDown, words } from "./mappings.ts";
import { AGENT_COLUMNS, mergedAs } from "./masters-table.ts";
import { stat, table, timeline, timeSeries } from "./panels.ts";
import { AGENT, AGENT_LEGEND, counted, increaseOfAgents as increase, ofAgents, ofChosenInstances, ofInstances } from "./promql.ts";
import { latest, line, rows } from "./target.ts";
import { neutral, noneIsGood, noneIsUsual, oneIsGood, steps } from "./thresholds.ts";

/** keepalived beside the agents. */
export const keepalivedPanels = () => [
  timeline({
    title: "keepalived runs",
    description: "Whether its VRRP process runs. Hosts without a sign of keepalived have no row.",
    unit: "short",
    thresholds: oneIsGood(),
    mappings: upOrDown,
    width: 12,
    targets: [line(ofAgents("keepalived_up"), AGENT_LEGEND)],
  }).dataLinks([runbookOf("keepalived_down")]),
  table({
    title: "keepalived: version, start and last reload",
    description:
      "Of the process that runs, or ran last, and when the agent read what it knows of keepalived.conf: a file that cannot be read leaves the contents from before. Different versions on two nodes may disagree about checksums.",
    unit: "short",
    thresholds: neutral(),
    width: 12,
    height: 8,
    targets: [
      rows(`max by (${AGENT}, version) (${ofAgents("keepalived_info")})`),
      rows(`max by (${AGENT}) (${ofAgents("keepalived_start_timestamp_seconds")}) * 1000`),
      rows(`max by (${AGENT}) (${ofAgents("keepalived_last_reload_timestamp_seconds")}) * 1000`),
      rows(`max by (${AGENT}) (${ofAgents("vrrpwatch_keepalived_config_last_read_success_timestamp_seconds")}) * 1000`),
    ],
  })
    .transformations(
      mergedAs(
        { ...AGENT_COLUMNS, version: "Version", "Value #B": "Started", "Value #C": "Reloaded", "Value #D": "File read" },
        "Value #A",
      ),
    )
    .overrideByName("Started", [{ id: "unit", value: "dateTimeAsIso" }])
    .overrideByName("Reloaded", [{ id: "unit", value: "dateTimeAsIso" }])
    .overrideByName("File read", [{ id: "unit", value: "dateTimeAsIso" }]),
  timeSeries({
    title: "Restarts of keepalived",
    description: "Starts of the VRRP process after the first that the agent saw.",
    unit: "short",
    thresholds: noneIsUsual(),
    width: 8,
    targets: [line(increase("keepalived_restarts_total"), AGENT_LEGEND)],
  }),
  timeSeries({
    title: "Effective priority of instances",
    description: "With what tracking adds and subtracts. Instances are chosen by agent, interface and VRID: keepalived knows no segment.",
    unit: "short",
    thresholds: neutral(),
    width: 8,
    targets: [line(ofChosenInstances(ofAgents("keepalived_effective_priority")), `${AGENT_LEGEND}: {{iname}}`)],
  }),
  timeline({
    title: "State of instances",
    description: "By keepalived's own word: one row for each instance of each host.",
    unit: "short",
    thresholds: neutral(),
    mappings: words({ 0: ["init", "yellow"], 1: ["backup", "blue"], 2: ["master", "green"], 3: ["fault", "red"] }),
    width: 8,
    targets: [line(`max by (${AGENT}, iname) (${ofInstances("keepalived_vrrp_state")})`, `${AGENT_LEGEND}: {{iname}}`)],
  }).dataLinks([runbookOf("state_inconsistent")]),
  timeline({
    title: "State of sync groups",
    description: "By keepalived's own word, else that of all members.",
    unit: "short",
    thresholds: neutral(),
    mappings: stateWords,
    width: 12,
    targets: [
      line(
        routerStates
          .map((state, index) => `${index} * ${ofAgents("keepalived_sync_group_state", { where: `state="${state}"` })}`)
          .join(" + ignoring (state) "),
        `${AGENT_LEGEND}: {{group}}`,
      ),
    ],
  }).dataLinks([runbookOf("sync_group_split")]),
  timeSeries({
    title: "Configuration drift",
    description: "What keepalived.conf says otherwise than the running keepalived does: forgotten reloads.",
    unit: "short",
    thresholds: steps("green", [1, "yellow"]),
    width: 12,
    targets: [
      line(
        `max by (${AGENT}, iname, kind) (${ofChosenInstances(ofAgents("keepalived_config_drift"))}) > 0`,
        `${AGENT_LEGEND}: {{iname}} {{kind}}`,
      ),
    ],
  }).dataLinks([runbookOf("config_drift")]),
  timeSeries({
    title: "Notify calls",
    description: "What keepalived told the agent, by event, and lines at the intakes that are none of keepalived's.",
    unit: "short",
    thresholds: neutral(),
    width: 12,
    targets: [
      line(`sum by (${AGENT}, event) (${increase("keepalived_notify_events_total")})`, `${AGENT_LEGEND}: {{event}}`),
      line(
        `sum by (${AGENT}, source) (${increase("keepalived_notify_parse_failures_total")}) > 0`,
        `${AGENT_LEGEND}: unreadable, {{source}}`,
      ),
    ],
  }),
  stat({
    title: "Notify FIFO not open",
    description: "Hosts with keepalived whose agent does not hold the FIFO: it has to conclude the state from the wire.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 6,
    height: 8,
    targets: [latest(counted(`max by (${AGENT}) (${ofAgents("keepalived_notify_fifo_up")}) == 0`))],
  }),
  stat({
    title: "keepalived.conf not readable",
    description: "Hosts whose agent could not read or understand the file the last time.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 6,
    height: 8,
    targets: [latest(counted(`max by (${AGENT}) (${ofAgents("vrrpwatch_keepalived_config_last_read_successful")}) == 0`))],
  }),
];
