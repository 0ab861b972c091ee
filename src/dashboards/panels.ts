import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  TimelineValueAlignment,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  FieldColorBuilder,
  FieldColorModeId,
  type ThresholdsConfigBuilder,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import {
  PanelBuilder as HeatmapBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapTooltipBuilder,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import type { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { source } from "./source.ts";

/** What every panel says, whatever it looks like. */
export interface Head {
  readonly title: string;
  /** What it answers, and what to make of it. */
  readonly description: string;
  /** As Grafana names it: see the SDK's `units`. */
  readonly unit: string;
  readonly thresholds: ThresholdsConfigBuilder;
  /** Words instead of numbers. */
  readonly mappings?: ValueMapping[];
  /** Of 24 columns. */
  readonly width: number;
  readonly height?: number;
  readonly targets: DataqueryBuilder[];
}

/** What is there of all builders of panels. */
interface AnyBuilder {
  title(title: string): this;
  description(description: string): this;
  datasource(reference: typeof source): this;
  unit(unit: string): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  mappings(mappings: ValueMapping[]): this;
  targets(targets: DataqueryBuilder[]): this;
  span(width: number): this;
  height(height: number): this;
}

function dressed<Builder extends AnyBuilder>(builder: Builder, head: Head, height: number): Builder {
  const { title, description, unit, thresholds, mappings = [], width, targets } = head;
  const lettered = targets.map((target, index) => target.refId(String.fromCharCode(65 + index)));
  return builder
    .title(title)
    .description(description)
    .datasource(source)
    .unit(unit)
    .thresholds(thresholds)
    .mappings(mappings)
    .targets(lettered)
    .span(width)
    .height(head.height ?? height);
}

const legend = (): VizLegendOptionsBuilder =>
  new VizLegendOptionsBuilder().showLegend(true).displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom);

const byThresholds = (): FieldColorBuilder => new FieldColorBuilder().mode(FieldColorModeId.Thresholds);

/** Lines over time, with the thresholds dashed; a gap where there is no sample. */
export function timeSeries(head: Head): TimeSeriesBuilder {
  const tooltip = new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);
  return dressed(new TimeSeriesBuilder(), head, 8)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .legend(legend())
    .tooltip(tooltip)
    .lineWidth(1)
    .fillOpacity(10)
    .axisSoftMin(0);
}

/** One whole number, coloured by its thresholds. */
export function stat(head: Head): StatBuilder {
  const reduce = new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false);
  return dressed(new StatBuilder(), head, 4)
    .decimals(0)
    .reduceOptions(reduce)
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None);
}

/** A bar for each label set, as long as its one number. */
export function bars(head: Head): BarGaugeBuilder {
  const reduce = new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false);
  return dressed(new BarGaugeBuilder(), head, 8)
    .colorScheme(byThresholds())
    .min(0)
    .reduceOptions(reduce)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic);
}

/** A row for each label set, coloured by its value over time. */
export function timeline(head: Head): TimelineBuilder {
  return dressed(new TimelineBuilder(), head, 8)
    .colorScheme(byThresholds())
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .alignValue(TimelineValueAlignment.Left)
    .rowHeight(0.9)
    .fillOpacity(70)
    .legend(legend());
}

export function table(head: Head): TableBuilder {
  return dressed(new TableBuilder(), head, 9).colorScheme(byThresholds()).showHeader(true);
}

/** The buckets of a histogram over time. */
export function heatmap(head: Head): HeatmapBuilder {
  const color = new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme("Oranges").steps(64);
  return dressed(new HeatmapBuilder(), head, 9)
    .calculate(false)
    .color(color)
    .yAxis(new YAxisConfigBuilder().unit(head.unit))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true).showColorScale(true))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear))
    .showLegend();
}
