import { conditionLabel } from "./labels.ts";
import { type Metric, perRouterAnd } from "./metric.ts";

const active = perRouterAnd(conditionLabel, {
  name: "vrrp_condition_active",
  type: "gauge",
  help: "1 while the condition holds, 0 while it does not. Absent where it cannot be judged now.",
  value: (router, condition) => {
    const holds = router.conditions[condition];
    return holds === null ? null : Number(holds);
  },
});

const transitions = perRouterAnd(conditionLabel, {
  name: "vrrp_condition_transitions_total",
  type: "counter",
  help: "Times that the condition was raised.",
  value: (router, condition) => router.conditionTransitions[condition],
});

const lastRaised = perRouterAnd(conditionLabel, {
  name: "vrrp_condition_last_raised_timestamp_seconds",
  type: "gauge",
  help: "Time when the condition was last raised, so that what came and went between two scrapes is not lost.",
  value: (router, condition) => {
    const at = router.conditionLastRaisedWall[condition];
    return at === undefined ? null : at / 1e6;
  },
});

export const conditions: readonly Metric[] = [active, transitions, lastRaised];
