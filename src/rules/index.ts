import { addressRules } from "./addresses.ts";
import { agentRules } from "./agents.ts";
import { behaviourRules } from "./behaviour.ts";
import { conditionAlerts } from "./conditions.ts";
import { joined } from "./joined.ts";
import { masterRules } from "./masters.ts";
import { redundancyRules } from "./redundancy.ts";
import { type AlertRule, isAlert, type RuleGroup } from "./rule.ts";

/** Everything in alerts/vrrpwatch.rules.yml. What compares agents is in one group: its rules see each other's results at once. */
export const ruleGroups: readonly RuleGroup[] = [
  {
    name: "vrrpwatch",
    interval: "5s",
    rules: [...joined, ...conditionAlerts, ...masterRules, ...addressRules],
  },
  { name: "vrrpwatch.slow", interval: "15s", rules: [...agentRules, ...redundancyRules, ...behaviourRules] },
];

export const alertRules: readonly AlertRule[] = ruleGroups.flatMap(({ rules }) => rules.filter(isAlert));
