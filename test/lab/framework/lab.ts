import { mkdirSync } from "node:fs";
import path from "node:path";
import { Host } from "./host.ts";
import { Resources } from "./resources.ts";
import { ip } from "./shell.ts";

/**
 * Hosts on one switch, each in its own network namespace:
 *
 *     vw-RUN-a      vw-RUN-b      vw-RUN-c
 *       eth0          eth0          eth0
 *        └─── p-a ──┐  │  ┌── p-c ───┘
 *                   br0 (vw-RUN-sw)
 *
 * No namespace has a way out: nothing of the lab's traffic reaches this machine's own network.
 */
export class Lab {
  readonly #resources = new Resources();
  readonly #hosts: Host[] = [];

  static async create(): Promise<Lab> {
    const lab = new Lab();
    try {
      await lab.#makeNamespace(lab.switchNamespace);
      await lab.addSwitch("br0");
      return lab;
    } catch (error) {
      lab.close();
      throw error;
    }
  }

  get switchNamespace(): string {
    return `vw-${this.#resources.run}-sw`;
  }
  get namespaces(): string[] {
    return [this.switchNamespace, ...this.#hosts.map((host) => host.namespace)];
  }

  /** Adds a switch without any ports. Group traffic goes to every port, as on a plain one. Every host starts on `br0`. */
  async addSwitch(bridge: string): Promise<void> {
    await ip("-n", this.switchNamespace, "link", "add", bridge, "type", "bridge", "mcast_snooping", "0", "forward_delay", "0");
    await ip("-n", this.switchNamespace, "link", "set", bridge, "addrgenmode", "none", "up");
  }

  async addHost(name: string, number: number): Promise<Host> {
    const host = new Host(name, `vw-${this.#resources.run}-${name}`, number, this.switchNamespace);
    await this.#makeNamespace(host.namespace);
    this.#hosts.push(host);
    await host.addInterface();
    return host;
  }

  /** A folder for one part's files. Short, because the path of a Unix socket holds 107 bytes. */
  folder(name: string): string {
    const folder = path.join(this.#resources.folder, name);
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    return folder;
  }

  /** Ends every process, removes every namespace and file. Safe to call twice. */
  close(): void {
    this.#resources.close();
  }

  async #makeNamespace(name: string): Promise<void> {
    this.#resources.willMakeNamespace(name);
    await ip("netns", "add", name);
    await ip("-n", name, "link", "set", "lo", "up");
    // An interface that goes down keeps its IPv6 addresses, as a host with a network manager gets them back.
    await ip("netns", "exec", name, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/keep_addr_on_down");
  }
}
