import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  type AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type Panel,
  RowBuilder,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { linksOf } from "./links.ts";
import type { DashboardName } from "./names.ts";
import { shown } from "./shown.ts";

type PanelBuilder = Builder<Panel> & { id(id: number): unknown };

/** Panels under a heading, filled from the left; a line is full at 24 columns. */
export interface Section {
  readonly title: string;
  readonly panels: readonly PanelBuilder[];
}

interface Parts {
  readonly name: DashboardName;
  readonly description: string;
  readonly variables: Builder<VariableModel>[];
  readonly annotations: AnnotationQueryBuilder[];
  readonly sections: readonly Section[];
}

/** Gives every panel an id and its place. Ids count from 1 in the order of the page, so that a link to a panel lasts as long as the order. */
export function assemble({ name, description, variables, annotations, sections }: Parts): Dashboard {
  const dashboard = new DashboardBuilder(name.title)
    .uid(name.uid)
    .description(description)
    .tags(["vrrp", "vrrpwatch"])
    .timezone("browser")
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    .editable()
    .variables(variables)
    .annotations(annotations.map(shown))
    .links(linksOf(name));
  let id = 0;
  const next = (): number => {
    id += 1;
    return id;
  };
  for (const { title, panels } of sections) {
    dashboard.withRow(new RowBuilder(title).id(next()));
    for (const panel of panels) {
      panel.id(next());
      dashboard.withPanel(panel);
    }
  }
  return dashboard.build();
}
