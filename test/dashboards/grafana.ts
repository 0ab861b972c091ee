/** A choice of values for each variable; one that is not named is at All. */
export type Choice = Readonly<Partial<Record<string, readonly string[]>>>;

/** The variables that stand for values of labels. */
const variables = /\$(segment|interface|vrid|instance)\b/g;

/**
 * A value inside a regular expression inside a text of PromQL: both take a backslash away. As Grafana's data source for Prometheus
 * does it (packages/grafana-prometheus, `prometheusSpecialRegexEscape`).
 */
export const escaped = (value: string): string => value.replace(/\\/g, "\\\\\\\\").replace(/[$^*{}[\]+?.()|]/g, "\\\\$&");

/** Several values in parentheses, one alone. */
export const joined = (values: readonly string[]): string =>
  values.length === 1 ? values.map(escaped).join("") : `(${values.map(escaped).join("|")})`;

/** An expression as Grafana sends it: variables at All are their `allValue` as it stands, and the ranges are these. */
export function concrete(expression: string, ranges: { readonly rate: string; readonly range: string }, choice: Choice = {}): string {
  return expression
    .replaceAll("$__rate_interval", ranges.rate)
    .replaceAll("$__range", ranges.range)
    .replace(variables, (_, name: string) => {
      const values = choice[name];
      return values === undefined ? ".*" : joined(values);
    });
}

/** The legend of a series: a label that is not there leaves nothing (pkg/promlib, `getName`). */
export const legendOf = (format: string, labels: Readonly<Record<string, string>>): string =>
  format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => labels[name] ?? "");

/** The query of a variable, `label_values(metric{matchers}, label)`; null: it is none. */
export function labelValues(query: string): { readonly series: string; readonly label: string } | null {
  const [, series, label] = /^label_values\(\s*([a-zA-Z_:][\w:]*(?:\{.*\})?)\s*,\s*(\w+)\s*\)$/.exec(query) ?? [];
  return series === undefined || label === undefined ? null : { series, label };
}
