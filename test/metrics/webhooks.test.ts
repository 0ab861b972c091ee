import assert from "node:assert/strict";
import { test } from "node:test";
import type { AlertsView } from "../../src/lib/alerts-view.ts";
import { renderExposition } from "../../src/metrics/render.ts";
import { webhooks } from "../../src/metrics/webhooks.ts";
import { sampleAgent, sampleAlerts, sampleReceiver, sampleSnapshot } from "./sample.ts";

/** The samples of this topic, in their order. */
function samples(alerts: AlertsView | null): string[] {
  const text = renderExposition(sampleSnapshot([]), sampleAgent({ alerts }), "text");
  return text.split("\n").filter((line) => webhooks.some(({ name }) => line.startsWith(name)));
}

test("the series of an agent with one receiver are exactly these", () => {
  const receiver = 'receiver="oncall"';
  assert.deepEqual(samples(sampleAlerts()), [
    'vrrpwatch_alerts_firing{severity="critical"} 1',
    'vrrpwatch_alerts_firing{severity="warning"} 2',
    'vrrpwatch_alerts_firing{severity="info"} 0',
    "vrrpwatch_alert_evictions_total 4",
    `vrrpwatch_webhook_deliveries_total{${receiver},outcome="delivered"} 7`,
    `vrrpwatch_webhook_deliveries_total{${receiver},outcome="retried"} 3`,
    `vrrpwatch_webhook_deliveries_total{${receiver},outcome="rejected"} 1`,
    `vrrpwatch_webhook_deliveries_total{${receiver},outcome="expired"} 0`,
    `vrrpwatch_webhook_deliveries_total{${receiver},outcome="dropped"} 0`,
    ...[
      ["0.01", 0],
      ["0.05", 1],
      ["0.1", 4],
      ["0.25", 6],
      ["0.5", 7],
      ["1.0", 8],
      ["2.5", 10],
      ["5.0", 10],
      ["10.0", 10],
      ["+Inf", 11],
    ].map(([bound, count]) => `vrrpwatch_webhook_request_duration_seconds_bucket{${receiver},le="${bound}"} ${count}`),
    `vrrpwatch_webhook_request_duration_seconds_sum{${receiver}} 14.25`,
    `vrrpwatch_webhook_request_duration_seconds_count{${receiver}} 11`,
    `vrrpwatch_webhook_queue_length{${receiver}} 2`,
    `vrrpwatch_webhook_oldest_queued_timestamp_seconds{${receiver}} 1795240710.25`,
    `vrrpwatch_webhook_dead_deliveries{${receiver}} 1`,
    `vrrpwatch_webhook_truncated_alerts_total{${receiver}} 12`,
    "vrrpwatch_alert_store_failures_total 5",
    'vrrpwatch_heartbeats_total{outcome="sent"} 60',
    'vrrpwatch_heartbeats_total{outcome="failed"} 1',
  ]);
});

test("before anything was delivered every outcome and severity is there at zero", () => {
  const idle = sampleReceiver({ outcomes: { delivered: 0, retried: 0, rejected: 0, expired: 0, dropped: 0 } });
  const lines = samples(sampleAlerts({ receivers: [idle], firing: { critical: 0, warning: 0, info: 0 } }));
  const zeros = lines.filter((line) => /_deliveries_total|_firing/.test(line));
  assert.equal(zeros.length, 8);
  for (const line of zeros) assert.match(line, / 0$/);
});

test("while nothing waits for a receiver there is no oldest delivery", () => {
  const receivers = [sampleReceiver({ name: "idle", queueLength: 0, oldestQueued: null }), sampleReceiver()];
  const lines = samples(sampleAlerts({ receivers }));
  assert.ok(lines.includes('vrrpwatch_webhook_queue_length{receiver="idle"} 0'));
  assert.deepEqual(
    lines.filter((line) => line.includes("_oldest_queued_")),
    ['vrrpwatch_webhook_oldest_queued_timestamp_seconds{receiver="oncall"} 1795240710.25'],
  );
});

test("without a heartbeat, and without receivers, there are no series of them", () => {
  const lines = samples(sampleAlerts({ receivers: [], heartbeat: null }));
  assert.deepEqual(
    lines.filter((line) => !line.startsWith("vrrpwatch_alert")),
    [],
  );
  assert.equal(lines.length, 5);
});

test("a replay has none of them", () => {
  assert.deepEqual(samples(null), []);
});

test("the name of a receiver is escaped, and neither its URL nor its problem is shown", () => {
  const text = samples(sampleAlerts({ receivers: [sampleReceiver({ name: 'on "call"\\', problem: "secret trouble" })] })).join("\n");
  assert.ok(text.includes('vrrpwatch_webhook_queue_length{receiver="on \\"call\\"\\\\"} 2'));
  assert.ok(!text.includes("trouble"));
});
