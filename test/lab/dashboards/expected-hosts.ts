import { routerStates } from "../../../src/core/host/view.ts";
import { instances, ON_A, ON_B, ON_C, split } from "./cast.ts";
import { type Expectation, fact, sinceNote } from "./expectation.ts";

const of71 = { vrid: String(split.vrid) };
const number = (state: (typeof routerStates)[number]): number => routerStates.indexOf(state);
/** In the numbers of the widespread exporter. */
const [BACKUP, MASTER] = [1, 2];
const onState = "State of keepalived on each host: A";
const about = "keepalived: version, start and last reload";
const each = (on: string, value: number, suffix = ""): [string, number][] => instances.map(({ name }) => [`${on} ${name}${suffix}`, value]);

/** keepalived beside the agents, and which agents there are. */
export const hostFacts: readonly Expectation[] = [
  fact("Versions of the agents: A", "steady", {}, ["instance"], { [ON_A]: 1, [ON_B]: 1, [ON_C]: 1 }),
  fact("Versions of the agents: B", "steady", {}, ["instance"], (truth) => ({
    [ON_A]: [(truth.metric("process_start_time_seconds", {}, ON_A)[0] ?? 0) * 1_000 - 1, truth.noted("agents started") * 1_000],
    [ON_B]: [(truth.metric("process_start_time_seconds", {}, ON_B)[0] ?? 0) * 1_000 - 1, truth.noted("agents started") * 1_000],
    [ON_C]: [(truth.metric("process_start_time_seconds", {}, ON_C)[0] ?? 0) * 1_000 - 1, truth.noted("agents started") * 1_000],
  })),
  fact("Versions of the agents: C", "steady", {}, ["instance"], { [ON_A]: 5, [ON_B]: 5, [ON_C]: 7 }),
  fact("Agents that answer Prometheus: A", "steady", {}, ["instance"], { [ON_A]: 1, [ON_B]: 1, [ON_C]: 1 }),
  fact("Agents that answer Prometheus: A", "paused", {}, ["instance"], { [ON_A]: 1, [ON_B]: 0, [ON_C]: 1 }),

  fact(onState, "steady", of71, ["instance"], { [ON_A]: number("master"), [ON_B]: number("backup") }),
  fact(onState, "split", of71, ["instance"], { [ON_A]: number("master"), [ON_B]: number("master") }),
  fact(onState, "resigned", of71, ["instance"], { [ON_A]: number("stop"), [ON_B]: number("master") }),
  fact(onState, "steady", { vrid: "51", instance: ON_A }, ["vlan", "inner_vlan"], { "": number("master") }),
  fact("keepalived runs: A", "steady", {}, ["instance"], { [ON_A]: 1, [ON_B]: 1 }),
  fact("keepalived runs: A", "resigned", {}, ["instance"], { [ON_A]: 0, [ON_B]: 1 }),
  fact("keepalived runs: A", "nobody", {}, ["instance"], { [ON_A]: 0, [ON_B]: 0 }),
  fact(`${about}: A`, "steady", {}, ["instance"], { [ON_A]: 1, [ON_B]: 1 }),
  fact(`${about}: B`, "returned", { instance: ON_A }, [], (truth) => ({ "": sinceNote("keepalived started")(truth) })),
  fact(`${about}: C`, "grouped", {}, ["instance"], (truth) => ({
    [ON_A]: sinceNote("keepalived reloaded")(truth),
    [ON_B]: sinceNote("keepalived reloaded")(truth),
  })),
  fact(`${about}: D`, "drifted", { instance: ON_A }, [], (truth) => ({ "": sinceNote("file written")(truth) })),
  // A file that cannot be understood leaves the contents from before.
  fact(`${about}: D`, "unreadable", { instance: ON_A }, [], (truth) => ({
    "": [truth.noted("file written") * 1_000 - 50, truth.noted("file broken") * 1_000],
  })),
  fact("Restarts of keepalived: A", "returned", {}, ["instance"], { [ON_A]: [0.9, 1.1], [ON_B]: 0 }),
  fact(
    "Effective priority of instances: A",
    "steady",
    {},
    ["instance", "iname"],
    Object.fromEntries([...each(ON_A, 150), ...each(ON_B, 100)]),
  ),
  fact("State of instances: A", "steady", {}, ["instance", "iname"], Object.fromEntries([...each(ON_A, MASTER), ...each(ON_B, BACKUP)])),
  fact("State of instances: A", "resigned", {}, ["instance", "iname"], Object.fromEntries(each(ON_B, MASTER))),
  fact("State of sync groups: A", "grouped", {}, ["instance", "group"], {
    [`${ON_A} VG`]: number("master"),
    [`${ON_B} VG`]: number("backup"),
  }),
  fact("Configuration drift: A", "grouped", { kind: "priority" }, ["instance", "iname"], {}),
  fact("Configuration drift: A", "drifted", { kind: "priority" }, ["instance", "iname"], Object.fromEntries(each(ON_A, 1))),
  fact("Notify calls: A", "returned", { instance: ON_A, event: "master" }, [], (truth) => ({
    "": truth.grown("keepalived_notify_events_total", { kind: "instance", event: "master" }, ON_A),
  })),
  // The first makes the series, and so is no increase everywhere.
  fact("Notify calls: B", "unreadable", { instance: ON_A, source: "fifo" }, [], { "": [0.9, 2.2] }),
  fact("Notify FIFO not open: A", "steady", {}, [], { "": 0 }),
  fact("keepalived.conf not readable: A", "steady", {}, [], { "": 0 }),
  fact("keepalived.conf not readable: A", "unreadable", {}, [], { "": 1 }),
];
