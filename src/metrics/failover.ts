import { routerLabels, transitionReasonLabel } from "./labels.ts";
import { type Metric, perRouter, perRouterAnd } from "./metric.ts";

const transitions = perRouterAnd(transitionReasonLabel, {
  name: "vrrp_master_transitions_total",
  type: "counter",
  help: "Times that a virtual router got a master other than the last one, by what became of the last one.",
  value: (router, reason) => router.transitions[reason],
});

const lastTransition = perRouter({
  name: "vrrp_last_master_transition_timestamp_seconds",
  type: "gauge",
  help: "Time of the last change of master.",
  value: (router) => (router.lastTransitionWall === null ? null : router.lastTransitionWall / 1e6),
});

const failoverGap: Metric = {
  name: "vrrp_failover_gap_seconds",
  type: "summary",
  help: "Time from the last advert of any other sender to the first advert of the new master, over all changes.",
  labels: routerLabels,
  ofRouter: ({ failoverGap }, labels, emit) => {
    emit(failoverGap.sum / 1e6, labels, "", "_sum");
    emit(failoverGap.count, labels, "", "_count");
  },
};

const lastFailoverGap = perRouter({
  name: "vrrp_last_failover_gap_seconds",
  type: "gauge",
  help: "The gap at the last change of master. Absent before the first.",
  value: ({ failoverGap: { last } }) => (last === null ? null : last / 1e6),
});

const noMaster = perRouter({
  name: "vrrp_no_master_seconds_total",
  type: "counter",
  help: "Time without a master.",
  value: (router) => router.noMaster / 1e6,
});

const multipleMaster = perRouter({
  name: "vrrp_multiple_master_seconds_total",
  type: "counter",
  help: "Time with more than one live claim to be master.",
  value: (router) => router.multipleMaster / 1e6,
});

export const failover: readonly Metric[] = [transitions, lastTransition, failoverGap, lastFailoverGap, noMaster, multipleMaster];
