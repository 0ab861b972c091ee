import type { Alert, Annotations, Notification } from "../../../src/alerts/alert.ts";
import type { FormatContext } from "../../../src/alerts/formats/format.ts";
import { fingerprintOf } from "../../../src/alerts/identity.ts";

export const sampleContext: FormatContext = {
  externalUrl: "https://lb2.example.net:10112/",
  agent: { host: "lb2", version: "1.2.3" },
  routingKey: null,
};

interface AlertFields extends Omit<Partial<Alert>, "annotations" | "labels" | "vrrp"> {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Partial<Annotations>;
  readonly vrrp?: Partial<Alert["vrrp"]>;
}

/** A split brain of VRID 51 that fires, with all that may be known of it. */
export function sampleAlert({ labels, annotations, vrrp, ...fields }: AlertFields = {}): Alert {
  const allLabels = {
    alertname: "VRRPSplitBrain",
    family: "ipv4",
    segment: "192.0.2.0/24",
    severity: "critical",
    site: "ams1",
    vrid: "51",
    ...labels,
  };
  return {
    fingerprint: fingerprintOf(allLabels),
    status: "firing",
    labels: allLabels,
    annotations: {
      summary: "Split brain: VRID 51 (web) on 192.0.2.0/24: local receive blocked",
      description:
        "Two live masters of one virtual router.\nSince 2026-11-21 06:00:00 UTC\nWhat to do: `nft insert rule inet filter input ip protocol 112 accept`, see /etc/keepalived/keepalived.conf",
      runbook_url: "https://wiki.example.net/vrrp/split_brain.md",
      reporter: "lb2",
      interface: "eth0",
      cause: "local_receive_blocked",
      incident: "20261121T060000Z-51-split_brain",
      incident_folder: "/var/lib/vrrpwatch/incidents/20261121T060000Z-51-split_brain",
      ...annotations,
    },
    starts_at: "2026-11-21T06:00:00.250000Z",
    ends_at: null,
    sequence: 3_590_481_601,
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
      evidence: { does_not_yield: "192.0.2.2", answered: 0, unanswered: 4, differs_in: null },
      incident_id: "20261121T060000Z-51-split_brain",
      ...vrrp,
    },
    ...fields,
  };
}

export const sampleResolved = (fields: AlertFields = {}): Alert =>
  sampleAlert({
    status: "resolved",
    ends_at: "2026-11-21T06:03:12.250000Z",
    sequence: 3_590_481_602,
    ...fields,
    annotations: { summary: "Resolved after 3 min 12 s: Split brain: VRID 51 (web) on 192.0.2.0/24", ...fields.annotations },
  });

export function sampleNotification(alerts: readonly Alert[], fields: Partial<Notification> = {}): Notification {
  return {
    id: "msg_000000000001",
    receiver: "ops",
    reason: "changed",
    group_key: 'segment="192.0.2.0/24"',
    group_labels: { segment: "192.0.2.0/24" },
    created_at: "2026-11-21T06:00:01.250000Z",
    alerts,
    truncated: 0,
    ...fields,
  };
}

/** Nothing that may be left out is there. */
const minimal: Alert = {
  ...sampleAlert(),
  labels: { alertname: "VRRPNoMaster", severity: "warning", segment: "lab", vrid: "7", family: "ipv6" },
  fingerprint: "0123456789abcdef",
  annotations: { summary: "No master: VRID 7 IPv6 on lab", description: "", runbook_url: "no_master.md", reporter: "lb2" },
  vrrp: {
    condition: "no_master",
    cause: null,
    virtual_router: { interface: null, segment: "lab", family: "ipv6", vrid: 7, name: null, addresses: [] },
    master: null,
    evidence: {},
    incident_id: null,
  },
};

const masterChange = sampleAlert({
  labels: { alertname: "VRRPMasterChanged", severity: "info", vlan: "10" },
  annotations: {
    summary: "Master changed: VRID 51 (web) on 192.0.2.0/24: 192.0.2.2 after 192.0.2.1, no response",
    description: "192.0.2.2 is master after 192.0.2.1.\nVLAN 10",
    runbook_url: "https://wiki.example.net/vrrp/master_changed.md",
    cause: "no_response",
  },
  vrrp: {
    condition: "master_changed",
    cause: "no_response",
    virtual_router: {
      interface: "bond0/1",
      vlan: 10,
      segment: "192.0.2.0/24",
      family: "ipv4",
      vrid: 51,
      name: "web",
      addresses: ["192.0.2.100"],
    },
    master: "192.0.2.2",
    evidence: { from: "192.0.2.1", to: "192.0.2.2", gap_seconds: 3.609 },
    incident_id: null,
  },
});

/** Twelve of 245: eleven fire, one is over, and the receiver takes no more. */
const many = Array.from({ length: 12 }, (_, index) => {
  const vrid = index + 1;
  const fields = {
    labels: { alertname: "VRRPNoMaster", severity: index < 8 ? "critical" : "warning", vrid: String(vrid) },
    annotations: { description: `Nobody holds VRID ${vrid}.`, runbook_url: "https://wiki.example.net/vrrp/no_master.md", cause: "silent" },
    vrrp: {
      condition: "no_master",
      cause: "silent",
      virtual_router: {
        interface: "eth0",
        segment: "192.0.2.0/24",
        family: "ipv4",
        vrid,
        name: null,
        addresses: [`192.0.2.${100 + vrid}`],
      },
      master: null,
      evidence: { last_master: "192.0.2.1", silent_seconds: 3.61 },
      incident_id: null,
    },
  } as const;
  const summary = `No master: VRID ${vrid} on 192.0.2.0/24: silent`;
  return index < 11
    ? sampleAlert({ ...fields, annotations: { ...fields.annotations, summary } })
    : sampleResolved({ ...fields, annotations: { ...fields.annotations, summary: `Resolved after 2 s: ${summary}` } });
});

export const scenarios: Readonly<Record<string, Notification>> = {
  firing: sampleNotification([sampleAlert()]),
  resolved: sampleNotification([sampleResolved()]),
  many: sampleNotification(many, { truncated: 233, reason: "repeat" }),
  master_change: sampleNotification([masterChange]),
  minimal: sampleNotification([minimal]),
};

/** Every string of a body, keys included. */
export function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]);
}
