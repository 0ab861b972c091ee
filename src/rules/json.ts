import { ruleGroups } from "./index.ts";
import { isAlert, type Rule } from "./rule.ts";

/** The whole of mixin/rules.json: the rules file as JSON, because the std.parseYaml of jsonnet 0.18 cannot read lines in a block. */
export function rulesJson(): string {
  const groups = ruleGroups.map(({ name, interval, rules }) => ({ name, interval, rules: rules.map(plain) }));
  return `${JSON.stringify({ groups }, null, 2)}\n`;
}

function plain(rule: Rule): object {
  if (!isAlert(rule)) return { record: rule.record, expr: rule.expr };
  const { alert, expr, keepFiringFor, severity, summary, description, runbook } = rule;
  return {
    alert,
    expr,
    ...(rule.for !== undefined && { for: rule.for }),
    ...(keepFiringFor !== undefined && { keep_firing_for: keepFiringFor }),
    labels: { severity },
    annotations: { summary, description, runbook_url: runbook },
  };
}
