import type { PanelBuilder as TimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import type { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { routerLink, runbookLink } from "./links.ts";
import { words } from "./mappings.ts";
import { mergedAs, ROUTER_COLUMNS } from "./masters-table.ts";
import { table, timeline } from "./panels.ts";
import { maxByRouter, named, ofRouters, ROUTER_LEGEND } from "./promql.ts";
import { line, rows } from "./target.ts";
import { neutral, steps } from "./thresholds.ts";

const holds = maxByRouter(ofRouters("vrrp_condition_active"), "condition");
// Of the range that the dashboard shows, whatever moment is drawn: without the @ the window would slide.
const held = maxByRouter(`max_over_time(${ofRouters("vrrp_condition_active", { over: "$__range" })} @ end())`, "condition");
const isOrNot = words({ 0: ["no", "green"], 1: ["YES", "red"] });

/** Only the conditions that held at some time: a row for each of the others would hide them. */
export const conditionTimeline = (): TimelineBuilder =>
  timeline({
    title: "Conditions that held in the time range",
    description:
      "A row for each condition of a virtual router that held at some time. Nothing here is good news. A click on a row leads to its runbook.",
    unit: "short",
    thresholds: steps("green", [1, "red"]),
    mappings: isOrNot,
    width: 24,
    targets: [line(`${holds} and (${held} == 1)`, `${ROUTER_LEGEND}: {{condition}}`)],
  }).dataLinks([runbookLink("__field.labels.condition"), routerLink("__field.labels")]);

/** Rows are virtual routers, columns are conditions. */
export const conditionMatrix = (): TableBuilder =>
  table({
    title: "Conditions × virtual routers",
    description:
      "Whether each condition holds now. Empty: no agent can judge it, such as a condition of keepalived where no agent runs beside it.",
    unit: "short",
    thresholds: steps("green", [1, "red"]),
    mappings: isOrNot,
    width: 24,
    height: 12,
    targets: [rows(named(holds))],
  })
    .transformations([
      { id: "groupingToMatrix", options: { columnField: "condition", rowField: "router", valueField: "Value", emptyValue: "null" } },
    ])
    .overrideByRegexp("/^(?!router)/", [{ id: "custom.cellOptions", value: { type: "color-text" } }]);

/** The conditions of now, with the way to the runbook. */
export const conditionList = (): TableBuilder =>
  table({
    title: "Conditions that hold now",
    description: "With when each was last raised, as the last agent to notice has it. A click on a row leads to its runbook.",
    unit: "short",
    thresholds: neutral(),
    width: 24,
    height: 8,
    targets: [rows(`${maxByRouter(ofRouters("vrrp_condition_last_raised_timestamp_seconds"), "condition")} * 1000 and (${holds} == 1)`)],
  })
    .transformations(mergedAs({ ...ROUTER_COLUMNS, condition: "condition", Value: "Raised" }))
    .overrideByName("Raised", [{ id: "unit", value: "dateTimeAsIso" }])
    .dataLinks([runbookLink("__data.fields.condition")]);
