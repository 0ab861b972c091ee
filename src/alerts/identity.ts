import { createHash } from "node:crypto";
import { alertName } from "../core/conditions/alert-name.ts";
import type { ConditionName, Severity, VirtualRouterId } from "../core/events.ts";
import type { Labels } from "./alert.ts";

/** What alerts are made of: a condition, or that the master changed. */
export type Subject = ConditionName | "master_changed";

export interface Identity {
  readonly subject: Subject;
  readonly severity: Severity;
  /** `host`: it is about one host, whose name belongs to the identity. */
  readonly scope: "segment" | "host";
  readonly router: VirtualRouterId;
  readonly segment: string;
  readonly host: string;
  readonly externalLabels: Labels;
}

/** Labels are identity only: every agent of a segment gives the same ones (contract: Webhooks). Sorted by name. */
export function labelsOf({ subject, severity, scope, router, segment, host, externalLabels }: Identity): Labels {
  const labels: Record<string, string> = {
    ...externalLabels,
    alertname: subject === "master_changed" ? "VRRPMasterChanged" : alertName(subject),
    severity,
    segment,
    vrid: String(router.vrid),
    family: router.family,
    ...(router.vlan !== undefined && { vlan: String(router.vlan) }),
    ...(router.innerVlan !== undefined && { inner_vlan: String(router.innerVlan) }),
    ...(scope === "host" && { instance: host }),
  };
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** First 16 hex digits of SHA-256 over `name=value\n` of all labels but severity, sorted by name (contract: Webhooks). */
export function fingerprintOf(labels: Labels): string {
  const hash = createHash("sha256");
  const names = Object.keys(labels).filter((name) => name !== "severity");
  for (const name of names.sort()) hash.update(`${name}=${labels[name]}\n`, "utf8");
  return hash.digest("hex").slice(0, 16);
}
