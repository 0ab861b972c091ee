import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { Agent, samples } from "./framework/agent.ts";
import { advert } from "./framework/frames.ts";
import type { Host } from "./framework/host.ts";
import { Lab } from "./framework/lab.ts";
import { labSkip } from "./framework/requirements.ts";
import { Rogue } from "./framework/rogue.ts";
import { ip, run } from "./framework/shell.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("cc", "promtool");

/** The kernel takes any bytes but spaces, slashes and colons (net/core/dev.c, dev_valid_name), 15 of them. */
const names = ['a"} 1', "<b>x</b>", "\\n\"'&", "\u001b[31mred", "=cmd|'", "{{x}}", "-rf", "..x", "münchen"].map((name) =>
  name.replaceAll(/[\s/]/g, ""),
);

describe("interfaces with names that mean something to those who read them", { skip }, () => {
  let lab: Lab;
  let host: Host;
  let agent: Agent;
  before(async () => {
    lab = await Lab.create();
    host = await lab.addHost("a", 1);
    const sender = await lab.addHost("r", 9);
    for (const [i, name] of names.entries()) {
      await ip("-n", lab.switchNamespace, "link", "add", `odd${i}`, "type", "veth", "peer", "name", name, "netns", host.namespace);
      await ip("-n", lab.switchNamespace, "link", "set", `odd${i}`, "master", "br0", "up");
      await ip("-n", host.namespace, "link", "set", "dev", name, "up");
    }
    agent = await Agent.start(lab, host, { config: "log: {level: debug}" });
    const rogue = await Rogue.create(lab, sender);
    const one = advert({ vrid: 51, priority: 100, interval: 100, addresses: ["192.0.2.51"], source: sender.ipv4, mac: sender.mac });
    rogue.stream([one], 10, 10_000);
    await waitFor("every interface to be heard", async () => heard(await agent.metrics()).length === names.length + 1, { within: 15_000 });
  });
  after(() => lab?.close());

  const heard = (text: string): string[] => samples(text, "vrrp_masters").map(({ labels }) => labels["interface"] ?? "");

  test("are label values and nothing else", async () => {
    const text = await agent.metrics();
    const escaped = ["eth0", ...names].map((name) => name.replaceAll("\\", "\\\\").replaceAll('"', '\\"'));
    assert.deepEqual(heard(text).sort(), escaped.sort());
    await run("promtool", ["check", "metrics"], { input: text });
  });

  test("send no commands to the terminal of who reads the log", async () => {
    const lines = agent.process.stdout.trimEnd().split("\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    assert.doesNotMatch(lines.join(""), /[\x00-\x1f\x7f]/);
    assert.ok(lines.some((line) => line.includes("\\u001b[31mred")));
    for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), line);
  });

  test("become no markup of the page, and the API has them as they are", async () => {
    const page = await agent.tryGet("/");
    assert.equal(page?.status, 200);
    assert.doesNotMatch(page.body, /<b>/);
    assert.match(page.body, /&lt;b&gt;/);
    const { virtual_routers: routers } = (await agent.getJson("/api/v1/virtual-routers")) as { virtual_routers: { interface: string }[] };
    assert.deepEqual(routers.map((router) => router.interface).sort(), ["eth0", ...names].sort());
    for (const name of names) {
      const found = await agent.tryGet(`/api/v1/virtual-routers/${encodeURIComponent(name)}/ipv4/51`);
      assert.equal(found?.status, 200, name);
    }
  });
});
