import { GraphDrawStyle } from "@grafana/grafana-foundation-sdk/common";
import { heatmap, timeSeries } from "./panels.ts";
import {
  AGENT,
  AGENT_LEGEND,
  increaseOfRouters as increase,
  inSegment,
  maxByRouter,
  ofInterfaces,
  ofRouters,
  ROUTER,
  ROUTER_LEGEND,
} from "./promql.ts";
import { buckets, line } from "./target.ts";
import { neutral, noneIsGood, noneIsUsual, steps } from "./thresholds.ts";

const rate = (name: string): string => `rate(${ofRouters(name, { over: "$__rate_interval" })})`;
const lateness = ofRouters("vrrp_advert_lateness_ratio", { suffix: "_bucket", over: "$__rate_interval" });

/** What is heard of the senders, and how punctually. */
export const advertPanels = () => [
  timeSeries({
    title: "Priorities of all senders",
    description:
      "The last priority that each sender advertised. A line that drops is a tracking script that subtracts; two lines that meet are settled by address. A resignation (0) is not a priority and is not drawn.",
    unit: "short",
    thresholds: neutral(),
    width: 12,
    targets: [line(maxByRouter(ofRouters("vrrp_sender_priority"), "sender"), `${ROUTER_LEGEND}: {{sender}}`)],
  }).max(255),
  timeSeries({
    title: "Adverts a second by sender",
    description:
      "The most that any agent hears or sends. Two senders at once are two masters; one that nobody else hears is a partition or a firewall.",
    unit: "pps",
    thresholds: neutral(),
    width: 12,
    targets: [
      line(maxByRouter(rate("vrrp_adverts_received_total"), "sender"), `${ROUTER_LEGEND}: {{sender}} received`),
      line(maxByRouter(rate("vrrp_adverts_sent_total"), "sender"), `${ROUTER_LEGEND}: {{sender}} sent`),
    ],
  }),
  heatmap({
    title: "Lateness of adverts",
    description:
      "Gap between two adverts of the living master, divided by the advertised interval: 1 is on time. A backup takes over soon after 3.",
    unit: "short",
    thresholds: steps("green", [1.5, "yellow"], [3, "red"]),
    width: 12,
    targets: [buckets(`sum by (le) (${maxByRouter(`increase(${lateness})`, "le")})`)],
  }),
  timeSeries({
    title: "Lateness of adverts, 99th percentile",
    description: "Of the same gaps, for each virtual router: what is above 2 was a missed advert.",
    unit: "short",
    thresholds: steps("green", [1.5, "yellow"], [3, "red"]),
    width: 12,
    height: 9,
    targets: [line(`histogram_quantile(0.99, sum by (${ROUTER}, le) (${inSegment(`rate(${lateness})`)}))`, ROUTER_LEGEND)],
  }),
  timeSeries({
    title: "Missed adverts",
    description: "Adverts of a living master that did not come when they were due, as the agent that misses most sees it.",
    unit: "short",
    thresholds: noneIsUsual(),
    width: 12,
    targets: [
      line(maxByRouter(increase("vrrp_adverts_missed_total")), `${ROUTER_LEGEND}: missed`),
      line(maxByRouter(ofRouters("vrrp_consecutive_missed_adverts")), `${ROUTER_LEGEND}: in a row`),
    ],
  }),
  timeSeries({
    title: "Interval, and the silence after which the master is given up",
    description:
      "As the last advert states it. The second line is what a failover after a crash takes at least, for the least preferred backup.",
    unit: "s",
    thresholds: neutral(),
    width: 12,
    targets: [
      line(maxByRouter(ofRouters("vrrp_advert_interval_seconds")), `${ROUTER_LEGEND}: interval`),
      line(maxByRouter(ofRouters("vrrp_master_down_interval_seconds")), `${ROUTER_LEGEND}: given up after`),
    ],
  }),
  timeSeries({
    title: "Resignations",
    description: "Adverts with priority 0: the sender stops on purpose, and a backup takes over at once.",
    unit: "short",
    thresholds: neutral(),
    width: 8,
    targets: [line(maxByRouter(increase("vrrp_priority_zero_adverts_total"), "sender"), `${ROUTER_LEGEND}: {{sender}}`)],
  }).drawStyle(GraphDrawStyle.Bars),
  timeSeries({
    title: "Disagreements between senders",
    description: "Adverts that disagreed with the one before them from another sender, by field. Nothing while there is one sender.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 8,
    targets: [line(`${maxByRouter(increase("vrrp_mismatches_total"), "field")} > 0`, `${ROUTER_LEGEND}: {{field}}`)],
  }).drawStyle(GraphDrawStyle.Bars),
  timeSeries({
    title: "Invalid packets on the interface",
    description:
      "Packets that no router may believe, by reason, and CARP packets, which use the protocol number of VRRP. They belong to an interface, not to one virtual router.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 8,
    targets: [
      line(
        `sum by (${AGENT}, interface, family, reason) (increase(${ofInterfaces("vrrp_invalid_packets_total", { over: "$__rate_interval" })})) > 0`,
        `${AGENT_LEGEND} {{interface}} {{family}}: {{reason}}`,
      ),
      line(
        `sum by (${AGENT}, interface, family) (increase(${ofInterfaces("vrrp_carp_packets_total", { over: "$__rate_interval" })})) > 0`,
        `${AGENT_LEGEND} {{interface}} {{family}}: CARP`,
      ),
    ],
  }).drawStyle(GraphDrawStyle.Bars),
];
