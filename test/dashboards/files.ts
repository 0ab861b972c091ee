import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../contract/repository.ts";

/** A link of a dashboard, a panel or a series. */
export interface Link {
  readonly title: string;
  readonly url?: string;
  readonly placement?: string;
}

interface SourceReference {
  readonly type?: string;
  readonly uid?: string;
}

export interface Target {
  readonly refId?: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly datasource?: SourceReference;
  readonly instant?: boolean;
  readonly hide?: boolean;
}

export interface Panel {
  readonly id?: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly collapsed?: boolean;
  readonly datasource?: SourceReference;
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly links?: readonly Link[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
      readonly links?: readonly Link[];
    };
  };
}

export interface Annotation {
  readonly name: string;
  readonly enable: boolean;
  readonly hide?: boolean;
  readonly placement?: string;
  readonly expr?: string;
  readonly titleFormat?: string;
  readonly textFormat?: string;
  readonly datasource?: SourceReference;
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly hide?: number;
  readonly description?: string;
  readonly query?: string;
  readonly datasource?: SourceReference;
}

/** A dashboard as Grafana imports it, as far as the tests read it. */
export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly links: readonly Link[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list?: readonly Annotation[] };
}

/** The committed dashboards by the names of their files. */
export function dashboardFiles(): Map<string, DashboardFile> {
  const folder = join(root, "dashboards");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return new Map(names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), "utf8")) as DashboardFile]));
}

/** An expression of a dashboard and where it is. */
export interface Query {
  readonly where: string;
  readonly expr: string;
  /** What refers to labels of the result: legends, titles, links. */
  readonly texts: readonly string[];
  /** What tells its series apart for a reader; empty where labels become columns. */
  readonly legend: string;
}

/** Every expression of a dashboard, those of annotations included. */
export function queriesOf(file: string, { panels, annotations }: DashboardFile): Query[] {
  const ofPanels = panels.flatMap(({ title, targets = [], fieldConfig }) =>
    targets.map(({ refId, expr, legendFormat = "" }) => ({
      where: `${file}: ${title}: ${refId}`,
      expr,
      legend: legendFormat === "__auto" ? "" : legendFormat,
      texts: [legendFormat, ...(fieldConfig?.defaults.links ?? []).map(({ url = "" }) => url)],
    })),
  );
  const ofAnnotations = (annotations.list ?? []).map(({ name, expr = "", titleFormat = "", textFormat = "" }) => ({
    where: `${file}: annotation ${name}`,
    expr,
    legend: `${titleFormat} ${textFormat}`,
    texts: [titleFormat, textFormat],
  }));
  return [...ofPanels, ...ofAnnotations];
}
