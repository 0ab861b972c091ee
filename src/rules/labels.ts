/**
 * Labels that tell sites apart which use the same names of segments: target labels or `external_labels`. What is not here is
 * aggregated away, so that no label of one target (`pod`, `rack`) can keep two hosts of one segment apart.
 */
const site = ["cluster", "site"] as const;

/** One agent, as people know it. */
export const agent = [...site, "instance"] as const;

/** One target of a scrape: an agent may be in two jobs. */
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

/** The segment of each virtual router of each agent. Once, however many series say it, so that it can be the one side of a join. */
export const info = "instance:vrrp_virtual_router_info:one";

/** Gives a vector with the labels `local` the segment as well. @param more labels of `from` that it gets besides */
export const withSegment = (vector: string, from = info, ...more: readonly string[]): string =>
  `${vector}\n* ${on(...local)} group_left ${list(["segment", ...more])}\n${from}`;

/**
 * One series for each virtual router of each agent, with one label more: replicas of Prometheus and pods that follow each other
 * may each have told another value of it.
 */
export const oneOf = (vector: string, label: string): string =>
  `topk ${by(...local)} (1,\n  max ${by(...local, label)} (\n${indent(indent(vector))}\n  )\n)`;

/** Every line further in, for an expression inside another one. */
export const indent = (text: string): string => text.replace(/^/gm, "  ");
