import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { Agent } from "./framework/agent.ts";
import { recordedChanges } from "./framework/changes.ts";
import { daemonCommand } from "./framework/daemons.ts";
import type { Host } from "./framework/host.ts";
import { Lab } from "./framework/lab.ts";
import type { LabProcess } from "./framework/processes.ts";
import { Recorder } from "./framework/recorder.ts";
import { labSkip } from "./framework/requirements.ts";
import { ip, run } from "./framework/shell.ts";
import { waitFor } from "./framework/wait.ts";
import { R, untilMetric } from "./framework/watch.ts";

const skip = labSkip("/usr/lib/frr/zebra", "/usr/lib/frr/vrrpd", "tcpdump", "tshark");
const vrid = 25;

/** FRR's zebra and vrrpd on one host, with the macvlans that vrrpd wants: one for each family, with the virtual MAC. */
class Frr {
  readonly host: Host;
  readonly #folder: string;
  readonly #priority: number;
  #daemons: LabProcess[] = [];

  constructor(lab: Lab, host: Host, priority: number) {
    this.host = host;
    this.#folder = lab.folder(`frr-${host.name}`);
    this.#priority = priority;
  }

  async addMacvlans(): Promise<void> {
    for (const [name, mac, address, family] of [
      ["vrrp4", "00:00:5e:00:01:19", "192.0.2.125/24", "4"],
      ["vrrp6", "00:00:5e:00:02:19", "2001:db8:1::125/64", "6"],
    ] as const) {
      const { namespace } = this.host;
      await ip("-n", namespace, "link", "add", name, "link", "eth0", "type", "macvlan", "mode", "bridge");
      // random: with MACs alike, both hosts would have the same link-local address.
      await ip("-n", namespace, "link", "set", name, "address", mac, "addrgenmode", "random");
      await ip("-n", namespace, "addr", "add", address, "dev", name, ...(family === "6" ? ["nodad"] : []));
      await ip("-n", namespace, "link", "set", name, "up");
    }
  }

  async start(): Promise<void> {
    const config = `ip forwarding
ipv6 forwarding
interface eth0
 vrrp ${vrid} version 3
 vrrp ${vrid} priority ${this.#priority}
 vrrp ${vrid} advertisement-interval 500
 vrrp ${vrid} ip 192.0.2.125
 vrrp ${vrid} ipv6 2001:db8:1::125
`;
    writeFileSync(path.join(this.#folder, "frr.conf"), config);
    // The daemons give up root before they write here.
    await run("chown", ["-R", "frr:frr", this.#folder]);
    this.#daemons = [await this.#daemon("zebra"), await this.#daemon("vrrpd")];
  }

  /** Ends vrrpd first: it resigns with priority 0 while zebra is still there. */
  async stop(): Promise<void> {
    for (const daemon of this.#daemons.reverse()) await daemon.stop("SIGTERM");
  }

  async #daemon(name: string): Promise<LabProcess> {
    const file = (suffix: string): string => path.join(this.#folder, suffix);
    const files = ["-f", file("frr.conf"), "-i", file(`${name}.pid`), "-z", file("zserv.api"), "--vty_socket", this.#folder];
    const daemon = this.host.start(name, daemonCommand([`/usr/lib/frr/${name}`, ...files, "-P", "0", "--log", "stdout"]));
    await daemon.says(/starting|ready|Disabling MPLS/i, 10_000);
    return daemon;
  }
}

describe("a pair of FRR's vrrpd, version 3 on both families", { skip }, () => {
  let lab: Lab;
  let hosts: [Host, Host, Host];

  before(async () => {
    lab = await Lab.create();
    hosts = [await lab.addHost("a", 11), await lab.addHost("b", 12), await lab.addHost("c", 3)];
  });
  after(() => lab.close());

  test("the master and its graceful stop are seen, with the gap that tcpdump recorded", async (t) => {
    const [a, b, c] = hosts;
    const recorder = await Recorder.start(lab, c);
    const agent = await Agent.start(lab, c);
    const [first, second] = [new Frr(lab, a, 200), new Frr(lab, b, 100)];
    await first.addMacvlans();
    await second.addMacvlans();
    await first.start();
    await agent.master("ipv4", vrid, a.ipv4, 15_000);
    await agent.master("ipv6", vrid, await linkLocalOf(a), 15_000);
    await second.start();
    await recorder.more(6, 10_000);
    const onB = await Agent.start(lab, b, { name: "node" });
    // vrrpd keeps the address on the backup's macvlan, whose link it holds down.
    await untilMetric(onB, "vrrp_vip_present", { ...R("ipv4", vrid), address: "192.0.2.125", dev: "vrrp4" }, 0);
    assert.equal((await onB.tryGet(`/lb/eth0/ipv4/${vrid}`))?.status, 503);
    await first.stop();
    await agent.master("ipv4", vrid, b.ipv4, 10_000);
    await agent.master("ipv6", vrid, await linkLocalOf(b), 10_000);
    await untilMetric(onB, "vrrp_vip_present", { ...R("ipv4", vrid), address: "192.0.2.125", dev: "vrrp4" }, 1);
    assert.equal((await onB.tryGet(`/lb/eth0/ipv4/${vrid}`))?.status, 200);
    assert.deepEqual(await onB.metric("vrrp_router_state"), [], "no keepalived here");
    await recorder.more(6, 10_000);
    const adverts = await recorder.stop();
    for (const family of ["ipv4", "ipv6"] as const) {
      const changes = await agent.masterChanges(family, vrid);
      assert.deepEqual(
        changes.map(({ reason }) => reason),
        ["initial", "priority_zero"],
      );
      const gap = recordedChanges(adverts, family, vrid).at(-1)?.gap ?? Number.NaN;
      const off = Math.abs((changes.at(-1)?.gap_seconds ?? 0) * 1e6 - gap);
      t.diagnostic(`FRR ${family}: gap ${changes.at(-1)?.gap_seconds} s, ${off.toFixed(0)} µs from tcpdump's`);
      assert.ok(off <= 20_000);
    }
    assert.deepEqual(await agent.metric("vrrp_invalid_packets_total").then((values) => values.filter((value) => value > 0)), []);
  });
});

/** FRR sends from the link-local address of the IPv6 macvlan, which has none before vrrpd has set it up. */
async function linkLocalOf(host: Host): Promise<string> {
  return await waitFor(
    `the link-local address of ${host.name}'s macvlan`,
    async () => {
      const text = await ip("-n", host.namespace, "-j", "-6", "addr", "show", "dev", "vrrp6", "scope", "link");
      // iproute2 leaves empty objects in place of what the scope filters out.
      const links = JSON.parse(text) as { addr_info?: { local?: string }[] }[];
      return links.flatMap(({ addr_info = [] }) => addr_info).find(({ local }) => local !== undefined)?.local;
    },
    { within: 10_000, state: () => ip("-n", host.namespace, "addr") },
  );
}
