import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { type DashboardLink, DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";
import type { ConditionName } from "../core/events.ts";
import { type DashboardName, dashboardNames, routerName } from "./names.ts";
import { shown } from "./shown.ts";

const link = (title: string, tooltip: string, url: string): DashboardLinkBuilder =>
  new DashboardLinkBuilder(title).type(DashboardLinkType.Link).icon("external link").tooltip(tooltip).url(url);

const RUNBOOKS = `\${runbooks:raw}`;

/** From a dashboard to all others, with the time range and the variables, and to the index of the runbooks. */
export function linksOf(here: DashboardName): Builder<DashboardLink>[] {
  const others = dashboardNames.filter(({ uid }) => uid !== here.uid);
  const links = others.map(({ title, uid }) =>
    link(title, `Go to ${title}`, `/d/${uid}`).icon("dashboard").keepTime(true).includeVars(true),
  );
  const runbooks = link("Runbooks", "What the conditions mean and what to do", `${RUNBOOKS}/README.md`).targetBlank(true);
  return [...links, runbooks].map(shown);
}

/** From a row of a table, or a series, to the page of its condition. `field`: where the row has the condition's name. */
export const runbookLink = (field: string): Builder<DashboardLink> =>
  shown(link("Runbook", "What the condition means and what to do", `${RUNBOOKS}/\${${field}}.md`).targetBlank(true));

/** The page of one condition. */
export const runbookOf = (condition: ConditionName): Builder<DashboardLink> =>
  shown(link(`Runbook: ${condition}`, "What the condition means and what to do", `${RUNBOOKS}/${condition}.md`).targetBlank(true));

/** From what has the labels of a virtual router to its own dashboard. `labels`: `__field.labels` of a series, `__data.fields` of a row. */
export const routerLink = (labels: "__field.labels" | "__data.fields"): Builder<DashboardLink> =>
  shown(
    link(
      "Virtual router",
      "All about this virtual router",
      `/d/${routerName.uid}?\${datasource:queryparam}&var-segment=\${${labels}.segment}&var-vrid=\${${labels}.vrid}&\${__url_time_range}`,
    ),
  );
