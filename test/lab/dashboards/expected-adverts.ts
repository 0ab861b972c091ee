import { A, B, FOREIGN_SENDER, ON_C, split } from "./cast.ts";
import { among, type Expectation, fact } from "./expectation.ts";
import type { Truth } from "./moments.ts";

const of71 = { vrid: String(split.vrid) };
const changed = { event: "master_changed", vrid: split.vrid };
const failedOver = { event: "failover", vrid: split.vrid };
const tags = ["vlan", "inner_vlan"];

/** Of the last change of master, as the agents tell it. */
const gaps = (truth: Truth): number[] => truth.last(changed).map(({ gap_seconds: gap }) => gap ?? Number.NaN);
const excesses = (truth: Truth): number[] => truth.last(failedOver).map(({ excess_seconds: excess }) => excess ?? Number.NaN);
const mostGap = (truth: Truth): number => Math.max(...gaps(truth));

/** Who sent what how punctually, and how failovers went. */
export const advertFacts: readonly Expectation[] = [
  fact("Priorities of all senders: A", "resigned", { vrid: "51" }, [...tags, "sender"], {
    [A]: 150,
    [B]: 100,
    [`100 ${FOREIGN_SENDER}`]: 77,
    [`100 7 ${FOREIGN_SENDER}`]: 78,
  }),
  fact("Priorities of all senders: A", "resigned", of71, ["sender"], { [A]: 150, [B]: 100 }),
  // keepalived sends two a second.
  fact("Adverts a second by sender: A", "end", { ...of71, sender: A }, [], { "": [1.4, 2.6] }, "10s"),
  fact("Adverts a second by sender: A", "end", { ...of71, sender: B }, [], { "": 0 }, "10s"),
  fact("Adverts a second by sender: B", "end", { ...of71, sender: A }, [], { "": [1.4, 2.6] }, "10s"),
  fact(
    "Adverts a second by sender: A",
    "end",
    { vrid: "51", sender: FOREIGN_SENDER },
    tags,
    { "100": [0.6, 1.4], "100 7": [0.6, 1.4] },
    "10s",
  ),
  // Three virtual routers at two a second, four at one.
  fact("Lateness of adverts: A", "end", { le: "+Inf" }, [], { "": [70, 130] }, "10s"),
  fact("Lateness of adverts, 99th percentile: A", "hesitated", of71, [], { "": [1.5, 8] }, "20s"),
  fact("Missed adverts: A", "hesitated", of71, [], (truth) => ({ "": truth.grown("vrrp_adverts_missed_total", of71) })),
  fact("Missed adverts: B", "hesitated", of71, [], { "": 0 }),
  fact("Interval, and the silence after which the master is given up: A", "steady", of71, [], { "": 0.5 }),
  fact("Interval, and the silence after which the master is given up: A", "steady", { vrid: "51", vlan: "100" }, tags, {
    "100": 1,
    "100 7": 1,
  }),
  // Three intervals and the skew of priority 1 (RFC 9568 §6.1).
  fact("Interval, and the silence after which the master is given up: B", "steady", of71, [], { "": [1.99, 2.05] }),
  fact("Resignations: A", "resigned", { ...of71, sender: A }, [], (truth) => ({
    "": truth.grown("vrrp_priority_zero_adverts_total", { ...of71, sender: A }),
  })),
  fact("Disagreements between senders: A", "healed", { ...of71, field: "interval" }, [], { "": [0.5, 100] }),
  fact("Disagreements between senders: A", "healed", { ...of71, field: "version" }, [], {}),
  ...[
    { panel: "Invalid packets on the interface: A", metric: "vrrp_invalid_packets_total", more: { reason: "checksum" } },
    { panel: "Invalid packets on the interface: B", metric: "vrrp_carp_packets_total", more: {} },
  ].map(({ panel, metric, more }) => {
    const labels = { interface: "eth0", family: "ipv4", ...more };
    return fact(panel, "claimed", { ...labels, instance: ON_C }, [], (truth) => {
      const [least, most] = truth.grown(metric, labels, ON_C);
      // The first one or two make the series, and so are no increase everywhere; Prometheus extrapolates to the ends of the range.
      return { "": [0.95 * least - 2.1, 1.05 * most] };
    });
  }),

  ...(["resigned", "returned", "crashed"] as const).flatMap((at) => [
    fact("Gap of the last change of master, and its inevitable part: A", at, of71, [], (truth) => ({
      "": among([mostGap(truth)], 0.001),
    })),
    // Not more than the gap, but for the 2 % that the new master's clock may be fast.
    fact("Gap of the last change of master, and its inevitable part: B", at, of71, [], (truth) => ({
      "": [0, mostGap(truth) * 1.02 + 0.005],
    })),
    fact("Excess of the last change of master: A", at, of71, [], (truth) => ({ "": among([Math.max(...excesses(truth))], 0.001) })),
  ]),
  // Three intervals and the skew of priority 100.
  fact("Gap of the last change of master, and its inevitable part: B", "crashed", of71, [], { "": [1.79, 1.82] }),
  fact("Parts of the last change of master: A", "crashed", { ...of71, phase: "detection" }, [], (truth) => ({
    "": [0, mostGap(truth) + 0.01],
  })),
  fact("Mean gap and mean parts in the time range: A", "crashed", of71, [], (truth) => ({
    "": truth.mean("vrrp_failover_gap_seconds", of71),
  })),
  fact("Mean gap and mean parts in the time range: B", "crashed", { ...of71, phase: "detection" }, [], (truth) => ({
    "": truth.mean("vrrp_failover_phase_seconds", { ...of71, phase: "detection" }),
  })),
];
