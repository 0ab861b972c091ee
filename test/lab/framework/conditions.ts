import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Agent, AgentEvent } from "./agent.ts";
import { eventTime } from "./changes.ts";
import type { Watched } from "./pair.ts";
import { waitFor } from "./wait.ts";
import { R } from "./watch.ts";

/** Microseconds since the epoch: the clock of capture stamps and of the agents' events. */
export const now = (): number => Date.now() * 1_000;

/** The events about one condition of a virtual router that are not older than `since`. */
async function told(agent: Agent, kind: string, condition: string, { family, vrid }: Watched, since: number): Promise<AgentEvent[]> {
  return (await agent.events()).filter(
    (event) =>
      event.event === kind &&
      event.condition === condition &&
      event.family === family &&
      event.vrid === vrid &&
      eventTime(event) >= since - 1_000,
  );
}

async function untilTold(
  kind: string,
  agent: Agent,
  condition: string,
  router: Watched,
  since: number,
  within: number,
): Promise<AgentEvent> {
  return await waitFor(
    `${kind} ${condition} of VRID ${router.vrid} by ${agent.host.name}`,
    async () => (await told(agent, kind, condition, router, since))[0],
    { within, every: 100, state: () => story(agent, router, since) },
  );
}

/** Waits for the first time since then that a condition was raised, in the events, and gives that event. */
export const untilRaised = (agent: Agent, condition: string, router: Watched, since: number, within = 10_000): Promise<AgentEvent> =>
  untilTold("condition_raised", agent, condition, router, since, within);

/** The same for its end. */
export const untilCleared = (agent: Agent, condition: string, router: Watched, since: number, within = 8_000): Promise<AgentEvent> =>
  untilTold("condition_cleared", agent, condition, router, since, within);

/** What an agent said about a virtual router since then, for a failure message: one line an event. */
export async function story(agent: Agent, { family, vrid }: Watched, since: number): Promise<string[]> {
  const events = (await agent.events()).filter((event) => event.family === family && event.vrid === vrid && eventTime(event) >= since);
  return events.slice(-40).map((event) => {
    const { event: kind, at, evidence, interface: device, family: _family, vrid: _vrid, ...rest } = event;
    return `${agent.host.name} ${at.slice(14, 26)} ${kind} ${JSON.stringify(rest)}`;
  });
}

/** Holds gauge, counter, time and API of a raised condition together; `since`: when it can have been raised at the earliest. */
export async function assertShown(agent: Agent, condition: string, router: Watched, since: number): Promise<void> {
  const labels = { ...R(router.family, router.vrid), condition };
  const who = `${condition} of VRID ${router.vrid} by ${agent.host.name}`;
  const [active = Number.NaN] = await agent.metric("vrrp_condition_active", labels);
  const [transitions = 0] = await agent.metric("vrrp_condition_transitions_total", labels);
  const [raisedAt = 0] = await agent.metric("vrrp_condition_last_raised_timestamp_seconds", labels);
  if (active !== 1) assert.fail(`the gauge of ${who} is ${active}\n${(await story(agent, router, since)).join("\n")}`);
  assert.ok(transitions >= 1, `the counter of ${who}: ${transitions}`);
  assert.ok(raisedAt * 1e6 >= since - 1_000, `the time of ${who}: ${raisedAt}`);
  assert.ok((await activeConditions(agent, router)).includes(condition), `${who} in the API`);
}

interface ActiveCondition {
  readonly condition: string;
  readonly family: string;
  readonly vrid: number;
  readonly cause: string | null;
}

async function listed(agent: Agent, { family, vrid }: Watched): Promise<ActiveCondition[]> {
  const { conditions } = (await agent.getJson("/api/v1/conditions")) as { conditions: ActiveCondition[] };
  return conditions.filter((one) => one.family === family && one.vrid === vrid);
}

/** What the API lists as raised now. */
export const activeConditions = async (agent: Agent, router: Watched): Promise<string[]> =>
  (await listed(agent, router)).map(({ condition }) => condition);

/** The cause of a condition as the API has it now; undefined while it is not raised. */
export const causeNow = async (agent: Agent, condition: string, router: Watched): Promise<string | null | undefined> =>
  (await listed(agent, router)).find((one) => one.condition === condition)?.cause;

