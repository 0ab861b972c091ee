import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { daemonCommand } from "./daemons.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import { kill, type LabProcess } from "./processes.ts";
import { waitFor } from "./wait.ts";

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
  /** Default eth0. */
  readonly interface?: string;
  /** Further lines, such as `authentication { ... }`. */
  readonly extra?: string;
}

/** Text around the instances. */
export interface Surroundings {
  /** Further lines of `global_defs`. */
  readonly globals?: string;
  /** Blocks before the instances, such as `vrrp_script`. */
  readonly blocks?: string;
}

/** An instance in the JSON that keepalived writes on its signal: what tests compare with. */
export interface Dumped {
  readonly data: {
    readonly iname: string;
    readonly vrid: number;
    readonly state: number;
    readonly base_priority: number;
    readonly effective_priority: number;
    readonly adver_int: number;
    readonly vips: readonly string[];
  };
  readonly stats: Readonly<
    Record<"advert_rcvd" | "advert_sent" | "become_master" | "release_master" | "pri_zero_rcvd" | "pri_zero_sent", number>
  >;
}

/** SIGRTMIN+2 (keepalived, lib/signals.h). The agent never sends it: here it is the witness. */
const DUMP_SIGNAL = "36";

/** keepalived on a host of the lab, started with files of its own so that several run on one machine. */
export class Keepalived {
  readonly host: Host;
  readonly #folder: string;
  #instances: readonly Instance[];
  #surroundings: Surroundings;
  #process: LabProcess | null = null;

  constructor(lab: Lab, host: Host, instances: readonly Instance[], surroundings: Surroundings = {}) {
    this.#surroundings = surroundings;
    this.host = host;
    this.#folder = lab.folder(`keepalived-${host.name}`);
    this.#instances = instances;
  }

  get log(): string {
    return `${this.#process?.stdout ?? ""}${this.#process?.stderr ?? ""}`;
  }
  /** The state that each instance entered last, in keepalived's own words: MASTER, BACKUP or FAULT. */
  states(): Map<string, string> {
    return new Map([...this.log.matchAll(/\((\w+)\) Entering (\w+) STATE/g)].map(([, name = "", state = ""]) => [name, state]));
  }
  stateOf(instance: string): string | undefined {
    return this.states().get(instance);
  }
  /** How often an instance entered a state: a reign of a few milliseconds is over before anybody looks. */
  timesEntered(instance: string, state: string): number {
    return this.log.split(`(${instance}) Entering ${state} STATE`).length - 1;
  }
  get configFile(): string {
    return path.join(this.#folder, "keepalived.conf");
  }
  get folder(): string {
    return this.#folder;
  }
  /** Where an agent on the same host offers its FIFO. keepalived uses it where `globals` name it. */
  get notifyFifo(): string {
    return path.join(this.#folder, "notify.fifo");
  }
  get pidFile(): string {
    return path.join(this.#folder, "parent.pid");
  }
  get vrrpPidFile(): string {
    return path.join(this.#folder, "vrrp.pid");
  }
  /** The parent and the VRRP child. */
  get pids(): number[] {
    return this.#process?.running ? this.#process.family() : [];
  }

  async start(): Promise<void> {
    this.writeConfig();
    const [checkers, bfd] = [path.join(this.#folder, "checkers.pid"), path.join(this.#folder, "bfd.pid")];
    // A killed one leaves them behind, and refuses to start while its zombie lives.
    for (const file of [this.pidFile, this.vrrpPidFile, checkers, bfd]) rmSync(file, { force: true });
    const command = [
      ...["env", `TMPDIR=${this.#folder}`],
      ...["keepalived", "--dont-fork", "--log-console", "--log-detail", "--vrrp", "--use-file", this.configFile],
      ...["--pid", this.pidFile, "--vrrp_pid", this.vrrpPidFile, "--checkers_pid", checkers, "--bfd_pid", bfd],
    ];
    this.#process = this.host.start("keepalived", daemonCommand(command));
    await this.#process.says(/Entering BACKUP STATE|Entering MASTER STATE|Entering FAULT STATE/, 10_000);
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
    this.writeConfig(instances);
    if (this.#process?.running) kill(this.#process.pid, "SIGHUP");
  }

  /** Writes the file without telling keepalived. */
  writeConfig(instances: readonly Instance[] = this.#instances, surroundings: Surroundings = this.#surroundings): void {
    this.#instances = instances;
    this.#surroundings = surroundings;
    const { globals = "", blocks = "" } = surroundings;
    const text = `global_defs {\n    router_id ${this.host.name}\n    script_user root\n${globals}\n}\n${blocks}\n`;
    writeFileSync(this.configFile, text + instances.map(instanceText).join(""));
  }

  /** Waits until keepalived itself says that an instance is in this state. */
  async untilState(instance: string, state: "MASTER" | "BACKUP" | "FAULT", within: number): Promise<void> {
    await waitFor(`${instance} on ${this.host.name} to be ${state}`, () => this.stateOf(instance) === state, {
      within,
      state: () => this.log.slice(-1_500),
    });
  }

  /** What keepalived says of itself. */
  async dump(): Promise<readonly Dumped[]> {
    const file = path.join(this.#folder, "keepalived.json");
    rmSync(file, { force: true });
    await this.host.exec(["kill", `-${DUMP_SIGNAL}`, readFileSync(this.vrrpPidFile, "utf8").trim()]);
    // The name is there before the contents are complete.
    return await waitFor("keepalived's dump", () => parsed(file), { within: 5_000 });
  }
}

function parsed(file: string): Dumped[] | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Dumped[];
  } catch {
    return undefined;
  }
}

function instanceText({
  name,
  vrid,
  version,
  priority,
  interval,
  addresses,
  nopreempt,
  interface: device = "eth0",
  extra,
}: Instance): string {
  return `vrrp_instance ${name} {
    state BACKUP
    interface ${device}
    version ${version}
    virtual_router_id ${vrid}
    priority ${priority}
    advert_int ${interval}
${nopreempt ? "    nopreempt\n" : ""}${extra ? `    ${extra}\n` : ""}    virtual_ipaddress {
${addresses.map((address) => `        ${address}\n`).join("")}    }
}
`;
}
