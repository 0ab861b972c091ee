import type { InterfaceView } from "../core/view.ts";
import { encoded, pair } from "./escape.ts";
import { familyLabel, interfaceLabel, rejectFamilyLabel, rejectReasonLabel } from "./labels.ts";
import { type Metric, perSender } from "./metric.ts";

const received = perSender({
  name: "vrrp_adverts_received_total",
  type: "counter",
  help: "Valid adverts that arrived, priority zero ones included. Absent for a sender that is this host itself.",
  value: (sender) => (sender.received > 0 || !sender.local ? sender.received : null),
});

const sent = perSender({
  name: "vrrp_adverts_sent_total",
  type: "counter",
  help: "Valid adverts captured on their way out of this host. Absent for a sender that never was this host.",
  value: (sender) => (sender.sent > 0 || sender.local ? sender.sent : null),
});

const priorityZero = perSender({
  name: "vrrp_priority_zero_adverts_total",
  type: "counter",
  help: "Adverts with priority 0, in which a sender resigns.",
  value: (sender) => sender.priorityZero,
});

const senderPriority = perSender({
  name: "vrrp_sender_priority",
  type: "gauge",
  help: "Last priority that the sender advertised. A resignation (0) is not a priority and is not shown here.",
  value: (sender) => sender.priority,
});

const senderLastAdvert = perSender({
  name: "vrrp_sender_last_advert_timestamp_seconds",
  type: "gauge",
  help: "Time of the sender's last advert.",
  value: (sender) => sender.lastAdvertWall / 1e6,
});

const rejectedKeys = rejectFamilyLabel.values.flatMap((family) =>
  rejectReasonLabel.values.map((reason) => ({
    family,
    key: `${family} ${reason}`,
    pairs: encoded(`,${pair("family", family)},${pair("reason", reason)}`),
  })),
);

/** Zero for every reason of both families, so that the first bad packet is an increase; the unknown family only once it is met. */
function rejectedCount(view: InterfaceView, family: string, key: string): number | null {
  return view.rejected.get(key) ?? (family === "unknown" ? null : 0);
}

const invalid: Metric = {
  name: "vrrp_invalid_packets_total",
  type: "counter",
  help: "Packets of IP protocol 112, or of AH to a VRRP group, that are no valid advert.",
  labels: [interfaceLabel, rejectFamilyLabel, rejectReasonLabel],
  collect: ({ snapshot }, emit) => {
    for (const view of snapshot.interfaces) {
      const prefix = pair("interface", view.interface ?? "");
      for (const { family, key, pairs } of rejectedKeys) {
        const count = rejectedCount(view, family, key);
        if (count !== null) emit(count, prefix, pairs);
      }
    }
  },
};

const carp: Metric = {
  name: "vrrp_carp_packets_total",
  type: "counter",
  help: "CARP packets: they use VRRP's protocol number, groups and virtual MACs.",
  labels: [interfaceLabel, familyLabel],
  collect: ({ snapshot }, emit) => {
    for (const view of snapshot.interfaces) {
      for (const family of familyLabel.values) emit(view.carp[family], `${pair("interface", view.interface ?? "")},family="${family}"`);
    }
  },
};

export const adverts: readonly Metric[] = [received, sent, priorityZero, invalid, carp, senderPriority, senderLastAdvert];
