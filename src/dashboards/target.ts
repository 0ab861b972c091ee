import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { source } from "./source.ts";

/** A query over the time range of the dashboard. */
export function line(expression: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(source).expr(expression).legendFormat(legend).range();
}

/** A query at the end of the time range, for one number. */
export function latest(expression: string, legend = "__auto"): DataqueryBuilder {
  return new DataqueryBuilder().datasource(source).expr(expression).legendFormat(legend).instant();
}

/** A query at the end of the time range whose labels become columns. */
export function rows(expression: string): DataqueryBuilder {
  return latest(expression).format(PromQueryFormat.Table);
}

/** A query for the buckets of a histogram. */
export function buckets(expression: string): DataqueryBuilder {
  return line(expression, "{{le}}").format(PromQueryFormat.Heatmap);
}
