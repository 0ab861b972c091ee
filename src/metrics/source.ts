import type { VirtualRouterId } from "../core/events.ts";
import type { SenderView, Snapshot, VirtualRouterView } from "../core/view.ts";
import type { AgentView } from "./agent-view.ts";
import { pair } from "./escape.ts";

export interface SenderRow {
  readonly view: SenderView;
  /** R and `sender`, escaped, without braces. */
  readonly labels: string;
}

export interface RouterRow {
  readonly view: VirtualRouterView;
  /** R, escaped, without braces. */
  readonly labels: string;
  readonly senders: readonly SenderRow[];
}

/** What one exposition is made of: everything that a metric's `collect` may read. */
export interface MetricSource {
  readonly snapshot: Snapshot;
  readonly agent: AgentView;
  readonly routers: readonly RouterRow[];
}

// The engine keeps one id object and one view object for the life of a router and of a sender, so the escaped labels
// live exactly as long as what they name.
const routerLabelCache = new WeakMap<VirtualRouterId, string>();
const senderLabelCache = new WeakMap<SenderView, string>();

function routerLabels(id: VirtualRouterId): string {
  let labels = routerLabelCache.get(id);
  if (labels === undefined) {
    labels = `${pair("interface", id.interface ?? "")},vrid="${id.vrid}",family="${id.family}"`;
    if (id.vlan !== undefined) labels += `,vlan="${id.vlan}"`;
    if (id.innerVlan !== undefined) labels += `,inner_vlan="${id.innerVlan}"`;
    routerLabelCache.set(id, labels);
  }
  return labels;
}

function senderLabels(router: string, sender: SenderView): string {
  let labels = senderLabelCache.get(sender);
  if (labels === undefined) {
    labels = `${router},${pair("sender", sender.source)}`;
    senderLabelCache.set(sender, labels);
  }
  return labels;
}

function routerRow(view: VirtualRouterView): RouterRow {
  const labels = routerLabels(view.id);
  return { view, labels, senders: view.senders.map((sender) => ({ view: sender, labels: senderLabels(labels, sender) })) };
}

export function metricSource(snapshot: Snapshot, agent: AgentView): MetricSource {
  return { snapshot, agent, routers: snapshot.routers.map(routerRow) };
}
