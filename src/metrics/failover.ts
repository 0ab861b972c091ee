import type { Duration } from "../lib/time.ts";
import { failoverPhaseLabel, routerLabels, transitionReasonLabel } from "./labels.ts";
import { keysOf, type Metric, perRouter, perRouterAnd } from "./metric.ts";

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

const phaseKeys = keysOf(failoverPhaseLabel);

const phases: Metric = {
  name: "vrrp_failover_phase_seconds",
  type: "summary",
  help: "Time that the parts of changes of master took, over all changes of which they could be measured.",
  labels: [...routerLabels, failoverPhaseLabel],
  ofRouter: ({ failovers }, labels, emit) => {
    for (const { key, pair } of phaseKeys) {
      emit(failovers.phases[key].sum / 1e6, labels, pair, "_sum");
      emit(failovers.phases[key].count, labels, pair, "_count");
    }
  },
};

const inSeconds = (duration: Duration | null | undefined): number | null => (duration == null ? null : duration / 1e6);

const lastPhases = perRouterAnd(failoverPhaseLabel, {
  name: "vrrp_last_failover_phase_seconds",
  type: "gauge",
  help: "Time that a part of the last change of master took. Absent where it could not be measured.",
  value: ({ failovers: { last } }, phase) => inSeconds(last?.durations[phase]),
});

const lastInevitable = perRouter({
  name: "vrrp_last_failover_inevitable_seconds",
  type: "gauge",
  help: "What interval and priority made the gap of the last change of master at least: 0 where a living master was preempted. Absent where it is not known.",
  value: ({ failovers: { last } }) => inSeconds(last?.inevitable),
});

const lastExcess = perRouter({
  name: "vrrp_last_failover_excess_seconds",
  type: "gauge",
  help: "How much longer than inevitable the last change of master took; a little below 0 where the new master's clock is fast. Absent where it could not be measured.",
  value: ({ failovers: { last } }) => inSeconds(last?.excess),
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

export const failover: readonly Metric[] = [
  transitions,
  lastTransition,
  failoverGap,
  lastFailoverGap,
  phases,
  lastPhases,
  lastInevitable,
  lastExcess,
  noMaster,
  multipleMaster,
];
