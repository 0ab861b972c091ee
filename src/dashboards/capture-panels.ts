import { runbookOf } from "./links.ts";
import { upOrDown } from "./mappings.ts";
import { timeline, timeSeries } from "./panels.ts";
import { AGENT, AGENT_LEGEND, increaseOfAgents, ofAgents, ofInterfaces } from "./promql.ts";
import { line } from "./target.ts";
import { neutral, noneIsGood, oneIsGood } from "./thresholds.ts";

const perInterface = `${AGENT_LEGEND} {{interface}}`;
const onInterfaces = (name: string): string => ofInterfaces(name, { over: "$__rate_interval" });

/** Whether the agents hear all that there is. */
export const capturePanels = () => [
  timeline({
    title: "Capture on each interface",
    description: "Whether frames of the interface are captured. While it is down, silence proves nothing and the agent judges nothing.",
    unit: "short",
    thresholds: oneIsGood(),
    mappings: upOrDown,
    width: 12,
    targets: [line(ofInterfaces("vrrp_interface_capture_up"), perInterface)],
  }).dataLinks([runbookOf("capture_blind")]),
  timeline({
    title: "Link of each interface",
    description: "Whether the kernel says that the link is up.",
    unit: "short",
    thresholds: oneIsGood(),
    mappings: upOrDown,
    width: 12,
    targets: [line(ofInterfaces("vrrp_interface_up"), perInterface)],
  }),
  timeSeries({
    title: "Captured frames a second",
    description: "Frames that passed the kernel's filter: adverts, ARP, neighbour discovery.",
    unit: "pps",
    thresholds: neutral(),
    width: 12,
    targets: [line(`rate(${onInterfaces("vrrpwatch_capture_packets_total")})`, perInterface)],
  }),
  timeSeries({
    title: "Dropped frames",
    description:
      "Frames that the kernel dropped because the agent did not read them in time. With af_packet one socket serves all interfaces.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 12,
    // A choice of interfaces takes nothing away from what belongs to all of them, which has no interface.
    targets: [
      line(
        `increase(${ofAgents("vrrpwatch_capture_drops_total", { where: 'interface=~"$interface|"', over: "$__rate_interval" })})`,
        perInterface,
      ),
    ],
  }).dataLinks([runbookOf("capture_blind")]),
  timeSeries({
    title: "Pauses of the host",
    description: "Time in which the host or the agent did not run, as a share of time: a suspended or migrated virtual machine.",
    unit: "percentunit",
    thresholds: noneIsGood(),
    width: 8,
    targets: [line(`rate(${ofAgents("vrrpwatch_host_pause_seconds_total", { over: "$__rate_interval" })})`, AGENT_LEGEND)],
  }),
  timeSeries({
    title: "Late inputs",
    description: "Inputs older than what had been concluded already: a clock that jumps, or a capture that is far behind.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 8,
    targets: [line(increaseOfAgents("vrrpwatch_late_inputs_total"), AGENT_LEGEND)],
  }),
  timeSeries({
    title: "Evictions",
    description:
      "Virtual routers, senders, addresses or interfaces that are not tracked because a bound was reached: somebody makes them up, or the bound is too low.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 8,
    targets: [line(`sum by (${AGENT}, kind) (${increaseOfAgents("vrrpwatch_evictions_total")})`, `${AGENT_LEGEND}: {{kind}}`)],
  }),
];
