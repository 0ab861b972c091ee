import { LabProcess } from "./processes.ts";
import { ip, run } from "./shell.ts";

/** A machine of the lab: a network namespace with eth0 on the lab's switch. Number N has 192.0.2.N, 2001:db8:1::N and fe80::N. */
export class Host {
  readonly name: string;
  readonly namespace: string;
  readonly number: number;
  readonly #switchNamespace: string;

  constructor(name: string, namespace: string, number: number, switchNamespace: string) {
    this.name = name;
    this.namespace = namespace;
    this.number = number;
    this.#switchNamespace = switchNamespace;
  }

  get ipv4(): string {
    return `192.0.2.${this.number}`;
  }
  get ipv6(): string {
    return `2001:db8:1::${this.number.toString(16)}`;
  }
  get linkLocal(): string {
    return `fe80::${this.number.toString(16)}`;
  }
  get mac(): string {
    return `02:00:5e:10:00:${this.number.toString(16).padStart(2, "0")}`;
  }
  /** The switch's port that this host is plugged into. */
  get port(): string {
    return `p-${this.name}`;
  }

  /** Plugs a network card in: a veth pair with fixed MAC, and the addresses. Also after `removeInterface`. */
  async addInterface(): Promise<void> {
    const [ns, sw] = [this.namespace, this.#switchNamespace];
    await ip("-n", sw, "link", "add", this.port, "type", "veth", "peer", "name", "eth0", "netns", ns);
    await ip("-n", ns, "link", "set", "eth0", "address", this.mac, "addrgenmode", "none");
    await ip("-n", sw, "link", "set", this.port, "master", "br0", "up");
    await ip("-n", ns, "addr", "add", `${this.ipv4}/24`, "brd", "+", "dev", "eth0");
    await ip("-n", ns, "link", "set", "eth0", "up");
    await ip("-n", ns, "addr", "add", `${this.ipv6}/64`, "dev", "eth0", "nodad");
    await ip("-n", ns, "addr", "add", `${this.linkLocal}/64`, "dev", "eth0", "nodad");
  }

  async removeInterface(): Promise<void> {
    await ip("-n", this.namespace, "link", "del", "eth0");
  }

  async linkDown(): Promise<void> {
    await ip("-n", this.namespace, "link", "set", "eth0", "down");
  }
  async linkUp(): Promise<void> {
    await ip("-n", this.namespace, "link", "set", "eth0", "up");
  }
  /** The cable's other end: the interface stays up and loses its carrier. */
  async cable(state: "in" | "out"): Promise<void> {
    await ip("-n", this.#switchNamespace, "link", "set", this.port, state === "in" ? "up" : "down");
  }
  /** An isolated port reaches no other isolated port: two isolated hosts are deaf to each other, a third one hears both. */
  async isolate(on: boolean): Promise<void> {
    await run("bridge", ["-n", this.#switchNamespace, "link", "set", "dev", this.port, "isolated", on ? "on" : "off"]);
  }

  /** Moves the switch's port to another bridge of its namespace (see `Lab.addSwitch`): the carrier stays, the neighbours are others. */
  async plugInto(bridge: string): Promise<void> {
    await ip("-n", this.#switchNamespace, "link", "set", this.port, "master", bridge);
  }

  async interfaceIndex(): Promise<number> {
    const links = JSON.parse(await ip("-n", this.namespace, "-j", "link", "show", "eth0")) as { ifindex: number }[];
    return links[0]?.ifindex ?? 0;
  }

  /** Whether eth0 carries an address now. */
  async holds(address: string): Promise<boolean> {
    const links = JSON.parse(await ip("-n", this.namespace, "-j", "addr", "show", "dev", "eth0")) as { addr_info: { local: string }[] }[];
    return links.some((link) => link.addr_info.some(({ local }) => local === address));
  }

  /** Loads an nftables ruleset in this host only. */
  async nft(rules: string): Promise<void> {
    await this.exec(["nft", "-f", "-"], rules);
  }

  /** Runs a command to its end inside the host. */
  exec(command: readonly string[], input?: string): Promise<string> {
    return run("ip", ["netns", "exec", this.namespace, ...command], input === undefined ? {} : { input });
  }

  /** Starts a long-running command inside the host. It is killed with the lab at the latest. */
  start(name: string, command: readonly string[]): LabProcess {
    return new LabProcess(`${name} on ${this.name}`, this.namespace, command);
  }
}
