import type { Agent, AgentEvent } from "../framework/agent.ts";
import { samples } from "../framework/agent.ts";
import { eventTime } from "../framework/changes.ts";
import type { Prometheus } from "../framework/prometheus.ts";
import { waitFor } from "../framework/wait.ts";

export type Labels = Readonly<Record<string, string>>;

/** The run in its order. At each of them nothing changes for as long as every engine needs to see it. */
export const momentNames = [
  "steady",
  "claimed",
  "split",
  "healed",
  "resigned",
  "returned",
  "crashed",
  "nobody",
  "recovered",
  "hesitated",
  "paused",
  "resumed",
  "grouped",
  "drifted",
  "unreadable",
  "end",
] as const;
export type MomentName = (typeof momentNames)[number];

/** What an agent says of itself. */
interface Told {
  readonly exposition: string;
  readonly events: readonly AgentEvent[];
}

/** What the agents said, by the address at which they are scraped, before and after every engine has scraped them. */
export interface Moment {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly before: ReadonlyMap<string, Told>;
  readonly after: ReadonlyMap<string, Told>;
}

/** What must be the same before and after: where it is not, the moment was no quiet one, and the next is taken. */
const QUIET = [
  "vrrp_masters",
  "vrrp_master_info",
  "vrrp_condition_active",
  "vrrp_router_state",
  "vrrp_vip_present",
  "vrrp_vip_owner_mismatch",
  "vrrpwatch_alerts_firing",
  "vrrpwatch_webhook_queue_length",
  "vrrpwatch_webhook_dead_deliveries",
  "vrrpwatch_incidents_open",
];
const state = (told: ReadonlyMap<string, Told>): string =>
  JSON.stringify([...told].map(([, { exposition }]) => QUIET.map((name) => samples(exposition, name))));

async function ask(agents: ReadonlyMap<string, Agent>): Promise<ReadonlyMap<string, Told>> {
  const told = [...agents].map(async ([instance, agent]): Promise<[string, Told]> => {
    const [exposition, events] = await Promise.all([agent.metrics(), agent.events()]);
    return [instance, { exposition, events }];
  });
  return new Map(await Promise.all(told));
}

/** Takes a quiet moment. `agents`: those that answer. */
export async function take(name: MomentName, agents: ReadonlyMap<string, Agent>, engines: readonly Prometheus[]): Promise<Moment> {
  const attempt = async (): Promise<Moment | null> => {
    const before = await ask(agents);
    const since = Date.now() / 1_000;
    for (const engine of engines) await engine.until(`count(timestamp(vrrpwatch_build_info) > ${since}) == ${agents.size}`);
    const at = Date.now() / 1_000;
    const after = await ask(agents);
    return state(before) === state(after) ? { at, before, after } : null;
  };
  return await waitFor(`a quiet moment: ${name}`, attempt, { within: 40_000 });
}

export type Moments = Readonly<Record<MomentName, Moment>>;

/** The ends of what a value may be. */
export type Span = readonly [least: number, most: number];

const fits = (labels: Labels, wanted: Labels): boolean => Object.entries(wanted).every(([name, value]) => (labels[name] ?? "") === value);

/** What the agents say of the run, to be compared with what the queries make of it. */
export class Truth {
  readonly at: Moment;
  readonly since: Moment;
  readonly #notes: ReadonlyMap<string, number>;

  constructor(since: Moment, at: Moment, notes: ReadonlyMap<string, number>) {
    this.since = since;
    this.at = at;
    this.#notes = notes;
  }

  /** Seconds since the epoch at which something was done. */
  noted(what: string): number {
    const at = this.#notes.get(what);
    if (at === undefined) throw new Error(`${what} was never noted`);
    return at;
  }

  /** The values of a metric on one agent, or on each of them, at the moment. */
  metric(name: string, labels: Labels, instance?: string): number[] {
    return this.#told(this.at.before, instance).flatMap((told) => valuesOf(told, name, labels));
  }

  /** What a counter has grown by since the first moment, on the agent where it grew most: as far as it is the same on all engines. */
  grown(name: string, labels: Labels, instance?: string): Span {
    const grew = (from: ReadonlyMap<string, Told>, to: ReadonlyMap<string, Told>): number[] =>
      [...to]
        .filter(([one]) => instance === undefined || one === instance)
        .map(([one, told]) => sum(valuesOf(told, name, labels)) - sum(this.#told(from, one).flatMap((old) => valuesOf(old, name, labels))));
    const least = Math.max(...grew(this.since.after, this.at.before));
    const most = Math.max(...grew(this.since.before, this.at.after));
    const [from, to] = loosened([least, most]);
    // Of a series that is some seconds old an increase is extrapolated by half a scrape at each end, which is a sixth of six seconds.
    return [from, to + NEWBORN];
  }

  /** The same a second. */
  rate(name: string, labels: Labels, instance?: string): Span {
    const [least, most] = this.grown(name, labels, instance);
    const elapsed = this.at.at - this.since.at;
    return loosened([least / elapsed, most / elapsed]);
  }

  /** What an observation of a summary was on average since the first moment. */
  mean(name: string, labels: Labels): Span {
    const [least, most] = this.grown(`${name}_sum`, labels);
    const [fewest, mostOften] = this.grown(`${name}_count`, labels);
    return [least / mostOften, most / fewest];
  }

  /** The last events with these fields before the moment, one for each agent that has any. */
  last(fields: Readonly<Record<string, unknown>>): AgentEvent[] {
    return [...this.at.before.values()].flatMap(({ events }) => events.filter(having(fields)).slice(-1));
  }

  /** How many events with these fields there were since the first moment, by the agent that has most. */
  count(fields: Readonly<Record<string, unknown>>): number {
    const counts = [...this.at.before.values()].map(
      ({ events }) => events.filter((event) => having(fields)(event) && eventTime(event) / 1e6 > this.since.at).length,
    );
    return Math.max(...counts);
  }

  #told(of: ReadonlyMap<string, Told>, instance?: string): Told[] {
    return [...of].filter(([one]) => instance === undefined || one === instance).map(([, told]) => told);
  }
}

const valuesOf = ({ exposition }: Told, name: string, labels: Labels): number[] =>
  samples(exposition, name)
    .filter((sample) => fits(sample.labels, labels))
    .map(({ value }) => value);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const having =
  (fields: Readonly<Record<string, unknown>>) =>
  (event: AgentEvent): boolean =>
    Object.entries(fields).every(([key, value]) => event[key as keyof AgentEvent] === value);

const NEWBORN = 0.25;

/** An engine extrapolates to the ends of the range, or takes a sample more. */
export const loosened = ([least, most]: Span): Span => [least * 0.93 - 0.01, most * 1.07 + 0.01];

/** Seconds since the epoch. */
export const timeOf = (event: AgentEvent): number => eventTime(event) / 1e6;

export { fits };
