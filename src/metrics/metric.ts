import type { SenderView, VirtualRouterView } from "../core/view.ts";
import { pair } from "./escape.ts";
import { type ClosedLabel, type Label, routerLabels, senderLabel } from "./labels.ts";
import type { MetricSource } from "./source.ts";

/** `info` is a gauge that is always 1 and whose labels are the fact; its name ends in `_info`. */
export type MetricType = "counter" | "gauge" | "histogram" | "info" | "summary";

/**
 * Takes one sample.
 * @param labels escaped label pairs without braces, an empty string for none
 * @param value in the base unit; NaN is left out of the exposition
 * @param suffix of the sample's name where one family has several: `_bucket`, `_sum`, `_count`
 */
export type Emit = (labels: string, value: number, suffix?: "_bucket" | "_sum" | "_count") => void;

/** The one declaration of a metric: exposition, reference and the vocabulary of dashboards and rules come from it. */
export interface Metric {
  /** As a query writes it: a counter ends in `_total`. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly Label[];
  readonly collect: (source: MetricSource, emit: Emit) => void;
}

interface Heading {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
}

/** One sample a virtual router; `value` gives null where there is nothing to say. */
export function perRouter(spec: Heading & { readonly value: (router: VirtualRouterView) => number | null }): Metric {
  return {
    name: spec.name,
    type: spec.type,
    help: spec.help,
    labels: routerLabels,
    collect: (source, emit) => {
      for (const { view, labels } of source.routers) {
        const value = spec.value(view);
        if (value !== null) emit(labels, value);
      }
    },
  };
}

/** One sample a virtual router and value of a closed label; `value` gives null where there is nothing to say. */
export function perRouterAnd<Value extends string>(
  label: ClosedLabel<Value>,
  spec: Heading & { readonly value: (router: VirtualRouterView, key: Value) => number | null },
): Metric {
  const keys = label.values.map((key) => ({ key, pair: `,${pair(label.name, key)}` }));
  return {
    name: spec.name,
    type: spec.type,
    help: spec.help,
    labels: [...routerLabels, label],
    collect: (source, emit) => {
      for (const { view, labels } of source.routers) {
        for (const entry of keys) {
          const value = spec.value(view, entry.key);
          if (value !== null) emit(labels + entry.pair, value);
        }
      }
    },
  };
}

/** One sample a sender; `value` gives null where there is nothing to say. */
export function perSender(spec: Heading & { readonly value: (sender: SenderView) => number | null }): Metric {
  return {
    name: spec.name,
    type: spec.type,
    help: spec.help,
    labels: [...routerLabels, senderLabel],
    collect: (source, emit) => {
      for (const { senders } of source.routers) {
        for (const { view, labels } of senders) {
          const value = spec.value(view);
          if (value !== null) emit(labels, value);
        }
      }
    },
  };
}
