import { AnnotationQueryBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { maxByRouter, named, ofRouters, withMaster } from "./promql.ts";
import { source } from "./source.ts";

/**
 * What is drawn over all panels. A title shows the name of a label that is not there, so the router has one that always is.
 * The value of a sample is the time, in milliseconds; to the second, for agents differ by less.
 */
function moments(name: string, color: string, expression: string, title: string, text: string): AnnotationQueryBuilder {
  return (
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(source)
      .enable(true)
      .hide(false)
      .iconColor(color)
      .expr(named(`round(${expression}) * 1000`))
      // Left out, it is a minute: a master that was so for less would not be told.
      .step("15s")
      .useValueForTime(true)
      .titleFormat(title)
      .textFormat(text)
  );
}

export const transitions = (): AnnotationQueryBuilder =>
  moments(
    "Changes of master",
    "blue",
    maxByRouter(withMaster(ofRouters("vrrp_last_master_transition_timestamp_seconds")), "master"),
    "{{router}}: master changed",
    "{{master}} is master",
  );

export const raised = (): AnnotationQueryBuilder =>
  moments(
    "Conditions raised",
    "red",
    maxByRouter(ofRouters("vrrp_condition_last_raised_timestamp_seconds"), "condition"),
    "{{router}}: {{condition}}",
    "The condition {{condition}} was raised",
  );
