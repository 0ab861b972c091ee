/**
 * Labels that tell sites apart which use the same names of segments: target labels or `external_labels`. What is not here is
 * aggregated away, so that no label of one target (`pod`, `rack`) can keep two hosts of one segment apart.
 */
const site = ["cluster", "site"] as const;

/** One agent, as Prometheus knows it. */
export const target = [...site, "job", "instance"] as const;

/** One virtual router as one agent sees it. */
export const local = [...target, "interface", "vrid", "family", "vlan", "inner_vlan"] as const;

/** One virtual router, whoever sees it: the labels of the agents' own alerts of a segment. */
export const shared = [...site, "segment", "vrid", "family", "vlan", "inner_vlan"] as const;

/** One virtual router on one host: the labels of the agents' own alerts of a host. */
export const onHost = ["instance", ...shared] as const;

const list = (labels: readonly string[]): string => `(${labels.join(", ")})`;

export const by = (...labels: readonly string[]): string => `by ${list(labels)}`;
export const on = (...labels: readonly string[]): string => `on ${list(labels)}`;

/** Gives a vector with the labels `local` the segment as well. */
export const withSegment = (vector: string, info = "vrrp_virtual_router_info"): string =>
  `${vector}\n* ${on(...local)} group_left (segment)\n${info}`;

/** Every line further in, for an expression inside another one. */
export const indent = (text: string): string => text.replace(/^/gm, "  ");
