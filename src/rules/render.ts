import { ruleGroups } from "./index.ts";
import { isAlert, type Rule } from "./rule.ts";

/** The whole of alerts/vrrpwatch.rules.yml. */
export function rulesFile(): string {
  const groups = ruleGroups.map(
    ({ name, interval, rules }) => `  - name: ${name}\n    interval: ${interval}\n    rules:\n${rules.map(ruleText).join("\n")}`,
  );
  return `# Generated from src/rules; do not edit. How to load it, and who needs it: docs/prometheus/README.md.\ngroups:\n${groups.join("\n")}`;
}

const line = (key: string, value: string | undefined): string => (value === undefined ? "" : `        ${key}: ${value}\n`);

function ruleText(rule: Rule): string {
  const expr = `        expr: |-\n${rule.expr.replace(/^/gm, "          ")}\n`;
  if (!isAlert(rule)) return `      # ${rule.why}\n      - record: ${rule.record}\n${expr}`;
  return `      - alert: ${rule.alert}
${expr}${line("for", rule.for)}${line("keep_firing_for", rule.keepFiringFor)}        labels:
          severity: ${rule.severity}
        annotations:
          summary: ${JSON.stringify(rule.summary)}
          description: ${JSON.stringify(rule.description)}
          runbook_url: ${JSON.stringify(rule.runbook)}
`;
}
