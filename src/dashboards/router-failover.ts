import { LineInterpolation } from "@grafana/grafana-foundation-sdk/common";
import { timeSeries } from "./panels.ts";
import { maxByRouter, ofRouters, ROUTER_LEGEND } from "./promql.ts";
import { line } from "./target.ts";
import { neutral, noneIsGood, steps } from "./thresholds.ts";

const mean = (name: string, ...labels: string[]): string => {
  const grown = (suffix: "_sum" | "_count"): string => maxByRouter(`increase(${ofRouters(name, { suffix, over: "$__range" })})`, ...labels);
  return `${grown("_sum")} / (${grown("_count")} > 0)`;
};

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
  timeSeries({
    title: "Mean gap and mean parts in the time range",
    description: "Over all changes of master in the time range of the dashboard, up to each moment.",
    unit: "s",
    thresholds: neutral(),
    width: 12,
    targets: [
      line(mean("vrrp_failover_gap_seconds"), `${ROUTER_LEGEND}: gap`),
      line(mean("vrrp_failover_phase_seconds", "phase"), `${ROUTER_LEGEND}: {{phase}}`),
    ],
  }),
  timeSeries({
    title: "Seconds without a master, and with several, in the time range",
    description: "Grown up to each moment, as the agent says that saw most of it.",
    unit: "s",
    thresholds: noneIsGood(),
    width: 12,
    targets: [
      line(maxByRouter(`increase(${ofRouters("vrrp_no_master_seconds_total", { over: "$__range" })})`), `${ROUTER_LEGEND}: no master`),
      line(
        maxByRouter(`increase(${ofRouters("vrrp_multiple_master_seconds_total", { over: "$__range" })})`),
        `${ROUTER_LEGEND}: several masters`,
      ),
    ],
  }),
  timeSeries({
    title: "Changes of master by reason, in the time range",
    description: "Grown up to each moment. A steady rise is flapping.",
    unit: "short",
    thresholds: neutral(),
    width: 12,
    targets: [
      line(
        `${maxByRouter(`increase(${ofRouters("vrrp_master_transitions_total", { over: "$__range" })})`, "reason")} > 0`,
        `${ROUTER_LEGEND}: {{reason}}`,
      ),
    ],
  }),
];
