import { type AlertsView, durationBuckets, type ReceiverView } from "../lib/alerts-view.ts";
import { encoded, pair } from "./escape.ts";
import { deliveryOutcomeLabel, heartbeatOutcomeLabel, receiverLabel, severityLabel } from "./labels.ts";
import { keysOf, type Metric, type MetricType } from "./metric.ts";
import { bucketBound } from "./number.ts";

interface Heading {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
}

/** One sample of the agent's alerts; none where it has none (a replay). */
const ofAlerts = (spec: Heading & { readonly value: (alerts: AlertsView) => number }): Metric => ({
  name: spec.name,
  type: spec.type,
  help: spec.help,
  labels: [],
  collect: ({ agent: { alerts } }, emit) => {
    if (alerts !== null) emit(spec.value(alerts));
  },
});

/** One sample a receiver; `value` gives null where there is nothing to say. */
const perReceiver = (spec: Heading & { readonly value: (receiver: ReceiverView) => number | null }): Metric => ({
  name: spec.name,
  type: spec.type,
  help: spec.help,
  labels: [receiverLabel],
  collect: ({ agent: { alerts } }, emit) => {
    for (const receiver of alerts?.receivers ?? []) {
      const value = spec.value(receiver);
      if (value !== null) emit(value, nameOf(receiver));
    }
  },
});

const nameOf = ({ name }: ReceiverView): string => pair(receiverLabel.name, name);

const outcomeKeys = keysOf(deliveryOutcomeLabel);

const deliveries: Metric = {
  name: "vrrpwatch_webhook_deliveries_total",
  type: "counter",
  help: "What became of deliveries. A delivery that is tried again counts under retried each time, and once more for its end.",
  labels: [receiverLabel, deliveryOutcomeLabel],
  collect: ({ agent: { alerts } }, emit) => {
    for (const receiver of alerts?.receivers ?? [])
      for (const { key, pair: outcome } of outcomeKeys) emit(receiver.outcomes[key], nameOf(receiver), outcome);
  },
};

const boundPairs = durationBuckets.map((bound) => encoded(`,le="${bucketBound(bound)}"`));
const infinitePair = encoded(',le="+Inf"');

const requestDuration: Metric = {
  name: "vrrpwatch_webhook_request_duration_seconds",
  type: "histogram",
  help: "How long requests to a receiver took, whatever came of them.",
  labels: [receiverLabel],
  collect: ({ agent: { alerts } }, emit) => {
    for (const receiver of alerts?.receivers ?? []) {
      const { buckets, sum, count } = receiver.durations;
      boundPairs.forEach((bound, index) => {
        emit(buckets[index] ?? 0, nameOf(receiver), bound, "_bucket");
      });
      emit(count, nameOf(receiver), infinitePair, "_bucket");
      emit(sum, nameOf(receiver), "", "_sum");
      emit(count, nameOf(receiver), "", "_count");
    }
  },
};

const queueLength = perReceiver({
  name: "vrrpwatch_webhook_queue_length",
  type: "gauge",
  help: "Deliveries that wait for a receiver, the one in flight included.",
  value: ({ queueLength: length }) => length,
});

const oldestQueued = perReceiver({
  name: "vrrpwatch_webhook_oldest_queued_timestamp_seconds",
  type: "gauge",
  help: "Since when the oldest of them waits. Absent while nothing does.",
  value: ({ oldestQueued: at }) => (at === null ? null : at / 1e6),
});

const deadDeliveries = perReceiver({
  name: "vrrpwatch_webhook_dead_deliveries",
  type: "gauge",
  help: "Deliveries that a receiver refused and that are kept: `vrrpwatch alerts` shows them.",
  value: ({ dead }) => dead,
});

const truncatedAlerts = perReceiver({
  name: "vrrpwatch_webhook_truncated_alerts_total",
  type: "counter",
  help: "Alerts that were left out of a notification because it had more than `max_alerts`.",
  value: ({ truncatedAlerts: count }) => count,
});

const alertsFiring: Metric = {
  name: "vrrpwatch_alerts_firing",
  type: "gauge",
  help: "Alerts that fire.",
  labels: [severityLabel],
  collect: ({ agent: { alerts } }, emit) => {
    if (alerts === null) return;
    for (const key of severityLabel.values) emit(alerts.firing[key], pair(severityLabel.name, key));
  },
};

const alertEvictions = ofAlerts({
  name: "vrrpwatch_alert_evictions_total",
  type: "counter",
  help: "Alerts that nobody is told of because there are too many.",
  value: ({ evicted }) => evicted,
});

const storeFailures = ofAlerts({
  name: "vrrpwatch_alert_store_failures_total",
  type: "counter",
  help: "Times that the disk refused something about alerts: what waits may be lost with the agent.",
  value: ({ storeFailures: count }) => count,
});

const heartbeats: Metric = {
  name: "vrrpwatch_heartbeats_total",
  type: "counter",
  help: "Signs of life for a dead-man's switch (`alerts.heartbeat`).",
  labels: [heartbeatOutcomeLabel],
  collect: ({ agent: { alerts } }, emit) => {
    const heartbeat = alerts?.heartbeat ?? null;
    if (heartbeat === null) return;
    for (const key of heartbeatOutcomeLabel.values) emit(heartbeat[key], pair(heartbeatOutcomeLabel.name, key));
  },
};

export const webhooks: readonly Metric[] = [
  alertsFiring,
  alertEvictions,
  deliveries,
  requestDuration,
  queueLength,
  oldestQueued,
  deadDeliveries,
  truncatedAlerts,
  storeFailures,
  heartbeats,
];
