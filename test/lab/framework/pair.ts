import type { Agent } from "./agent.ts";
import type { Host } from "./host.ts";
import { type Instance, Keepalived } from "./keepalived.ts";
import { Lab } from "./lab.ts";
import type { Recorder } from "./recorder.ts";

export type PairInstance = Omit<Instance, "priority">;

/** Two keepalived nodes, a (priority 150) and b (priority 100), and one host that only listens. */
export interface Pair {
  readonly lab: Lab;
  readonly a: Host;
  readonly b: Host;
  readonly listener: Host;
  readonly first: Keepalived;
  readonly second: Keepalived;
}

export async function createPair(instances: readonly PairInstance[]): Promise<Pair> {
  const lab = await Lab.create();
  try {
    const [a, b, listener] = [await lab.addHost("a", 1), await lab.addHost("b", 2), await lab.addHost("c", 3)];
    const withPriority = (priority: number): Instance[] => instances.map((instance) => ({ ...instance, priority }));
    const first = new Keepalived(lab, a, withPriority(150));
    const second = new Keepalived(lab, b, withPriority(100));
    return { lab, a, b, listener, first, second };
  } catch (error) {
    lab.close();
    throw error;
  }
}

/** A virtual router of the pair, and what its senders are called there. */
export interface Watched {
  readonly family: "ipv4" | "ipv6";
  readonly vrid: number;
}

export const addressOf = (host: Host, { family }: Watched): string => (family === "ipv4" ? host.ipv4 : host.linkLocal);

/** Waits until an agent reports `host` as master of all of them. */
export async function untilMaster(agent: Agent, host: Host, routers: readonly Watched[], within = 12_000): Promise<void> {
  await Promise.all(routers.map((router) => agent.master(router.family, router.vrid, addressOf(host, router), within)));
}

/** The steps of a failover and the reason that each has to be reported with. Every one waits until all agents have seen it. */
export async function playFailover(
  pair: Pair,
  agents: readonly Agent[],
  routers: readonly Watched[],
  { returns }: { returns: boolean },
): Promise<string[]> {
  const { a, b, first, second } = pair;
  const until = (host: Host): Promise<unknown> => Promise.all(agents.map((agent) => untilMaster(agent, host, routers)));
  await first.start();
  await until(a);
  await second.start();
  await first.stop();
  await until(b);
  await first.start();
  await until(a);
  await first.crash();
  await until(b);
  if (!returns) return ["initial", "priority_zero", "preempted", "no_response"];
  await first.start();
  await until(a);
  return ["initial", "priority_zero", "preempted", "no_response", "preempted"];
}

/** Waits until the wire has gone on for a while, so that a late false report would have been made. */
export const settle = (recorder: Recorder, packets: number): Promise<void> => recorder.more(packets, 15_000);
