import { Agent } from "./agent.ts";
import { createPair, type Pair, type PairInstance, untilMaster, type Watched } from "./pair.ts";
import { type RecordedAdvert, Recorder } from "./recorder.ts";

/** A pair with an agent on each of its hosts, and a recording on the listener. */
export interface Trio extends Pair {
  readonly onA: Agent;
  readonly onB: Agent;
  readonly onM: Agent;
  readonly agents: readonly Agent[];
  readonly recorder: Recorder;
}

export interface TrioOptions {
  /** The configuration of all three agents. */
  readonly config?: string;
  /** What is to be there before anything runs. */
  readonly prepare?: (pair: Pair) => Promise<void>;
}

/** Starts everything and waits until all agents agree that a is master of all virtual routers. */
export async function createTrio(instances: readonly PairInstance[], { config = "", prepare }: TrioOptions = {}): Promise<Trio> {
  const pair = await createPair(instances);
  try {
    await prepare?.(pair);
    for (const node of [pair.first, pair.second])
      node.writeConfig(undefined, { globals: `vrrp_notify_fifo ${node.notifyFifo}\nvrrp_notify_priority_changes true` });
    const [recorder, onA, onB, onM] = await Promise.all([
      Recorder.start(pair.lab, pair.listener),
      Agent.start(pair.lab, pair.a, { keepalived: pair.first, config }),
      Agent.start(pair.lab, pair.b, { keepalived: pair.second, config }),
      Agent.start(pair.lab, pair.listener, { config }),
    ]);
    const trio = { ...pair, onA, onB, onM, agents: [onA, onB, onM], recorder };
    await Promise.all([pair.first.start(), pair.second.start()]);
    await untilSettled(trio, instances);
    return trio;
  } catch (error) {
    pair.lab.close();
    throw error;
  }
}

export const routerOf = ({ vrid, addresses }: PairInstance): Watched => ({ family: addresses[0]?.includes(":") ? "ipv6" : "ipv4", vrid });

/** Waits until a is master of all virtual routers and b is backup, for the agents and for keepalived. */
export async function untilSettled(trio: Trio, instances: readonly PairInstance[], within = 20_000): Promise<void> {
  await Promise.all(trio.agents.map((agent) => untilMaster(agent, trio.a, instances.map(routerOf), within)));
  for (const { name } of instances) {
    await trio.first.untilState(name, "MASTER", within);
    await trio.second.untilState(name, "BACKUP", within);
  }
}

/** The adverts (not the resignations) of a host in a virtual router that were recorded since then. */
export function advertsOf(trio: Trio, host: "a" | "b", vrid: number, since: number): RecordedAdvert[] {
  const { ipv4 } = trio[host];
  return trio.recorder
    .adverts()
    .filter((advert) => advert.vrid === vrid && advert.source === ipv4 && advert.priority > 0 && advert.at >= since);
}
