import { chmodSync, existsSync, renameSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import type { Host } from "./host.ts";
import type { Keepalived } from "./keepalived.ts";
import type { Lab } from "./lab.ts";
import type { LabProcess } from "./processes.ts";
import { waitFor } from "./wait.ts";

/** An event as the agent tells it: see the reference of events. Only what the lab's tests read is spelled out. */
export interface AgentEvent {
  readonly event: string;
  readonly at: string;
  readonly interface: string | null;
  readonly family: "ipv4" | "ipv6";
  readonly vrid: number;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly reason?: string;
  readonly gap_seconds?: number | null;
  readonly planned?: boolean;
  readonly excess_seconds?: number | null;
  readonly detected_by?: string | null;
  readonly phases?: Readonly<Record<string, string | null>>;
  readonly master?: string | null;
  readonly instance?: string;
  readonly address?: string;
  readonly dev?: string;
  readonly action?: string;
  readonly suspect?: { readonly kind: string; readonly name: string };
  readonly condition?: string;
  readonly severity?: string;
  readonly since?: string;
  readonly cause?: string | null;
  readonly summary?: string;
  readonly evidence?: Readonly<Record<string, unknown>>;
}

/** A virtual router in the API, as far as the lab's tests read it. */
export interface AgentRouter {
  readonly interface: string | null;
  readonly family: "ipv4" | "ipv6";
  readonly vrid: number;
  readonly state: string;
  readonly first_seen: string;
  readonly keepalived: {
    readonly instance: string;
    readonly state: string;
    readonly by: string;
    readonly priority: number | null;
    readonly configured: { readonly priority: number } | null;
  } | null;
  readonly is_master_here: boolean;
  readonly contradictions: readonly string[];
  readonly drift: readonly { readonly kind: string; readonly text: string }[];
  readonly senders: readonly {
    readonly source: string;
    readonly adverts_received: number;
    readonly last_advert: { readonly at: string };
  }[];
}

export interface AgentOptions {
  /** Told apart from other agents on the same host. */
  readonly name?: string;
  /** The configuration file's text. */
  readonly config?: string;
  readonly args?: readonly string[];
  /** What the agent is started with, such as setpriv or strace. */
  readonly wrapper?: readonly string[];
  readonly listen?: readonly string[];
  /** Where its control socket is to be; in its own folder unless a test says otherwise. */
  readonly controlSocket?: string;
  /** A web configuration file: HTTP is then asked for over the control socket, which it does not touch. */
  readonly webConfig?: string;
  /** Where its FIFO and sockets are to be, but for the one that answers HTTP; in its own folder unless a test says otherwise. */
  readonly runFolder?: string;
  /** The Node that runs it, and the program: those of this checkout unless a test says otherwise. */
  readonly node?: string;
  readonly program?: string;
  /** The keepalived on its host, which it is to watch; without it none is there for the agent. */
  readonly keepalived?: Keepalived;
}

/** The agent under test inside a host. Its HTTP side listens on a Unix socket, which every namespace of this machine reaches. */
export class Agent {
  readonly host: Host;
  readonly process: LabProcess;
  readonly folder: string;
  readonly startedAt: number;
  /** The path of the Unix socket that answers HTTP. */
  readonly socket: string;

  /** What its configuration says besides what a test gives. */
  readonly #surroundings: string;

  private constructor(host: Host, process: LabProcess, folder: string, socket: string, startedAt: number, surroundings: string) {
    this.#surroundings = surroundings;
    this.host = host;
    this.process = process;
    this.folder = folder;
    this.socket = socket;
    this.startedAt = startedAt;
  }

  /** Starts the agent without waiting for anything. */
  static launch(lab: Lab, host: Host, options: AgentOptions = {}): Agent {
    const { name = "agent", config = "", args = [], wrapper = [], listen = [], keepalived, controlSocket, webConfig } = options;
    const { node = process.execPath, program = projectFile("dist/main.js") } = options;
    const folder = lab.folder(`${name}-${host.name}`);
    // The agent may run as another user; what lies in it is its owner's, as in /tmp.
    chmodSync(folder, 0o1777);
    const socket = path.join(folder, "http.sock");
    const configFile = path.join(folder, "config.yaml");
    // This machine's own configuration, keepalived and FIFO must not have a say.
    const none = (file: string): string => path.join(options.runFolder ?? folder, file);
    const section = {
      config: keepalived?.configFile ?? none("keepalived.conf"),
      notify_fifo: keepalived?.notifyFifo ?? none("notify.fifo"),
      notify_socket: none("notify.sock"),
      pid_file: keepalived?.pidFile ?? none("keepalived.pid"),
      vrrp_pid_file: keepalived?.vrrpPidFile ?? none("vrrp.pid"),
    };
    const web = { control_socket: controlSocket ?? none("control.sock"), config_file: webConfig ?? null };
    // Whoever this machine's accounts are: in its namespace the agent is root, without capabilities, unless a test says otherwise.
    const user = /^user:/m.test(config) ? "" : "user: root\n";
    const surroundings = `${user}keepalived: ${JSON.stringify(section)}\nweb: ${JSON.stringify(web)}\n`;
    writeFileSync(configFile, `${config}\n${surroundings}`);
    const listening = [`unix:${socket}`, ...listen].flatMap((address) => ["--listen", address]);
    const command = [node, program, "run", "--config", configFile, "--state-directory", path.join(folder, "state")];
    const startedAt = performance.now();
    const child = host.start(name, [...wrapper, ...command, ...listening, ...args]);
    return new Agent(host, child, folder, webConfig === undefined ? socket : web.control_socket, startedAt, surroundings);
  }

  get configFile(): string {
    return path.join(this.folder, "config.yaml");
  }

  /** Puts another configuration in the place of the one that it was started with, at once, as tools do. */
  rewriteConfig(config: string): void {
    const next = path.join(this.folder, "config.yaml.new");
    writeFileSync(next, `${config}\n${this.#surroundings}`);
    renameSync(next, this.configFile);
  }

  /** Starts the agent and waits until it captures. */
  static async start(lab: Lab, host: Host, options: AgentOptions = {}): Promise<Agent> {
    const agent = Agent.launch(lab, host, options);
    await agent.ready();
    // keepalived makes the FIFO itself where it comes first.
    if (options.keepalived !== undefined)
      await waitFor("the agent to offer its FIFO", async () => (await agent.metric("keepalived_notify_fifo_up"))[0] === 1, {
        within: 5_000,
      });
    return agent;
  }

  async ready(within = 15_000): Promise<void> {
    const check = async (): Promise<boolean> => {
      if (!this.process.running) throw new Error(`the agent ended: ${this.process.stdout}${this.process.stderr}`);
      return (await this.tryGet("/-/ready"))?.status === 200;
    };
    await waitFor("the agent to be ready", check, {
      within,
      every: 20,
      state: () => (this.process.stdout + this.process.stderr).slice(-2_000),
    });
  }

  async events(): Promise<AgentEvent[]> {
    return ((await this.getJson("/api/v1/events")) as { events: AgentEvent[] }).events;
  }

  /** The master changes of one virtual router so far. */
  async masterChanges(family: "ipv4" | "ipv6", vrid: number): Promise<AgentEvent[]> {
    const ofRouter = (event: AgentEvent): boolean => event.family === family && event.vrid === vrid && event.event === "master_changed";
    return (await this.events()).filter(ofRouter);
  }

  /** Waits until the last master change of a virtual router names this master. */
  async master(family: "ipv4" | "ipv6", vrid: number, address: string | null, within: number): Promise<AgentEvent> {
    const last = async (): Promise<AgentEvent | undefined> => (await this.masterChanges(family, vrid)).at(-1);
    const check = async (): Promise<AgentEvent | undefined> => {
      const event = await last();
      return event?.to === address ? event : undefined;
    };
    return await waitFor(`${family} VRID ${vrid} to have master ${address}`, check, { within, state: () => this.events() });
  }

  /** One virtual router on eth0 as the API shows it, or undefined while it is unknown. */
  async router(family: "ipv4" | "ipv6", vrid: number): Promise<AgentRouter | undefined> {
    const { virtual_routers: routers } = (await this.getJson("/api/v1/virtual-routers")) as { virtual_routers: AgentRouter[] };
    return routers.find((router) => router.interface === "eth0" && router.family === family && router.vrid === vrid);
  }

  /** The values of a metric's samples that have these labels. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number[]> {
    return samples(await this.metrics(), name)
      .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
      .map((sample) => sample.value);
  }

  async metrics(accept = "text/plain"): Promise<string> {
    return (await this.#get("/metrics", { accept })).body;
  }

  async getJson(where: string): Promise<unknown> {
    const { status, body } = await this.#get(where, {});
    if (status !== 200) throw new Error(`GET ${where}: ${status} ${body}`);
    return JSON.parse(body);
  }

  /** null while nobody answers. */
  async tryGet(where: string): Promise<{ status: number; body: string } | null> {
    if (!existsSync(this.socket)) return null;
    return await this.#get(where, {}).catch(() => null);
  }

  stop(): Promise<number | string> {
    return this.process.stop("SIGTERM");
  }

  #get(where: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: this.socket, path: where, headers, timeout: 5_000 }, (answer) => {
        let body = "";
        answer.setEncoding("utf8");
        answer.on("data", (text: string) => {
          body += text;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
        answer.on("error", reject);
      });
      asked.on("timeout", () => asked.destroy(new Error(`no answer to GET ${where} within 5 s`)));
      asked.on("error", reject);
      asked.end();
    });
  }
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the samples of one metric from the text exposition. */
export function samples(text: string, name: string): Sample[] {
  const found: Sample[] = [];
  for (const line of text.split("\n")) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (match?.[1] !== name) continue;
    const labels = [...(match[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", value = ""]) => [key, value]);
    found.push({ labels: Object.fromEntries(labels) as Record<string, string>, value: Number(match[3]) });
  }
  return found;
}

/** A file of the project, from wherever the compiled test lies. */
export function projectFile(name: string): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, "package.json"))) folder = path.dirname(folder);
  return path.join(folder, name);
}
