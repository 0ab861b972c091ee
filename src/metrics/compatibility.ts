import type { InstanceView } from "../core/host/view.ts";
import type { SenderView } from "../core/view.ts";
import { instanceLabels } from "./keepalived.ts";
import { instanceInterfaceLabel, instanceLabel, instanceVridLabel } from "./labels.ts";
import type { Metric } from "./metric.ts";

/** A counter under the name that the widespread exporter gave it, counted on the wire instead of asked of keepalived. */
function perInstance(name: string, help: string, value: (instance: InstanceView, senders: readonly SenderView[]) => number): Metric {
  return {
    name,
    type: "counter",
    help,
    labels: [instanceLabel, instanceInterfaceLabel, instanceVridLabel],
    collect: ({ snapshot: { host }, agent }, emit) => {
      if (!agent.compat) return;
      for (const { instance, wire } of host.routers)
        if (instance !== null) emit(value(instance, wire?.senders ?? []), instanceLabels(instance));
    },
  };
}

const sum = (senders: readonly SenderView[], count: (sender: SenderView) => number): number =>
  senders.reduce((total, sender) => total + count(sender), 0);

/** An address of this host may have sent before it was another host's, so its adverts are counted by direction; its resignations cannot be. */
const resigned = (senders: readonly SenderView[], here: boolean): number =>
  sum(senders, ({ sent, received, priorityZero }) => (sent > 0 === here && (here || received > 0) ? priorityZero : 0));

export const compatibility: readonly Metric[] = [
  perInstance("keepalived_advertisements_sent_total", "Adverts of the instance that left this host, since it is heard.", (_, senders) =>
    sum(senders, ({ sent }) => sent),
  ),
  perInstance(
    "keepalived_advertisements_received_total",
    "Valid adverts for the instance that arrived at this host, since it is heard.",
    (_, senders) => sum(senders, ({ received }) => received),
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
  perInstance("keepalived_priority_zero_sent_total", "Adverts with priority 0 that left this host.", (_, senders) =>
    resigned(senders, true),
  ),
  perInstance("keepalived_priority_zero_received_total", "Adverts with priority 0 that arrived at this host.", (_, senders) =>
    resigned(senders, false),
  ),
];