/** Waits until the cause is this one: it may be known later than the condition. */
export async function untilCause(agent: Agent, condition: string, router: Watched, cause: string, within = 6_000): Promise<void> {
  await waitFor(
    `${condition} of VRID ${router.vrid} on ${agent.host.name} to have the cause ${cause}`,
    async () => (await causeNow(agent, condition, router)) === cause,
    { within, every: 100, state: async () => [await listed(agent, router), await story(agent, router, 0)] },
  );
}

/** How long after `from` (microseconds since the epoch) something may be told: a number of intervals (in seconds) and microseconds. */
export interface Limit {
  readonly from: number;
  readonly interval: number;
  readonly intervals: number;
  readonly slack: number;
}

/** Reports how late something was told, in intervals, and holds it to the limit. */
export function assertInTime(t: TestContext, what: string, event: AgentEvent, { from, interval, intervals, slack }: Limit): void {
  const late = (eventTime(event) - from) / 1e6;
  t.diagnostic(`${what}: ${(late / interval).toFixed(2)} intervals (${(late * 1_000).toFixed(0)} ms), cause ${event.cause}`);
  assert.ok(late * 1e6 <= intervals * interval * 1e6 + slack, `${what}: ${late} s`);
}

const assertEachInTime =
  (what: string, untilTold: typeof untilRaised) =>
  async (t: TestContext, agents: readonly Agent[], condition: string, router: Watched, since: number, limit: Limit): Promise<void> => {
    const events = await Promise.all(agents.map((agent) => untilTold(agent, condition, router, since)));
    for (const [index, event] of events.entries()) assertInTime(t, `${condition} ${what} by ${agents[index]?.host.name}`, event, limit);
  };

/** Waits until each of the agents has raised a condition since then, and holds each to the limit. */
export const assertRaisedInTime = assertEachInTime("raised", untilRaised);

/** The same for the end of a condition. */
export const assertClearedInTime = assertEachInTime("cleared", untilCleared);

/** How late a process of a busy machine may be, in microseconds. */
export const SCHEDULING = 250_000;

/** Waits until nothing is raised for a virtual router on any of the agents, neither in the API nor in a gauge. */
export async function untilQuiet(agents: readonly Agent[], router: Watched, within = 8_000): Promise<void> {
  for (const agent of agents) {
    const raised = async (): Promise<string[]> => {
      const gauges = await agent.metric("vrrp_condition_active", R(router.family, router.vrid));
      return [...(await activeConditions(agent, router)), ...gauges.filter((value) => value === 1).map(() => "(a gauge)")];
    };
    await waitFor(`nothing to be raised for VRID ${router.vrid} on ${agent.host.name}`, async () => (await raised()).length === 0, {
      within,
      every: 100,
      state: raised,
    });
  }
}

/** What an agent raised about a virtual router since then, each condition once, in alphabetical order. */
export async function raisedSince(agent: Agent, { family, vrid }: Watched, since: number): Promise<string[]> {
  const raised = (await agent.events()).filter(
    (event) => event.event === "condition_raised" && event.family === family && event.vrid === vrid && eventTime(event) >= since,
  );
  return [...new Set(raised.map(({ condition }) => condition ?? ""))].sort();
}

/**
 * Fails where an agent raised something since then that is neither expected nor tolerated, or did not raise what is expected.
 * `tolerated`: true as well, but not what the scenario is about.
 */
export async function assertRaised(
  agent: Agent,
  router: Watched,
  since: number,
  expected: readonly string[],
  tolerated: readonly string[] = [],
): Promise<void> {
  const raised = await raisedSince(agent, router, since);
  const missing = expected.filter((condition) => !raised.includes(condition));
  const invented = raised.filter((condition) => !expected.includes(condition) && !tolerated.includes(condition));
  if (missing.length === 0 && invented.length === 0) return;
  const lines = (await story(agent, router, since)).join("\n");
  assert.fail(`${agent.host.name}, VRID ${router.vrid}: missing [${missing.join(", ")}], invented [${invented.join(", ")}]\n${lines}`);
}
