import type { JoinedRouterView, VipView } from "../core/host/view.ts";
import type { SenderView, Snapshot, VirtualRouterView } from "../core/view.ts";
import type { AgentView } from "./agent-view.ts";
import { encoded, type LabelText, pair } from "./escape.ts";
import { addressLabels, senderLabels } from "./label-cache.ts";
import { type ClosedLabel, type Label, routerLabels, senderLabel, virtualAddressLabel } from "./labels.ts";

/** `info` is a gauge that is always 1 and whose labels are the fact; its name ends in `_info`. */
export type MetricType = "counter" | "gauge" | "histogram" | "info" | "summary";

/** Of a sample's name, where one family has several. */
export type Suffix = "" | "_bucket" | "_sum" | "_count";

/**
 * Takes one sample.
 * @param value in the base unit; NaN is left out of the exposition
 * @param labels escaped label pairs without braces; what is written at every scrape had better be bytes (`encoded`)
 * @param more further pairs, each with a comma before it
 */
export type Emit = (value: number, labels?: LabelText, more?: LabelText, suffix?: Suffix) => void;

interface Heading {
  /** As a query writes it: a counter ends in `_total`. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
}

/** Samples of each virtual router. */
interface RouterMetric extends Heading {
  readonly labels: readonly Label[];
  /** @param labels R */
  readonly ofRouter: (router: VirtualRouterView, labels: Uint8Array, emit: Emit, agent: AgentView) => void;
}

/** Samples of each virtual router with what this host knows of it, heard or not. */
interface JoinedMetric extends Heading {
  readonly labels: readonly Label[];
  /** @param labels R */
  readonly ofJoined: (router: JoinedRouterView, labels: Uint8Array, emit: Emit, agent: AgentView) => void;
}

/** Samples of anything else: there are few. */
interface OtherMetric extends Heading {
  readonly labels: readonly Label[];
  readonly collect: (source: { readonly snapshot: Snapshot; readonly agent: AgentView }, emit: Emit) => void;
}

/** The one declaration of a metric: exposition, reference and the vocabulary of dashboards and rules come from it. */
export type Metric = RouterMetric | JoinedMetric | (RouterMetric & JoinedMetric) | OtherMetric;

export interface Key<Value> {
  readonly key: Value;
  readonly pair: Uint8Array;
}

/** The values of a closed label with their text, to be made once. */
export const keysOf = <Value extends string>(label: ClosedLabel<Value>): readonly Key<Value>[] =>
  label.values.map((key) => ({ key, pair: encoded(`,${pair(label.name, key)}`) }));

/** One sample of the subject for each value of a closed label, where there is something to say. */
function emitEach<Subject, Value>(
  keys: readonly Key<Value>[],
  subject: Subject,
  measure: (subject: Subject, key: Value) => number | null,
  labels: LabelText,
  emit: Emit,
): void {
  for (const { key, pair: text } of keys) {
    const value = measure(subject, key);
    if (value !== null) emit(value, labels, text);
  }
}

/** One sample a virtual router; `value` gives null where there is nothing to say. */
export function perRouter(spec: Heading & { readonly value: (router: VirtualRouterView) => number | null }): Metric {
  return {
    name: spec.name,
    type: spec.type,
    help: spec.help,
    labels: routerLabels,
    ofRouter: (router, labels, emit) => {
      const value = spec.value(router);
      if (value !== null) emit(value, labels);
    },
  };
}

/** One sample a virtual router and value of a closed label; `value` gives null where there is nothing to say. */
export function perRouterAnd<Value extends string>(
  label: ClosedLabel<Value>,
  spec: Heading & { readonly value: (router: VirtualRouterView, key: Value) => number | null },
): Metric {
  const keys = keysOf(label);
  return {
    name: spec.name,
    type: spec.type,
    help: spec.help,
    labels: [...routerLabels, label],
    ofRouter: (router, labels, emit) => emitEach(keys, router, spec.value, labels, emit),
  };
}

/** One sample a virtual router, heard or not, and value of a closed label; `value` gives null where there is nothing to say. */
export function perJoinedAnd<Value extends string>(
  label: ClosedLabel<Value>,
  spec: Heading & { readonly value: (router: JoinedRouterView, key: Value) => number | null },
): Metric {
  const keys = keysOf(label);
  return {
    name: spec.name,
    type: spec.type,
    help: spec.help,
    labels: [...routerLabels, label],
    ofJoined: (router, labels, emit) => emitEach(keys, router, spec.value, labels, emit),
  };
}

/** One sample a sender; `value` gives null where there is nothing to say. */
export function perSender(spec: Heading & { readonly value: (sender: SenderView) => number | null }): Metric {
  return {
    name: spec.name,
    type: spec.type,
    help: spec.help,
    labels: [...routerLabels, senderLabel],
    ofRouter: ({ senders }, labels, emit) => {
      for (const sender of senders) {
        const value = spec.value(sender);
        if (value !== null) emit(value, senderLabels(labels, sender));
      }
    },
  };
}

/** One sample a virtual address; `value` gives null where there is nothing to say. */
export function perVip(spec: Heading & { readonly value: (vip: VipView) => number | null }): Metric {
  return {
    name: spec.name,
    type: spec.type,
    help: spec.help,
    labels: [...routerLabels, virtualAddressLabel],
    ofJoined: ({ vips }, labels, emit) => {
      for (const vip of vips) {
        const value = spec.value(vip);
        if (value !== null) emit(value, addressLabels(labels, vip));
      }
    },
  };
}

/** One sample a virtual address and value of a closed label; `value` gives null where there is nothing to say. */
export function perVipAnd<Value extends string>(
  label: ClosedLabel<Value>,
  spec: Heading & { readonly value: (vip: VipView, key: Value) => number | null },
): Metric {
  const keys = keysOf(label);
  return {
    name: spec.name,
    type: spec.type,
    help: spec.help,
    labels: [...routerLabels, virtualAddressLabel, label],
    ofJoined: ({ vips }, labels, emit) => {
      for (const vip of vips) emitEach(keys, vip, spec.value, addressLabels(labels, vip), emit);
    },
  };
}
