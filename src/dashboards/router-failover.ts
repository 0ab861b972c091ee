import { LineInterpolation } from "@grafana/grafana-foundation-sdk/common";
import { bars, timeSeries } from "./panels.ts";
import { maxByRouter, ofRouters, ROUTER_LEGEND } from "./promql.ts";
import { latest, line } from "./target.ts";
import { neutral, noneIsGood, steps } from "./thresholds.ts";

const inRange = (name: string, suffix: "" | "_sum" | "_count" = ""): string => `increase(${ofRouters(name, { suffix, over: "$__range" })})`;

/** Of each agent, then the greatest: they have not all heard the same changes. */
const mean = (name: string, ...labels: string[]): string =>
  maxByRouter(`(${inRange(name, "_sum")} / (${inRange(name, "_count")} > 0))`, ...labels);

/** How long changes of master take, and how much of that could not be helped. */
export const failoverPanels = () => [
  timeSeries({
    title: "Gap of the last change of master, and its inevitable part",
    description:
      "The line is the time from the last advert of the old master to the first of the new one; the filled part is what interval and priority made inevitable. What is between them is time lost: a busy host, a lost advert, a slow start. The inevitable part is 0 where a living master was preempted.",
    unit: "s",
    thresholds: neutral(),
    width: 12,
    height: 9,
    targets: [
      line(maxByRouter(ofRouters("vrrp_last_failover_gap_seconds")), `${ROUTER_LEGEND}: gap`),
      line(maxByRouter(ofRouters("vrrp_last_failover_inevitable_seconds")), `${ROUTER_LEGEND}: inevitable`),
    ],
  })
    .lineInterpolation(LineInterpolation.StepAfter)
    .overrideByRegexp("/: gap$/", [
      { id: "custom.fillOpacity", value: 0 },
      { id: "custom.lineWidth", value: 2 },
    ])
    .overrideByRegexp("/: inevitable$/", [
      { id: "custom.fillOpacity", value: 50 },
      { id: "custom.lineWidth", value: 0 },
    ]),
  timeSeries({
    title: "Excess of the last change of master",
    description: "How much longer than inevitable it took. A little below 0: the new master's clock is fast.",
    unit: "s",
    thresholds: steps("green", [0.25, "yellow"], [1, "red"]),
    width: 12,
    height: 9,
    targets: [line(maxByRouter(ofRouters("vrrp_last_failover_excess_seconds")), ROUTER_LEGEND)],
  }).lineInterpolation(LineInterpolation.StepAfter),
  timeSeries({
    title: "Parts of the last change of master",
    description:
      "Detection of the old master's end, then until the new master's first advert, then until its addresses are there and until its first announcement: where the time went. The last two run side by side.",
    unit: "s",
    thresholds: neutral(),
    width: 12,
    targets: [line(maxByRouter(ofRouters("vrrp_last_failover_phase_seconds"), "phase"), `${ROUTER_LEGEND}: {{phase}}`)],
  }).lineInterpolation(LineInterpolation.StepAfter),
  bars({
    title: "Mean gap and mean parts in the time range",
    description: "Over all changes of master in the time range of the dashboard, as the agent says that has the greatest mean.",
    unit: "s",
    thresholds: neutral(),
    width: 12,
    targets: [
      latest(mean("vrrp_failover_gap_seconds"), `${ROUTER_LEGEND}: gap`),
      latest(mean("vrrp_failover_phase_seconds", "phase"), `${ROUTER_LEGEND}: {{phase}}`),
    ],
  }),
  bars({
    title: "Seconds without a master, and with several, in the time range",
    description: "In the whole time range of the dashboard, as the agent says that saw most of it.",
    unit: "s",
    thresholds: noneIsGood(),
    width: 12,
    targets: [
      latest(maxByRouter(inRange("vrrp_no_master_seconds_total")), `${ROUTER_LEGEND}: no master`),
      latest(maxByRouter(inRange("vrrp_multiple_master_seconds_total")), `${ROUTER_LEGEND}: several masters`),
    ],
  }),
  bars({
    title: "Changes of master by reason, in the time range",
    description: "In the whole time range of the dashboard, as the agent says that saw most of them.",
    unit: "short",
    thresholds: neutral(),
    width: 12,
    targets: [latest(`${maxByRouter(inRange("vrrp_master_transitions_total"), "reason")} > 0`, `${ROUTER_LEGEND}: {{reason}}`)],
  }),
];
