import { AnnotationQueryBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { maxByRouter, ofRouters, ROUTER_LEGEND, withMaster } from "./promql.ts";
import { source } from "./source.ts";

/** What is drawn over all panels. The value of a sample is the time, in milliseconds; to the second, for agents differ by less. */
function moments(name: string, color: string, expression: string, title: string, text: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(source)
    .enable(true)
    .hide(false)
    .iconColor(color)
    .expr(`round(${expression}) * 1000`)
    .useValueForTime(true)
    .titleFormat(title)
    .textFormat(text);
}

export const transitions = (): AnnotationQueryBuilder =>
  moments(
    "Changes of master",
    "blue",
    maxByRouter(withMaster(ofRouters("vrrp_last_master_transition_timestamp_seconds")), "master"),
    `${ROUTER_LEGEND}: master changed`,
    "{{master}} is master",
  );

export const raised = (): AnnotationQueryBuilder =>
  moments(
    "Conditions raised",
    "red",
    maxByRouter(ofRouters("vrrp_condition_last_raised_timestamp_seconds"), "condition"),
    `${ROUTER_LEGEND}: {{condition}}`,
    "The condition {{condition}} was raised",
  );
