import { conditionLabel, disagreementLabel } from "./labels.ts";
import { type Metric, perJoinedAnd, perRouterAnd } from "./metric.ts";

const active = perJoinedAnd(conditionLabel, {
  name: "vrrp_condition_active",
  type: "gauge",
  help: "1 while the condition holds, 0 while it does not. Absent where it cannot be judged now.",
  value: (router, condition) => {
    const holds = router.conditions.holds(condition);
    return holds === null ? null : Number(holds);
  },
});

const transitions = perJoinedAnd(conditionLabel, {
  name: "vrrp_condition_transitions_total",
  type: "counter",
  help: "Times that the condition was raised. Absent where it could never be judged.",
  value: ({ conditions }, condition) => {
    const count = conditions.transitions(condition);
    return count === 0 && conditions.holds(condition) === null ? null : count;
  },
});

const lastRaised = perJoinedAnd(conditionLabel, {
  name: "vrrp_condition_last_raised_timestamp_seconds",
  type: "gauge",
  help: "Time when the condition was last raised, so that what came and went between two scrapes is not lost.",
  value: (router, condition) => {
    const at = router.conditions.lastRaisedWall(condition);
    return at === null ? null : at / 1e6;
  },
});

const mismatches = perRouterAnd(disagreementLabel, {
  name: "vrrp_mismatches_total",
  type: "counter",
  help: "Adverts that disagreed with the one before them, which came from another sender. Nothing where there is one sender.",
  value: ({ senders, mismatches: counts }, field) =>
    senders.length < 2 && Object.values(counts).every((n) => n === 0) ? null : counts[field],
});

export const conditions: readonly Metric[] = [active, transitions, lastRaised, mismatches];
