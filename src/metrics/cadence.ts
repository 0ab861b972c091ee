import { latenessBuckets } from "../core/view.ts";
import { encoded } from "./escape.ts";
import { routerLabels } from "./labels.ts";
import { type Metric, perRouter } from "./metric.ts";
import { bucketBound } from "./number.ts";

const interval = perRouter({
  name: "vrrp_advert_interval_seconds",
  type: "gauge",
  help: "Interval between adverts as the last advert states it.",
  value: (router) => router.interval / 1e6,
});

const boundPairs = [...latenessBuckets.map((bound) => `,le="${bucketBound(bound)}"`), ',le="+Inf"'].map(encoded);

const latenessRatio: Metric = {
  name: "vrrp_advert_lateness_ratio",
  type: "histogram",
  help: "Gap between two adverts of the living master, divided by the advertised interval: 1 is on time.",
  labels: routerLabels,
  ofRouter: ({ lateness }, labels, emit) => {
    let cumulative = 0;
    boundPairs.forEach((bound, index) => {
      cumulative += lateness.counts[index] ?? 0;
      emit(cumulative, labels, bound, "_bucket");
    });
    emit(lateness.sum, labels, "", "_sum");
    // The count of a histogram is its +Inf bucket; taken from there, the two cannot differ.
    emit(cumulative, labels, "", "_count");
  },
};

const missed = perRouter({
  name: "vrrp_adverts_missed_total",
  type: "counter",
  help: "Adverts of a living master that did not come when they were due.",
  value: (router) => router.missedAdverts,
});

const consecutiveMissed = perRouter({
  name: "vrrp_consecutive_missed_adverts",
  type: "gauge",
  help: "Adverts missing since the master's last one. Absent while the interface is not captured.",
  value: (router) => (router.hearing ? router.consecutiveMissed : null),
});

const masterDownInterval = perRouter({
  name: "vrrp_master_down_interval_seconds",
  type: "gauge",
  help: "Silence after which even the least preferred backup has taken over, and the master is given up here.",
  value: (router) => router.masterDownInterval / 1e6,
});

export const cadence: readonly Metric[] = [interval, latenessRatio, missed, consecutiveMissed, masterDownInterval];
