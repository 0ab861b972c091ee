import { severities } from "../../../src/core/events.ts";
import { deliveryOutcomes } from "../../../src/lib/alerts-view.ts";
import { webRefusals } from "../../../src/lib/web-view.ts";
import { ON_A, ON_B, ON_C } from "./cast.ts";
import { among, type Expectation, fact } from "./expectation.ts";
import type { Labels, Span, Truth } from "./moments.ts";

const all = [ON_A, ON_B, ON_C];
const receivers = ["oncall", "gone", "refusing"];

/** For each agent, and each set of labels: the values of these labels are the name of the series. */
const everywhere = (labels: readonly Labels[], value: (instance: string, labels: Labels) => number | Span): Record<string, number | Span> =>
  Object.fromEntries(all.flatMap((instance) => labels.map((one) => [[instance, ...Object.values(one)].join(" "), value(instance, one)])));

/** A gauge as each agent has it. */
const shown = (truth: Truth, name: string, labels: readonly Labels[] = [{}], slack?: number): Record<string, number | Span> =>
  everywhere(labels, (instance, one) => among(truth.metric(name, one, instance), slack));

/** What a counter of each agent has grown by. */
const grown = (truth: Truth, name: string, labels: readonly Labels[] = [{}]): Record<string, Span | number> =>
  everywhere(labels, (instance, one) => truth.grown(name, one, instance));

const perReceiver = receivers.map((receiver) => ({ receiver }));
const perSeverity = severities.map((severity) => ({ severity }));
const none = everywhere([{}], () => 0);
const one = everywhere([{}], () => 1);

/** The agents themselves. */
export const agentFacts: readonly Expectation[] = [
  fact("Capture on each interface: A", "steady", { interface: "eth0" }, ["instance"], one),
  fact("Capture on each interface: A", "steady", { instance: ON_C }, ["interface"], (truth) =>
    // Which ones there are is the listener's to know.
    Object.fromEntries(
      ["eth0", "eth0.300", "eth0x300"].map((device) => [
        device,
        among(truth.metric("vrrp_interface_capture_up", { interface: device }, ON_C)),
      ]),
    ),
  ),
  fact("Link of each interface: A", "steady", { interface: "eth0" }, ["instance"], one),
  fact("Captured frames a second: A", "crashed", { interface: "eth0" }, ["instance"], (truth) =>
    everywhere([{}], (instance) => truth.rate("vrrpwatch_capture_packets_total", { interface: "eth0" }, instance)),
  ),
  fact("Pauses of the host: A", "resumed", { instance: ON_B }, [], (truth) => ({
    "": truth.rate("vrrpwatch_host_pause_seconds_total", {}, ON_B),
  })),
  fact(
    "Evictions: A",
    "end",
    {},
    ["instance", "kind"],
    everywhere(
      ["virtual_router", "sender", "address", "interface"].map((kind) => ({ kind })),
      () => 0,
    ),
  ),
  fact("Configuration: A", "steady", {}, ["instance"], one),
  fact("Versions: A", "steady", {}, ["instance"], one),
  fact("Versions: B", "steady", {}, ["instance"], (truth) => scaled(shown(truth, "process_start_time_seconds"))),
  fact("Versions: C", "steady", {}, ["instance"], (truth) =>
    scaled(shown(truth, "vrrpwatch_config_last_reload_success_timestamp_seconds")),
  ),
  fact("Versions: D", "end", {}, ["instance"], none),

  fact("Alerts that fire: A", "split", {}, ["instance", "severity"], (truth) => shown(truth, "vrrpwatch_alerts_firing", perSeverity)),
  fact("Alerts that fire: A", "nobody", {}, ["instance", "severity"], (truth) => shown(truth, "vrrpwatch_alerts_firing", perSeverity)),
  fact("Deliveries by outcome: A", "recovered", {}, ["instance", "receiver", "outcome"], (truth) =>
    grown(
      truth,
      "vrrpwatch_webhook_deliveries_total",
      receivers.flatMap((receiver) => deliveryOutcomes.map((outcome) => ({ receiver, outcome }))),
    ),
  ),
  fact("Deliveries by outcome: A", "recovered", { instance: ON_C, receiver: "refusing", outcome: "rejected" }, [], { "": [1, 500] }),
  fact("Deliveries by outcome: A", "recovered", { instance: ON_C, receiver: "oncall", outcome: "delivered" }, [], { "": [1, 500] }),
  fact("Deliveries by outcome: A", "recovered", { instance: ON_C, receiver: "gone", outcome: "retried" }, [], { "": [1, 500] }),
  fact("Duration of requests, 95th percentile: A", "recovered", { receiver: "oncall", instance: ON_C }, [], { "": [0, 5] }),
  fact("Queue: A", "nobody", {}, ["instance", "receiver"], (truth) => shown(truth, "vrrpwatch_webhook_queue_length", perReceiver)),
  fact("Queue: A", "nobody", { instance: ON_C, receiver: "gone" }, [], { "": [1, 500] }),
  fact("Age of the oldest delivery that waits: A", "nobody", { instance: ON_C, receiver: "gone" }, [], (truth) => ({
    "": among(
      truth.metric("vrrpwatch_webhook_oldest_queued_timestamp_seconds", { receiver: "gone" }, ON_C).map((since) => truth.at.at - since),
      0.1,
    ),
  })),
  fact("Deliveries that were refused and are kept: A", "nobody", {}, ["instance", "receiver"], (truth) =>
    shown(truth, "vrrpwatch_webhook_dead_deliveries", perReceiver),
  ),
  fact("Deliveries that were refused and are kept: A", "nobody", { instance: ON_C, receiver: "refusing" }, [], { "": [1, 500] }),
  fact(
    "Alerts left out: A",
    "end",
    {},
    ["instance", "receiver"],
    everywhere(perReceiver, () => 0),
  ),
  fact("Alerts left out: B", "end", {}, ["instance"], none),
  fact("Signs of life: A", "recovered", {}, ["instance", "outcome"], (truth) =>
    grown(truth, "vrrpwatch_heartbeats_total", [{ outcome: "sent" }, { outcome: "failed" }]),
  ),
  fact("Silences: A", "steady", {}, ["instance"], none),
  fact("Silences: A", "end", {}, ["instance"], { ...none, [ON_A]: 1 }),
  fact("Incidents: A", "crashed", {}, ["instance"], (truth) => grown(truth, "vrrpwatch_incidents_total")),
  fact("Incidents: B", "split", {}, ["instance"], (truth) => shown(truth, "vrrpwatch_incidents_open")),
  fact(
    "Incidents on disk: A",
    "end",
    {},
    ["instance"],
    everywhere([{}], () => [1, 1e9]),
  ),
  // That of what scrapes, at least.
  fact(
    "Connections to the web server: A",
    "end",
    {},
    ["instance"],
    everywhere([{}], () => [1, 100]),
  ),
  fact(
    "Refused requests and connections: A",
    "end",
    {},
    ["instance", "reason"],
    everywhere(
      webRefusals.map((reason) => ({ reason })),
      () => 0,
    ),
  ),
  ...["A", "B", "C"].map((letter) => fact(`What the disk refused: ${letter}`, "end", {}, ["instance"], none)),
];

/** Seconds as milliseconds. */
function scaled(values: Readonly<Record<string, number | Span>>): Record<string, Span> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, Span] => {
      const [least, most] = typeof value === "number" ? [value, value] : value;
      return [name, [least * 1_000 - 1, most * 1_000 + 1]];
    }),
  );
}
