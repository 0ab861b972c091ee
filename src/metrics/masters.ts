import type { SenderView, VirtualRouterView } from "../core/view.ts";
import { pair } from "./escape.ts";
import { addressLabel, authLabel, macLabel, masterLabel, modeLabel, routerLabels, segmentLabel, versionLabel } from "./labels.ts";
import { type Metric, perRouter } from "./metric.ts";

const virtualRouterInfo: Metric = {
  name: "vrrp_virtual_router_info",
  type: "info",
  help: "A virtual router that is tracked, heard or only configured here, and the segment that it is on.",
  labels: [...routerLabels, segmentLabel],
  ofRouter: ({ id }, labels, emit, agent) => emit(1, labels, `,${pair("segment", agent.describe(id).segment)}`),
  ofJoined: ({ id, wire }, labels, emit, agent) => {
    if (wire === null) emit(1, labels, `,${pair("segment", agent.describe(id).segment)}`);
  },
};

const masters = perRouter({
  name: "vrrp_masters",
  type: "gauge",
  help: "Live claims to be master: 1 is healthy, 0 is nobody, more is a split brain or a takeover under way. Absent while the interface is not captured.",
  value: (router) => (router.hearing ? router.claims : null),
});

/** The master as far as it is known: while an interface is not captured, nobody can say whether it still is. */
const knownMaster = ({ hearing, master }: VirtualRouterView): SenderView | null => (hearing ? master : null);

function masterLabels({ source, mac, lastAdvert }: SenderView): string {
  const mode = lastAdvert.flags.includes("unicast") ? "unicast" : "multicast";
  return `,${pair("master", source)},${pair("mac", mac ?? "")},version="${lastAdvert.version}",mode="${mode}",auth="${lastAdvert.auth}"`;
}

const masterInfo: Metric = {
  name: "vrrp_master_info",
  type: "info",
  help: "Who is master, and how it advertises. Absent while nobody is known to be.",
  labels: [...routerLabels, masterLabel, macLabel, versionLabel, modeLabel, authLabel],
  ofRouter: (router, labels, emit) => {
    const master = knownMaster(router);
    if (master !== null) emit(1, labels, masterLabels(master));
  },
};

const masterIsLocal = perRouter({
  name: "vrrp_master_is_local",
  type: "gauge",
  help: "1 if the master's adverts leave this host, 0 if they arrive. Absent while nobody is known to be master.",
  value: (router) => {
    const master = knownMaster(router);
    return master === null ? null : Number(master.local);
  },
});

const masterPriority = perRouter({
  name: "vrrp_master_priority",
  type: "gauge",
  help: "Priority that the master advertises. Absent while nobody is known to be master.",
  value: (router) => knownMaster(router)?.priority ?? null,
});

const advertisedAddressInfo: Metric = {
  name: "vrrp_advertised_address_info",
  type: "info",
  help: "A virtual address in the last advert of the master, or in the last advert at all.",
  labels: [...routerLabels, addressLabel],
  ofRouter: ({ addresses }, labels, emit) => {
    addresses.forEach((address, index) => {
      // A packet may list an address twice, a series may not.
      if (addresses.indexOf(address) === index) emit(1, labels, `,${pair("address", address)}`);
    });
  },
};

export const mastership: readonly Metric[] = [virtualRouterInfo, masters, masterInfo, masterIsLocal, masterPriority, advertisedAddressInfo];
