import { A, B, DECOY_DEVICE, DECOY_SEGMENT, DEVICE, FOREIGN_ADDRESS, FOREIGN_SENDER, ON_A, ON_B, ON_C, SEGMENT, split } from "./cast.ts";
import { type Expectation, fact, milliseconds, wholeSeconds } from "./expectation.ts";
import { loosened, type Truth } from "./moments.ts";

const VRID = String(split.vrid);
const of71 = { vrid: VRID };
/** The untagged one and the two tagged ones of the same VRID, on the same interfaces, in the same segment. */
const of51 = { vrid: "51" };
const tags = ["vlan", "inner_vlan"];
const changed = { event: "master_changed", vrid: split.vrid };
const raised = { event: "condition_raised", vrid: split.vrid, condition: "split_brain" };
const splitBrain = { ...of71, condition: "split_brain" };

/** Conditions that hold, each once a virtual router. */
const holding = ({ at }: Truth, vrid?: string): number => {
  const found = [...at.before.values()].flatMap(({ exposition }) =>
    exposition.split("\n").filter((line) => line.startsWith("vrrp_condition_active{") && line.endsWith(" 1")),
  );
  const routers = found.map((line) =>
    ["vrid", "family", "vlan", "inner_vlan", "condition"].map((label) => new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1] ?? ""),
  );
  return new Set(routers.filter(([one]) => vrid === undefined || one === vrid).map((labels) => labels.join(" "))).size;
};

const reasons = ["priority_zero", "preempted", "no_response", "split_resolved", "unknown"];
const byReason = (truth: Truth): Record<string, readonly [number, number]> =>
  Object.fromEntries(
    reasons
      .map((reason): [string, number] => [reason, truth.count({ ...changed, reason })])
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => [reason, loosened([count, count])]),
  );

