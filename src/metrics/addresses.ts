import type { VipView } from "../core/host/view.ts";
import { addressLabels, deviceLabels } from "./label-cache.ts";
import { announcementRoleLabel, deviceLabel, routerLabels, vipActionLabel, virtualAddressLabel } from "./labels.ts";
import { type Metric, perVip, perVipAnd } from "./metric.ts";

const present: Metric = {
  name: "vrrp_vip_present",
  type: "gauge",
  help: "1 while the kernel has the address on the device and the link is up, whatever the flags of the address. The device where it belongs has a sample in any case.",
  labels: [...routerLabels, virtualAddressLabel, deviceLabel],
  ofJoined: ({ vips }, labels, emit) => {
    for (const vip of vips)
      for (const device of vip.devices) emit(Number(device.present), addressLabels(labels, vip), deviceLabels(device.dev));
  },
};

/** Whether this host has the address, had it, or should have it at times: most of what a mere listener hears of never comes to it. */
function concernsUs({ devices, changes: { added }, origins }: VipView): boolean {
  if (devices.length === 0) return false;
  return added > 0 || devices.some(({ configured }) => configured) || origins.includes("keepalived") || origins.includes("user");
}

const changes = perVipAnd(vipActionLabel, {
  name: "vrrp_vip_changes_total",
  type: "counter",
  help: "Times that the kernel of this host gained and lost the address. Absent for one that is heard of only and never was here.",
  value: (vip, action) => (concernsUs(vip) ? vip.changes[action] : null),
});

/** Duplicate address detection is a matter of IPv6, and of an address that is there. */
function anyDevice(vip: VipView, is: (device: VipView["devices"][number]) => boolean): number | null {
  if (!vip.address.includes(":") || !vip.devices.some(({ configured }) => configured)) return null;
  return Number(vip.devices.some(is));
}

const dadFailed = perVip({
  name: "vrrp_vip_dad_failed",
  type: "gauge",
  help: "1 while duplicate address detection has found another holder of an IPv6 address that is here: it does not answer. Absent while it is not here.",
  value: (vip) => anyDevice(vip, ({ dadFailed: failed }) => failed),
});

const tentative = perVip({
  name: "vrrp_vip_tentative",
  type: "gauge",
  help: "1 while duplicate address detection of an IPv6 address that is here has not ended well: it does not answer yet. Absent while it is not here.",
  value: (vip) => anyDevice(vip, (device) => device.tentative),
});

const announcements = perVipAnd(announcementRoleLabel, {
  name: "vrrp_vip_announcements_total",
  type: "counter",
  help: "Gratuitous ARP messages and unsolicited neighbour advertisements for the address.",
  value: (vip, role) => vip.announcements[role],
});

const ownerMismatch = perVip({
  name: "vrrp_vip_owner_mismatch",
  type: "gauge",
  help: "1 while the last ARP or ND message that claimed the address came from another MAC than the master's: the network may send to the wrong host. Absent while no claim or no master is known.",
  value: ({ ownerMismatch: mismatch }) => (mismatch === null ? null : Number(mismatch)),
});

const ownerMismatchSeconds = perVip({
  name: "vrrp_vip_owner_mismatch_seconds_total",
  type: "counter",
  help: "Time in which the last claim of the address was not the master's. Absent before the first claim.",
  value: (vip) => (vip.claimedBy === null ? null : vip.ownerMismatchTotal / 1e6),
});

export const addresses: readonly Metric[] = [present, changes, dadFailed, tentative, announcements, ownerMismatch, ownerMismatchSeconds];
