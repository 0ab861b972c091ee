import type { Agent, AgentRouter } from "../lab/framework/agent.ts";
import type { Host } from "../lab/framework/host.ts";
import { addressOf, type Watched } from "../lab/framework/pair.ts";
import { waitFor } from "../lab/framework/wait.ts";

type Seen = AgentRouter & { readonly master: { readonly source: string } | null };

/** The virtual routers of the pair's segment as the agent has them now; undefined while it does not answer. Those of a flood have another card. */
export async function onSegment(agent: Agent): Promise<readonly Seen[] | undefined> {
  const answer = await agent.tryGet("/api/v1/virtual-routers");
  if (answer?.status !== 200) return undefined;
  const { virtual_routers: all } = JSON.parse(answer.body) as { virtual_routers: readonly Seen[] };
  return all.filter((router) => router.interface === "eth0");
}

/** Waits until an agent names a host as master of all of these. Being asked must not be what keeps it busy: an answer is long in a flood. */
export async function untilMasters(agent: Agent, host: Host, routers: readonly Watched[], within: number, every = 100): Promise<void> {
  const are = async (): Promise<boolean> => {
    const seen = await onSegment(agent);
    return routers.every((router) => {
      const found = seen?.find(({ family, vrid }) => family === router.family && vrid === router.vrid);
      return found?.master?.source === addressOf(host, router);
    });
  };
  const state = async (): Promise<unknown> =>
    (await onSegment(agent))?.map(({ family, vrid, master, state: keepalived, senders }) => ({
      family,
      vrid,
      master: master?.source,
      keepalived,
      senders,
    }));
  await waitFor(`${host.name} to be master on ${agent.host.name}`, are, { within, every, state });
}
