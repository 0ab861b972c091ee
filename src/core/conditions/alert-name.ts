import type { ConditionName } from "../events.ts";

/** The name of the alert that a condition makes: `split_brain` is `VRRPSplitBrain`. */
export const alertName = (condition: ConditionName): string =>
  `VRRP${condition
    .split("_")
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join("")}`;
