import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import { kill, type LabProcess } from "./processes.ts";

/** One `vrrp_instance` of keepalived.conf. */
export interface Instance {
  readonly name: string;
  readonly vrid: number;
  readonly version: 2 | 3;
  readonly priority: number;
  /** Seconds; whole ones for version 2. */
  readonly interval: number;
  /** With prefix lengths; IPv6 lists begin with a link-local address. */
  readonly addresses: readonly string[];
  readonly nopreempt?: boolean;
  /** Further lines, such as `authentication { ... }`. */
  readonly extra?: string;
}

/** keepalived on a host of the lab, started with files of its own so that several run on one machine. */
export class Keepalived {
  readonly host: Host;
  readonly #folder: string;
  #instances: readonly Instance[];
  #process: LabProcess | null = null;

  constructor(lab: Lab, host: Host, instances: readonly Instance[]) {
    this.host = host;
    this.#folder = lab.folder(`keepalived-${host.name}`);
    this.#instances = instances;
  }

  get log(): string {
    return `${this.#process?.stdout ?? ""}${this.#process?.stderr ?? ""}`;
  }
  get configFile(): string {
    return path.join(this.#folder, "keepalived.conf");
  }
  /** The parent and the VRRP child. */
  get pids(): number[] {
    return this.#process?.running ? this.#process.family() : [];
  }

  async start(): Promise<void> {
    this.#writeConfig();
    const file = (name: string): string => path.join(this.#folder, name);
    this.#process = this.host.start("keepalived", [
      ...["keepalived", "--dont-fork", "--log-console", "--log-detail", "--vrrp", "--use-file", this.configFile],
      ...["--pid", file("parent.pid"), "--vrrp_pid", file("vrrp.pid"), "--checkers_pid", file("checkers.pid")],
    ]);
    await this.#process.says(/Entering BACKUP STATE|Entering MASTER STATE/, 10_000);
  }

  /** SIGTERM: resigns with priority 0. */
  async stop(): Promise<void> {
    await this.#process?.stop("SIGTERM");
  }

  /** SIGKILL to parent and child at once: says nothing, and leaves its addresses behind. */
  async crash(): Promise<void> {
    await this.#process?.crash();
  }

  /** SIGHUP, with other instances where given. */
  reload(instances: readonly Instance[] = this.#instances): void {
    this.#instances = instances;
    this.#writeConfig();
    if (this.#process?.running) kill(this.#process.pid, "SIGHUP");
  }

  #writeConfig(): void {
    const globals = `global_defs {\n    router_id ${this.host.name}\n    script_user root\n}\n`;
    writeFileSync(this.configFile, globals + this.#instances.map(instanceText).join(""));
  }
}

function instanceText({ name, vrid, version, priority, interval, addresses, nopreempt, extra }: Instance): string {
  return `vrrp_instance ${name} {
    state BACKUP
    interface eth0
    version ${version}
    virtual_router_id ${vrid}
    priority ${priority}
    advert_int ${interval}
${nopreempt ? "    nopreempt\n" : ""}${extra ? `    ${extra}\n` : ""}    virtual_ipaddress {
${addresses.map((address) => `        ${address}\n`).join("")}    }
}
`;
}
