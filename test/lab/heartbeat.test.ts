import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { Agent } from "./framework/agent.ts";
import type { Host } from "./framework/host.ts";
import { Lab } from "./framework/lab.ts";
import { labSkip } from "./framework/requirements.ts";
import { waitFor } from "./framework/wait.ts";
import { WebhookReceiver } from "./framework/webhooks.ts";

const PORT = 9_000;

describe("the heartbeat of an agent", { skip: labSkip() }, () => {
  let lab: Lab;
  let host: Host;
  let receiver: WebhookReceiver;
  before(async () => {
    lab = await Lab.create();
    host = await lab.addHost("a", 1);
    receiver = await WebhookReceiver.start(lab, host, PORT);
  });
  after(() => lab?.close());

  const config = (name: string, more: string): string =>
    `alerts: {heartbeat: {url: "http://${host.ipv4}:${PORT}/${name}", interval: 1h}}\nvirtual_routers: [${more}]`;
  const beatsOf = (name: string): number => receiver.received.filter(({ path }) => path === `/${name}`).length;

  test("is first sent as soon as the agent is ready", async () => {
    await Agent.start(lab, host, { name: "at-once", config: config("at-once", "") });
    await waitFor("the first heartbeat", () => beatsOf("at-once") === 1, { within: 5_000 });
  });

  test("is not sent while nothing is captured where virtual routers are expected", async () => {
    const agent = await Agent.start(lab, host, { name: "elsewhere", config: config("elsewhere", "{vrid: 51, interface: eth9}") });
    await waitFor("the agent to say so", () => agent.process.stdout.includes("heartbeat is not sent"), { within: 5_000 });
    assert.equal(beatsOf("elsewhere"), 0);
  });
});
