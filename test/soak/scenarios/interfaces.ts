import assert from "node:assert/strict";
import { samples } from "../../lab/framework/agent.ts";
import { ip, run } from "../../lab/framework/shell.ts";
import { waitFor } from "../../lab/framework/wait.ts";
import { defineScenario, fact } from "../scenario.ts";
import { onSegment } from "../view.ts";

/** Names are used again and again, each time with another index. */
const NAMES = 20;
const LEFT = 3;

/** Adds a pair, takes it up and down, renames it and removes it: five commands, and twice as many events. */
function lifeOf(n: number): string[] {
  const name = `vs${n % NAMES}`;
  return [
    `link add ${name} type veth peer name vp${n % NAMES}`,
    `link set ${name} up`,
    `link set ${name} down`,
    `link set ${name} name vr${n % NAMES}`,
    `link del vr${n % NAMES}`,
  ];
}

export const interfaces = defineScenario({
  name: "interfaces",
  done: "interfaces added, taken up and down, renamed and removed as fast as the kernel does it, their names used again",
  holds:
    "afterwards the agent's interfaces are the kernel's, it has no more descriptors than before, and it has missed no state of the virtual routers on the others",
  short: { events: 300 },
  full: { events: 5_000 },
  run: async (station, { events }) => {
    const { pair, agent, sampler } = station;
    const { namespace } = pair.a;
    await station.isSettled();
    const before = sampler.now();
    const changes = async (): Promise<unknown> =>
      (await agent.metric("vrrp_master_transitions_total", { interface: "eth0" })).reduce((x, y) => x + y, 0);
    const moved = await changes();
    const commands = Array.from({ length: events / 5 }, (_, n) => lifeOf(n)).flat();
    // What is there at the end came in the storm.
    commands.push(...Array.from({ length: LEFT }, (_, n) => `link add left${n} type veth peer name tfel${n}`));
    const began = performance.now();
    await run("ip", ["-n", namespace, "-batch", "-"], { input: `${commands.join("\n")}\n`, timeout: 300_000 });
    const seconds = (performance.now() - began) / 1_000;
    const kernels = async (): Promise<string[]> =>
      (JSON.parse(await ip("-n", namespace, "-j", "link", "show")) as { ifname: string }[])
        .map(({ ifname }) => ifname)
        .filter((name) => name !== "lo")
        .sort();
    const agents = async (): Promise<string[]> =>
      samples(await agent.metrics(), "vrrp_interface_up")
        .map(({ labels }) => labels["interface"] ?? "")
        .filter((name) => name !== "lo")
        .sort();
    const expected = await kernels();
    const lag = performance.now();
    await waitFor("the agent's interfaces to be the kernel's", async () => String(await agents()) === String(expected), {
      within: 30_000,
      every: 20,
      state: async () => ({ expected, agents: await agents() }),
    });
    const took = performance.now() - lag;
    assert.equal(await changes(), moved, "a change of master was reported, and there was none");
    assert.ok((await onSegment(agent))?.length);
    for (let n = 0; n < LEFT; n++) await ip("-n", namespace, "link", "del", `left${n}`);
    await waitFor("these to be gone, too", async () => !(await agents()).some((name) => name.startsWith("left")), { within: 30_000 });
    await station.failOverAndBack();
    const after = sampler.now();
    assert.ok(after.descriptors <= before.descriptors + 4, `${before.descriptors} descriptors before, ${after.descriptors} after`);
    return [
      fact("commands / seconds", `${commands.length.toLocaleString("en-US")} / ${seconds.toFixed(1)}`),
      fact("until the agent's interfaces were the kernel's", `${took.toFixed(0)} ms`),
      fact("descriptors before / after", `${before.descriptors} / ${after.descriptors}`),
    ];
  },
});