/** Who is master, since when, how many are, and what is wrong. */
export const masterFacts: readonly Expectation[] = [
  // 51, 60 and 71; 51 in VLAN 100 and in 100.7; two on interfaces that only c has.
  fact("Known virtual routers: A", "steady", {}, [], { "": 7 }),
  fact("Without a master: A", "steady", {}, [], { "": 0 }),
  fact("Without a master: A", "nobody", {}, [], { "": 3 }),
  fact("With more than one master: A", "steady", {}, [], { "": 0 }),
  fact("With more than one master: A", "split", {}, [], { "": 1 }),
  fact("With more than one master: A", "healed", {}, [], { "": 0 }),
  fact("Conditions that hold: A", "steady", {}, [], (truth) => ({ "": holding(truth) })),
  fact("Conditions that hold: A", "split", {}, [], (truth) => ({ "": holding(truth) })),
  fact("Agents: A", "steady", {}, [], { "": 3 }),
  fact("Agents: A", "paused", {}, [], { "": 2 }),

  fact("Virtual routers and their masters: A", "steady", of51, ["segment", ...tags], {
    [SEGMENT]: 1,
    [`${SEGMENT} 100`]: 1,
    [`${SEGMENT} 100 7`]: 1,
  }),
  fact("Virtual routers and their masters: A", "split", of71, ["segment"], { [DECOY_SEGMENT]: 2 }),
  fact("Virtual routers and their masters: A", "healed", of71, [], { "": 1 }),
  fact("Virtual routers and their masters: A", "nobody", of71, [], { "": 0 }),
  fact("Virtual routers and their masters: B", "steady", of51, [...tags, "master"], {
    [A]: 150,
    [`100 ${FOREIGN_SENDER}`]: 77,
    [`100 7 ${FOREIGN_SENDER}`]: 78,
  }),
  fact("Virtual routers and their masters: B", "resigned", of71, ["master"], { [B]: 100 }),
  fact("Virtual routers and their masters: B", "nobody", of71, ["master"], {}),
  fact("Virtual routers and their masters: C", "resigned", of71, ["master"], (truth) => ({ [B]: milliseconds(truth.last(changed)) })),
  fact("Virtual routers and their masters: C", "returned", of71, ["master"], (truth) => ({ [A]: milliseconds(truth.last(changed)) })),
  fact("Virtual routers and their masters: C", "crashed", of71, ["master"], (truth) => ({ [B]: milliseconds(truth.last(changed)) })),
  fact("Virtual routers and their masters: D", "steady", of71, [], (truth) => ({ "": holding(truth, VRID) })),
  fact("Virtual routers and their masters: D", "split", of71, [], (truth) => ({ "": holding(truth, VRID) })),

  fact("Who is master: A", "steady", { ...of71, sender: A }, [], { "": 1 }),
  fact("Who is master: A", "resigned", of51, [...tags, "sender"], {
    [A]: 0,
    [B]: 1,
    [`100 ${FOREIGN_SENDER}`]: 1,
    [`100 7 ${FOREIGN_SENDER}`]: 1,
  }),
  fact("Who is master: A", "resigned", of71, ["sender"], { [A]: 0, [B]: 1 }),
  fact("Who is master: A", "returned", of71, ["sender"], { [A]: 1, [B]: 0 }),
  fact("Who is master: A", "nobody", of71, ["sender"], { [A]: 0, [B]: 0 }),
  fact("How many masters: A", "split", of71, [], { "": 2 }),
  fact("How many masters: A", "healed", of71, [], { "": 1 }),
  fact("How many masters: A", "nobody", of71, [], { "": 0 }),
  fact("Masters that each agent hears: A", "split", of71, ["instance"], { [ON_A]: 2, [ON_B]: 2, [ON_C]: 2 }),
  fact("Masters that each agent hears: A", "healed", of71, ["instance"], { [ON_A]: 1, [ON_B]: 1, [ON_C]: 1 }),
  fact("Hosts that are master: A", "steady", of71, ["instance"], { [ON_A]: 1, [ON_B]: 0, [ON_C]: 0 }),
  fact("Hosts that are master: A", "resigned", of71, ["instance"], { [ON_A]: 0, [ON_B]: 1, [ON_C]: 0 }),
  fact("Hosts that are master: A", "steady", { ...of51, instance: ON_A }, tags, { "": 1, "100": 0, "100 7": 0 }),

  fact("Changes of master: A", "crashed", {}, [], (truth) => {
    const all = [51, 60, 71].flatMap((vrid) => reasons.map((reason) => truth.count({ event: "master_changed", vrid, reason })));
    const total = all.reduce((sum, count) => sum + count, 0);
    return { "": loosened([total, total]) };
  }),
  fact("Changes of master by reason: A", "crashed", { reason: "priority_zero" }, ["reason"], (truth) => {
    const counts = [51, 60, 71].map((vrid) => truth.count({ event: "master_changed", vrid, reason: "priority_zero" }));
    const total = counts.reduce((sum, count) => sum + count, 0);
    return { priority_zero: loosened([total, total]) };
  }),
  fact("Changes of master by reason, in the time range: A", "crashed", of71, ["reason"], byReason),
  fact("annotation Changes of master", "crashed", of71, ["master"], (truth) => ({ [B]: wholeSeconds(truth.last(changed)) })),
  fact("annotation Changes of master", "returned", of71, ["router", "master"], (truth) => ({
    [`${DECOY_SEGMENT} ipv4 71 ${A}`]: wholeSeconds(truth.last(changed)),
  })),
  fact("annotation Conditions raised", "split", splitBrain, ["router"], (truth) => ({
    [`${DECOY_SEGMENT} ipv4 71`]: wholeSeconds(truth.last(raised)),
  })),

  fact("Time without a master, and with several: A", "nobody", of71, [], (truth) => ({
    "": truth.rate("vrrp_no_master_seconds_total", of71),
  })),
  fact("Time without a master, and with several: B", "healed", of71, [], (truth) => ({
    "": truth.rate("vrrp_multiple_master_seconds_total", of71),
  })),
  fact("Seconds without a master, and with several, in the time range: A", "recovered", of71, [], (truth) => ({
    "": truth.grown("vrrp_no_master_seconds_total", of71),
  })),
  fact("Seconds without a master, and with several, in the time range: B", "healed", of71, [], (truth) => ({
    "": truth.grown("vrrp_multiple_master_seconds_total", of71),
  })),
  // Up to a scrape before the moment, and an interval before that.
  fact("Time since the last advert of the last sender: A", "steady", of71, [], { "": [0, 3.5] }),

  fact("Conditions × virtual routers: A", "steady", splitBrain, [], { "": 0 }),
  fact("Conditions × virtual routers: A", "split", splitBrain, ["router"], { [`${DECOY_SEGMENT} ipv4 71`]: 1 }),
  fact("Conditions × virtual routers: A", "split", { ...of51, condition: "split_brain" }, ["router"], {
    [`${SEGMENT} ipv4 51`]: 0,
    [`${SEGMENT} ipv4 51 100`]: 0,
    [`${SEGMENT} ipv4 51 100 7`]: 0,
  }),
  fact("Conditions × virtual routers: A", "healed", splitBrain, [], { "": 0 }),
  fact("Conditions × virtual routers: A", "nobody", { condition: "no_master" }, ["vrid", ...tags], {
    "51": 1,
    "60": 1,
    "71": 1,
    "51 100": 0,
    "51 100 7": 0,
    [String(DEVICE.vrid)]: 0,
    [String(DECOY_DEVICE.vrid)]: 0,
  }),
  fact("Conditions that hold now: A", "split", splitBrain, [], (truth) => ({ "": milliseconds(truth.last(raised)) })),
  fact("Conditions that hold now: A", "healed", splitBrain, [], {}),
  fact("Conditions that held in the time range: A", "steady", splitBrain, [], {}),
  fact("Conditions that held in the time range: A", "split", splitBrain, [], { "": 1 }),
  fact("Conditions that held in the time range: A", "healed", splitBrain, [], { "": 0 }),
  fact("Conditions raised: A", "healed", { condition: "split_brain" }, ["condition"], (truth) => {
    const count = truth.count(raised);
    return { split_brain: loosened([count, count]) };
  }),

  fact("Routers alive in each virtual router: A", "steady", of71, [], { "": 2 }),
  fact("Routers alive in each virtual router: A", "resigned", of71, [], { "": 1 }),
  fact("Routers alive in each virtual router: A", "nobody", of71, [], { "": 0 }),

  fact("Advertised addresses: A", "steady", of51, ["address", "master", ...tags], {
    [`192.0.2.100 ${A}`]: 1,
    [`${FOREIGN_ADDRESS} ${FOREIGN_SENDER} 100`]: 1,
    [`${FOREIGN_ADDRESS} ${FOREIGN_SENDER} 100 7`]: 1,
  }),
];
