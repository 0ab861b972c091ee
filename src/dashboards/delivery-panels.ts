import { timeSeries } from "./panels.ts";
import { AGENT, AGENT_LEGEND, increaseOfAgents as increase, ofAgents } from "./promql.ts";
import { line } from "./target.ts";
import { neutral, noneIsGood, noneIsUsual, steps } from "./thresholds.ts";

const perReceiver = `${AGENT_LEGEND} to {{receiver}}`;

/** Whether what the agents find out reaches somebody, and is kept. */
export const deliveryPanels = () => [
  timeSeries({
    title: "Alerts that fire",
    description: "By severity, on each agent.",
    unit: "short",
    thresholds: noneIsUsual(),
    width: 12,
    targets: [line(`sum by (${AGENT}, severity) (${ofAgents("vrrpwatch_alerts_firing")})`, `${AGENT_LEGEND}: {{severity}}`)],
  }),
  timeSeries({
    title: "Deliveries by outcome",
    description:
      "A delivery that is tried again counts as retried each time, and once more for its end. Rejected, expired and dropped ones reached nobody.",
    unit: "short",
    thresholds: neutral(),
    width: 12,
    targets: [
      line(`sum by (${AGENT}, receiver, outcome) (${increase("vrrpwatch_webhook_deliveries_total")})`, `${perReceiver}: {{outcome}}`),
    ],
  }),
  timeSeries({
    title: "Duration of requests, 95th percentile",
    description: "How long receivers take to answer, whatever they answer.",
    unit: "s",
    thresholds: steps("green", [1, "yellow"], [5, "red"]),
    width: 8,
    targets: [
      line(
        `histogram_quantile(0.95, sum by (${AGENT}, receiver, le) (rate(${ofAgents("vrrpwatch_webhook_request_duration_seconds", { suffix: "_bucket", over: "$__rate_interval" })})))`,
        perReceiver,
      ),
    ],
  }),
  timeSeries({
    title: "Queue",
    description: "Deliveries that wait for a receiver, the one in flight included.",
    unit: "short",
    thresholds: steps("green", [10, "yellow"], [100, "red"]),
    width: 8,
    targets: [line(ofAgents("vrrpwatch_webhook_queue_length"), perReceiver)],
  }),
  timeSeries({
    title: "Age of the oldest delivery that waits",
    description: "Nothing while none waits. It grows while a receiver cannot be reached.",
    unit: "s",
    thresholds: steps("green", [60, "yellow"], [600, "red"]),
    width: 8,
    targets: [line(`time() - ${ofAgents("vrrpwatch_webhook_oldest_queued_timestamp_seconds")}`, perReceiver)],
  }),
  timeSeries({
    title: "Deliveries that were refused and are kept",
    description: "A receiver answered that it will never take them: `vrrpwatch alerts` shows them.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 8,
    targets: [line(ofAgents("vrrpwatch_webhook_dead_deliveries"), perReceiver)],
  }),
  timeSeries({
    title: "Alerts left out",
    description: "Cut from a notification because there were more than `max_alerts`, or told to nobody because there were too many at all.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 8,
    targets: [
      line(increase("vrrpwatch_webhook_truncated_alerts_total"), `${perReceiver}: cut`),
      line(increase("vrrpwatch_alert_evictions_total"), `${AGENT_LEGEND}: evicted`),
    ],
  }),
  timeSeries({
    title: "Signs of life",
    description: "For a dead-man's switch (`alerts.heartbeat`), by outcome.",
    unit: "short",
    thresholds: neutral(),
    width: 8,
    targets: [line(`sum by (${AGENT}, outcome) (${increase("vrrpwatch_heartbeats_total")})`, `${AGENT_LEGEND}: {{outcome}}`)],
  }),
  timeSeries({
    title: "Silences",
    description: "Silences that hold now, whether anything fits them or not.",
    unit: "short",
    thresholds: neutral(),
    width: 8,
    targets: [line(ofAgents("vrrpwatch_silences_active"), AGENT_LEGEND)],
  }),
  timeSeries({
    title: "Incidents",
    description: "Begun, and those that are not over.",
    unit: "short",
    thresholds: noneIsUsual(),
    width: 8,
    targets: [
      line(increase("vrrpwatch_incidents_total"), `${AGENT_LEGEND}: begun`),
      line(ofAgents("vrrpwatch_incidents_open"), `${AGENT_LEGEND}: open`),
    ],
  }),
  timeSeries({
    title: "Incidents on disk",
    description: "Bytes of all incidents. The oldest go where they would be too many.",
    unit: "bytes",
    thresholds: neutral(),
    width: 8,
    targets: [line(ofAgents("vrrpwatch_incident_bytes"), AGENT_LEGEND)],
  }),
  timeSeries({
    title: "What the disk refused",
    description: "Failures to write alerts, silences or incidents: what waits may be lost with the agent.",
    unit: "short",
    thresholds: noneIsGood(),
    width: 24,
    targets: [
      line(increase("vrrpwatch_alert_store_failures_total"), `${AGENT_LEGEND}: alerts`),
      line(increase("vrrpwatch_silence_store_failures_total"), `${AGENT_LEGEND}: silences`),
      line(increase("vrrpwatch_incident_write_failures_total"), `${AGENT_LEGEND}: incidents`),
    ],
  }),
];
