import type { Alert, Notification } from "../../src/alerts/alert.ts";

/** A split brain of VRID 51 that fires. */
export const alertOf = (more: Partial<Alert> = {}): Alert => ({
  fingerprint: "0123456789abcdef",
  status: "firing",
  labels: { alertname: "VRRPSplitBrain", family: "ipv4", segment: "192.0.2.0/24", severity: "critical", vrid: "51" },
  annotations: {
    summary: "Split brain: VRID 51 on 192.0.2.0/24: local receive blocked",
    description: "Two live masters of one virtual router.",
    runbook_url: "docs/conditions/split_brain.md",
    reporter: "lb2",
    interface: "eth0",
    cause: "local_receive_blocked",
  },
  starts_at: "2026-01-01T00:00:00.000000Z",
  ends_at: null,
  sequence: 11,
  times: 1,
  vrrp: {
    condition: "split_brain",
    cause: "local_receive_blocked",
    virtual_router: {
      interface: "eth0",
      segment: "192.0.2.0/24",
      family: "ipv4",
      vrid: 51,
      name: "web",
      addresses: ["192.0.2.100"],
    },
    master: "192.0.2.1",
    evidence: { does_not_yield: "192.0.2.2" },
    incident_id: null,
  },
  ...more,
});

export const notificationOf = (alerts: readonly Alert[], more: Partial<Notification> = {}): Notification => ({
  id: "5c2a7c1e-0000-4000-8000-000000000001",
  receiver: "oncall",
  reason: "changed",
  group_key: '{}:{segment="192.0.2.0/24"}',
  group_labels: { segment: "192.0.2.0/24" },
  created_at: "2026-01-01T00:00:01.000000Z",
  alerts,
  truncated: 0,
  ...more,
});
