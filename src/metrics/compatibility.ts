import type { InstanceView } from "../core/host/view.ts";
import type { VirtualRouterView } from "../core/view.ts";
import { instanceLabels } from "./keepalived.ts";
import { instanceInterfaceLabel, instanceLabel, instanceVridLabel } from "./labels.ts";
import type { Metric } from "./metric.ts";

/** A counter under the name that the widespread exporter gave it, counted on the wire instead of asked of keepalived. */
function perInstance(name: string, help: string, value: (instance: InstanceView, wire: VirtualRouterView | null) => number): Metric {
  return {
    name,
    type: "counter",
    help,
    labels: [instanceLabel, instanceInterfaceLabel, instanceVridLabel],
    collect: ({ snapshot: { host }, agent }, emit) => {
      if (!agent.compat) return;
      for (const { instance, wire } of host.routers) if (instance !== null) emit(value(instance, wire), instanceLabels(instance));
    },
  };
}

export const compatibility: readonly Metric[] = [
  perInstance(
    "keepalived_advertisements_sent_total",
    "Adverts of the instance that left this host, since it is heard.",
    (_, wire) => wire?.totals.sent.adverts ?? 0,
  ),
  perInstance(
    "keepalived_advertisements_received_total",
    "Valid adverts for the instance that arrived at this host, since it is heard.",
    (_, wire) => wire?.totals.received.adverts ?? 0,
  ),
  perInstance(
    "keepalived_become_master_total",
    "Times that the instance became master, since the agent knows it.",
    ({ becameMaster }) => becameMaster,
  ),
  perInstance(
    "keepalived_release_master_total",
    "Times that the instance ceased to be master, since the agent knows it.",
    ({ releasedMaster }) => releasedMaster,
  ),
  perInstance(
    "keepalived_priority_zero_sent_total",
    "Adverts with priority 0 that left this host.",
    (_, wire) => wire?.totals.sent.priorityZero ?? 0,
  ),
  perInstance(
    "keepalived_priority_zero_received_total",
    "Adverts with priority 0 that arrived at this host.",
    (_, wire) => wire?.totals.received.priorityZero ?? 0,
  ),
];
