import type { LabProcess } from "../framework/processes.ts";
import { type Engine, Prometheus } from "../framework/prometheus.ts";
import { Rogue } from "../framework/rogue.ts";
import { ip } from "../framework/shell.ts";
import { createTrio, type Trio } from "../framework/trio.ts";
import { WebhookReceiver } from "../framework/webhooks.ts";
import { DECOY_DEVICE, DEVICE, foreignAdvert, instances, ipv4, ON_A, ON_B, ON_C, PORT, segments } from "./cast.ts";

/** Three agents, what scrapes them every second, and a host that sends adverts in VLANs all the while. */
export interface Stage {
  readonly trio: Trio;
  readonly outsider: Rogue;
  /** The one that the run waits for, which is the first of the engines. */
  readonly prometheus: Prometheus;
  readonly engines: readonly Prometheus[];
}

const RECEIVER_PORT = 9_000;

export async function createStage(engines: readonly Engine[]): Promise<Stage> {
  let outsider: Rogue | undefined;
  const receiver = `http://192.0.2.3:${RECEIVER_PORT}`;
  const trio = await createTrio(instances, {
    listen: [`:${PORT}`],
    // Nobody listens on port 9: deliveries wait and are tried again. Prometheus has no such page, so that what it gets is refused for good.
    config: `alerts:
  heartbeat: {url: "${receiver}/alive", interval: 1s}
  receivers: [{name: oncall, url: "${receiver}/oncall"}, {name: gone, url: "http://192.0.2.3:9/"}, {name: refusing, url: "http://127.0.0.1:9090/none"}]
${segments}`,
    prepare: async ({ lab, listener }) => {
      outsider = await Rogue.create(lab, await lab.addHost("r", 9));
      // Longer than any run.
      const forever = (rogue: Rogue, ...frames: readonly string[]): LabProcess =>
        rogue.stream(frames, frames.length, 3_600 * frames.length);
      forever(outsider, foreignAdvert(outsider.host, ipv4.vrid, 77, 100), foreignAdvert(outsider.host, ipv4.vrid, 78, 100, 7));
      for (const [index, { name, bridge, vrid }] of [DEVICE, DECOY_DEVICE].entries()) {
        await lab.addSwitch(bridge);
        const port = `p-${bridge}`;
        await ip("-n", lab.switchNamespace, "link", "add", port, "type", "veth", "peer", "name", name, "netns", listener.namespace);
        await ip("-n", lab.switchNamespace, "link", "set", port, "master", bridge, "up");
        await ip("-n", listener.namespace, "link", "set", name, "addrgenmode", "none", "up");
        const master = await lab.addHost(`s${index}`, 10 + index);
        await master.plugInto(bridge);
        forever(await Rogue.create(lab, master), foreignAdvert(master, vrid, 79));
      }
      await WebhookReceiver.start(lab, listener, RECEIVER_PORT);
    },
  });
  try {
    if (outsider === undefined) throw new Error("the outsider was not made");
    const started = await Promise.all(engines.map((engine) => Prometheus.start(trio.lab, trio.listener, [ON_A, ON_B, ON_C], engine)));
    const [prometheus] = started;
    if (prometheus === undefined) throw new Error("nobody scrapes");
    return { trio, outsider, prometheus, engines: started };
  } catch (error) {
    trio.lab.close();
    throw error;
  }
}
