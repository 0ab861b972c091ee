import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { Agent } from "./framework/agent.ts";
import type { Host } from "./framework/host.ts";
import { createPair, type Pair, untilMaster, type Watched } from "./framework/pair.ts";
import type { LabProcess } from "./framework/processes.ts";
import { Recorder } from "./framework/recorder.ts";
import { labSkip } from "./framework/requirements.ts";
import { run } from "./framework/shell.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "tcpdump", "tshark", "curl");
const routers: Watched[] = [
  { family: "ipv4", vrid: 51 },
  { family: "ipv6", vrid: 61 },
];

/** Every frame that leaves a host, whoever sends it. */
class Outgoing {
  readonly #file: string;
  readonly #process: LabProcess;

  private constructor(file: string, process: LabProcess) {
    this.#file = file;
    this.#process = process;
  }

  static async start(pair: Pair, host: Host, name: string): Promise<Outgoing> {
    const file = path.join(pair.lab.folder("captures"), `${name}.pcap`);
    const command = ["tcpdump", "-i", "eth0", "-Q", "out", "-n", "-p", "-U", "--immediate-mode", "-Z", "root", "-w", file];
    const process = host.start("tcpdump", command);
    await process.says(/listening on/, 10_000);
    return new Outgoing(file, process);
  }

  get bytes(): number {
    return readFileSync(this.#file).length;
  }

  /** What left, as `protocol destination` in the order of the first of each kind, with how often. */
  async stop(): Promise<Map<string, number>> {
    await this.#process.stop("SIGINT");
    const fields = ["frame.protocols", "ip.dst", "ipv6.dst", "icmpv6.type", "tcp.srcport"];
    const text = await run("tshark", ["-n", "-r", this.#file, "-T", "fields", ...fields.flatMap((field) => ["-e", field])]);
    const kinds = new Map<string, number>();
    for (const line of text.split("\n").filter(Boolean)) {
      const [protocols = "", ip4, ip6, icmp, port] = line.split("\t");
      const layers = protocols.split(":");
      const found = ["igmp", "arp", "tcp", "icmpv6"].find((layer) => layers.includes(layer)) ?? protocols;
      const kind = [found, icmp, port].filter(Boolean).join(" ") + (found === "tcp" || found === "arp" ? "" : ` to ${ip4 || ip6}`);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    return kinds;
  }
}

/** A host on which nothing but the agent runs. What the kernel says by itself is switched off, or over before it starts. */
describe("what leaves a host on which only the agent runs", { skip }, () => {
  let pair: Pair;
  let wire: Recorder;
  before(async () => {
    pair = await createPair([
      { name: "V51", vrid: 51, version: 3, interval: 0.1, addresses: ["192.0.2.100/24"] },
      { name: "V61", vrid: 61, version: 3, interval: 0.1, addresses: ["fe80::100/64", "2001:db8:1::100/64"] },
    ]);
    // The kernel asks for a router as long as none answers, without end (ip-sysctl: router_solicitations).
    await pair.listener.exec(["sysctl", "-qw", "net.ipv6.conf.eth0.router_solicitations=0"]);
    await pair.first.start();
    wire = await Recorder.start(pair.lab, pair.listener);
    // It repeats the reports of the groups of its own addresses a few times after the interface came up (RFC 3810 §9.14).
    const before = await Outgoing.start(pair, pair.listener, "before");
    for (let bytes = -1; bytes !== before.bytes; ) {
      bytes = before.bytes;
      await wire.more(60, 15_000);
    }
    await before.stop();
  });
  after(() => pair?.lab.close());

  const start = async (joins: string, listen: readonly string[] = []): Promise<Agent> => {
    const agent = await Agent.start(pair.lab, pair.listener, {
      name: `joins-${joins}`,
      config: `capture: {join_groups: ${joins}}\n`,
      listen,
    });
    await untilMaster(agent, pair.a, routers);
    return agent;
  };

  test("is nothing at all without group joins, from before its start until after its end", async () => {
    const outgoing = await Outgoing.start(pair, pair.listener, "without");
    const agent = await start("false");
    await agent.metrics();
    await pair.first.stop();
    await pair.first.start();
    await untilMaster(agent, pair.a, routers);
    await wire.more(60, 15_000);
    assert.equal(await agent.stop(), 0);
    await wire.more(40, 15_000);
    assert.deepEqual(await outgoing.stop(), new Map());
  });

  test("is IGMP and MLD where it joins the groups, and nothing else", async (t) => {
    const outgoing = await Outgoing.start(pair, pair.listener, "with");
    const agent = await start("true");
    await wire.more(60, 15_000);
    assert.equal(await agent.stop(), 0);
    await waitFor(
      "the groups to be left",
      async () => !(await pair.listener.exec(["cat", "/proc/net/igmp6"])).includes("ff020000000000000000000000000012"),
      {
        within: 5_000,
      },
    );
    await wire.more(40, 15_000);
    const kinds = await outgoing.stop();
    t.diagnostic(JSON.stringify([...kinds]));
    assert.deepEqual([...kinds.keys()].sort(), ["icmpv6 143 to ff02::16", "igmp to 224.0.0.22"]);
  });

  test("is besides that the answers to those who ask it over HTTP, with the ARP of the kernel", async (t) => {
    const outgoing = await Outgoing.start(pair, pair.listener, "http");
    const agent = await start("false", [`${pair.listener.ipv4}:10112`]);
    for (let i = 0; i < 3; i++) await pair.a.exec(["curl", "-sf", "-m", "5", `http://${pair.listener.ipv4}:10112/metrics`]);
    assert.equal(await agent.stop(), 0);
    const kinds = await outgoing.stop();
    t.diagnostic(JSON.stringify([...kinds]));
    for (const kind of kinds.keys()) assert.match(kind, /^(?:tcp 10112|arp)$/);
    assert.ok(kinds.has("tcp 10112"), "the capture sees what is sent");
  });
});
