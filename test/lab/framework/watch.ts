import type { Agent, AgentEvent } from "./agent.ts";
import { waitFor } from "./wait.ts";

/** What a virtual router of eth0 is called in the labels of metrics. */
export const R = (family: "ipv4" | "ipv6", vrid: number): Record<string, string> => ({ interface: "eth0", family, vrid: String(vrid) });

/** Waits until the only sample of a metric with these labels has this value; undefined: until there is none. */
export async function untilMetric(
  agent: Agent,
  name: string,
  labels: Readonly<Record<string, string>>,
  value: number | undefined,
  within = 12_000,
): Promise<void> {
  const is = async (): Promise<boolean> => {
    const found = await agent.metric(name, labels);
    return value === undefined ? found.length === 0 : found.length === 1 && found[0] === value;
  };
  const state = async (): Promise<unknown> => (await agent.metrics()).split("\n").filter((line) => line.startsWith(name));
  await waitFor(`${name} ${JSON.stringify(labels)} of ${agent.host.name} to be ${value}`, is, { within, state });
}

/** Waits until keepalived's state of a virtual router is this one, and that alone. */
export async function untilState(agent: Agent, family: "ipv4" | "ipv6", vrid: number, state: string, within = 12_000): Promise<void> {
  await untilMetric(agent, "vrrp_router_state", { ...R(family, vrid), state }, 1, within);
}

/** Waits for an event with these fields, and gives it. */
export async function untilEvent(agent: Agent, fields: Partial<AgentEvent>, within = 12_000): Promise<AgentEvent> {
  const fits = (event: AgentEvent): boolean =>
    Object.entries(fields).every(([key, value]) => JSON.stringify(event[key as keyof AgentEvent]) === JSON.stringify(value));
  return await waitFor(`an event ${JSON.stringify(fields)}`, async () => (await agent.events()).find(fits), {
    within,
    state: async () => (await agent.events()).slice(-15),
  });
}
