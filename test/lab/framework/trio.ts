import { Agent } from "./agent.ts";
import type { Host } from "./host.ts";
import type { Keepalived } from "./keepalived.ts";
import { addressOf, createPair, type Pair, type PairInstance, type Watched } from "./pair.ts";
import { type RecordedAdvert, Recorder } from "./recorder.ts";
import { waitFor } from "./wait.ts";

/** A pair with an agent on each of its hosts, and a recording on the listener. */
export interface Trio extends Pair {
  readonly onA: Agent;
  readonly onB: Agent;
  readonly onM: Agent;
  readonly agents: readonly Agent[];
  /** Those that hear the adverts. */
  readonly hearing: readonly Agent[];
  readonly recorder: Recorder;
}

export interface TrioOptions {
  /** The configuration of all three agents. */
  readonly config?: string;
  /** The configuration of the agent on one host, where they differ. */
  readonly configOf?: (host: Host) => string;
  /** Where all three listen besides, each in its own namespace. */
  readonly listen?: readonly string[];
  /** What is to be there before anything runs. */
  readonly prepare?: (pair: Pair) => Promise<void>;
  /** Whether the listener hears the adverts; false for unicast peers. Default true. */
  readonly listens?: boolean;
}

/** Starts everything and waits until all agents agree that a is master of all virtual routers. */
export async function createTrio(
  instances: readonly PairInstance[],
  { config = "", configOf = () => config, prepare, listens = true, listen = [] }: TrioOptions = {},
): Promise<Trio> {
  const pair = await createPair(instances);
  try {
    await prepare?.(pair);
    for (const node of [pair.first, pair.second])
      node.writeConfig(undefined, { globals: `vrrp_notify_fifo ${node.notifyFifo}\nvrrp_notify_priority_changes true` });
    const [recorder, onA, onB, onM] = await Promise.all([
      Recorder.start(pair.lab, pair.listener),
      Agent.start(pair.lab, pair.a, { keepalived: pair.first, config: configOf(pair.a), listen }),
      Agent.start(pair.lab, pair.b, { keepalived: pair.second, config: configOf(pair.b), listen }),
      Agent.start(pair.lab, pair.listener, { config: configOf(pair.listener), listen }),
    ]);
    const trio = { ...pair, onA, onB, onM, agents: [onA, onB, onM], hearing: listens ? [onA, onB, onM] : [onA, onB], recorder };
    await Promise.all([pair.first.start(), pair.second.start()]);
    await untilSettled(trio, instances, 45_000);
    return trio;
  } catch (error) {
    pair.lab.close();
    throw error;
  }
}

export const routerOf = ({ vrid, addresses }: PairInstance): Watched => ({ family: addresses[0]?.includes(":") ? "ipv6" : "ipv4", vrid });

/** Waits until a is master of all virtual routers and b is backup, for the agents and for keepalived. */
export async function untilSettled(trio: Trio, instances: readonly PairInstance[], within = 20_000): Promise<void> {
  await Promise.all(trio.hearing.map((agent) => untilMasterOfAll(agent, trio.a, instances, within)));
  await untilStates(trio.first, instances, "MASTER", within);
  await untilStates(trio.second, instances, "BACKUP", within);
}

/** Milliseconds between two looks: with many virtual routers an answer is long, and being asked must not be what keeps an agent busy. */
const pollEvery = (instances: readonly PairInstance[]): number => Math.max(100, 4 * instances.length);

/** Waits until keepalived on a node says that all instances are in this state. */
export async function untilStates(
  node: Keepalived,
  instances: readonly PairInstance[],
  state: "MASTER" | "BACKUP",
  within = 8_000,
): Promise<void> {
  const are = (): boolean => {
    const states = node.states();
    return instances.every(({ name }) => states.get(name) === state);
  };
  await waitFor(`all of ${node.host.name} to be ${state}`, are, { within, every: pollEvery(instances), state: () => [...node.states()] });
}

/** The same for an agent, by the masters of its API: its log of events holds the latest ones only. */
export async function untilMasterOfAll(agent: Agent, host: Host, instances: readonly PairInstance[], within = 20_000): Promise<void> {
  const masters = async (): Promise<Map<string, string | undefined>> => {
    // Busy with hundreds of failovers, it may not answer in time: then it is asked again.
    const answer = await agent.tryGet("/api/v1/virtual-routers");
    const { virtual_routers: all } = JSON.parse(answer?.body ?? '{"virtual_routers": []}') as {
      virtual_routers: { family: string; vrid: number; master: { source: string } | null }[];
    };
    return new Map(all.map(({ family, vrid, master }) => [`${family} ${vrid}`, master?.source]));
  };
  const are = async (): Promise<boolean> => {
    const found = await masters();
    return instances.map(routerOf).every((router) => found.get(`${router.family} ${router.vrid}`) === addressOf(host, router));
  };
  await waitFor(`${host.name} to be master of all on ${agent.host.name}`, are, {
    within,
    every: pollEvery(instances),
    state: async () => [...(await masters())].filter(([, master]) => master !== host.ipv4 && master !== host.linkLocal),
  });
}

/** The adverts (not the resignations) of a host in a virtual router that were recorded since then. */
export function advertsOf(trio: Trio, host: "a" | "b", vrid: number, since: number): RecordedAdvert[] {
  const { ipv4 } = trio[host];
  return trio.recorder
    .adverts()
    .filter((advert) => advert.vrid === vrid && advert.source === ipv4 && advert.priority > 0 && advert.at >= since);
}

/** The first of them: keepalived logs its state before the advert is on the wire. */
export const firstAdvertOf = (trio: Trio, host: "a" | "b", vrid: number, since: number): Promise<RecordedAdvert> =>
  waitFor(`an advert of ${host} in VRID ${vrid}`, () => advertsOf(trio, host, vrid, since)[0], { within: 15_000 });

/** What was heard of a virtual router since then, as one line: who, and seconds since then. */
export function wireStory(trio: Trio, vrid: number, since: number): string {
  const names = new Map([trio.a, trio.b].map(({ ipv4, name }) => [ipv4, name]));
  const adverts = trio.recorder.adverts().filter((advert) => advert.vrid === vrid && advert.at >= since);
  return adverts
    .slice(-60)
    .map(({ at, source, priority }) => `${names.get(source) ?? source}${priority === 0 ? "(0)" : ""} ${((at - since) / 1e6).toFixed(3)}`)
    .join(", ");
}
