import { collectDefaultMetrics, type MetricObjectWithValues, type MetricValue, type MetricValueWithName, Registry } from "prom-client";
import { pair } from "./escape.ts";
import type { ExpositionWriter } from "./exposition.ts";
import type { MetricType, Suffix } from "./metric.ts";
import { bucketBound } from "./number.ts";

type Family = MetricObjectWithValues<MetricValue<string> | MetricValueWithName<string>>;

const types: ReadonlySet<string> = new Set<MetricType>(["counter", "gauge", "histogram", "summary"]);

/** Gauges that end in `_total` break the naming rules that promtool checks; the series beside them sum up to the same. */
function named(family: Family): boolean {
  return family.type.toString() === "counter" || !family.name.endsWith("_total");
}

function isType(type: string): type is MetricType {
  return types.has(type);
}

function suffixOf(family: Family, value: MetricValue<string> | MetricValueWithName<string>): Suffix {
  const suffix = "metricName" in value && value.metricName !== undefined ? value.metricName.slice(family.name.length) : "";
  return suffix === "_bucket" || suffix === "_sum" || suffix === "_count" ? suffix : "";
}

/** prom-client gives the bounds of buckets as numbers. */
function labelText(name: string, value: unknown): string {
  return name === "le" && typeof value === "number" ? bucketBound(value) : String(value);
}

/**
 * The usual `process_*` and `nodejs_*` metrics. prom-client measures them into one registry; they are written by the same
 * writer as all others, because its own output depends on the registry's format and writes "Nan" for what has no value yet.
 */
export class ProcessMetrics {
  readonly #registry: Registry;

  /** @param registry where to measure into; one that has further metrics exports them too */
  constructor(registry: Registry = new Registry()) {
    this.#registry = registry;
    collectDefaultMetrics({ register: registry });
  }

  /** Adds the families to an exposition. Never rejects: a family that cannot be read is left out. */
  async write(writer: ExpositionWriter): Promise<void> {
    const names = this.#registry.getMetricsAsArray().map(({ name }) => name);
    const results = await Promise.allSettled(names.map(async (name) => this.#registry.getSingleMetric(name)?.get()));
    for (const result of results) {
      if (result.status === "fulfilled" && result.value !== undefined && named(result.value)) ProcessMetrics.#write(writer, result.value);
    }
  }

  static #write(writer: ExpositionWriter, family: Family): void {
    const type = family.type.toString();
    if (!isType(type)) return;
    const emit = writer.family({ name: family.name, type, help: family.help });
    for (const value of family.values) {
      const labels = Object.entries(value.labels).map(([name, text]) => pair(name, labelText(name, text)));
      emit(value.value, labels.join(","), "", suffixOf(family, value));
    }
  }
}
