import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rssBytes } from "./processes.mjs";
import { inNamespace, stop, until } from "./session.mjs";

const clientScript = join(dirname(dirname(fileURLToPath(import.meta.url))), "client.mjs");
const port = 10_112;
let started = 0;

/** A scraper process inside the namespace, on CPU 0. */
export class Client {
  #child;
  #next = 1;
  #waiting = new Map();

  static async start(session, namespace, authorization = "") {
    const client = new Client();
    const [command, args] = inNamespace(namespace, 0, [process.execPath, clientScript, String(port), authorization]);
    client.#child = session.spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    await new Promise((resolve, reject) => {
      client.#waiting.set(0, { resolve, reject });
      client.#child.on("message", ({ id, result, error }) => {
        const waiting = client.#waiting.get(id);
        client.#waiting.delete(id);
        if (error === undefined) waiting?.resolve(result);
        else waiting?.reject(new Error(error));
      });
      client.#child.on("close", () => {
        for (const waiting of client.#waiting.values()) waiting.reject(new Error("the scraper process ended"));
      });
    });
    return client;
  }

  call(command, options = {}) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, command, options });
    });
  }

  async metrics() {
    const { status, body } = await this.call("get", { path: "/metrics" });
    if (status !== 200) throw new Error(`/metrics answered ${status}`);
    return body;
  }

  async stop() {
    await stop(this.#child); // not disconnect: Node then never reports the end of the child
  }
}

/** Everything in the run's own folder: the host's keepalived, sockets and state are not touched. */
function writeConfig(session, more, webFile) {
  const home = join(session.directory, `agent-${++started}`);
  mkdirSync(home);
  const config = {
    keepalived: { config: join(home, "keepalived.conf"), notify_fifo: join(home, "notify.fifo"), notify_socket: join(home, "notify.sock") },
    web: { listen: [`127.0.0.1:${port}`], control_socket: join(home, "control.sock"), config_file: webFile },
    state_directory: join(home, "state"),
    ...more,
  };
  const file = join(home, "config.yaml");
  writeFileSync(file, JSON.stringify(config)); // JSON is YAML
  return file;
}

/** Starts the agent without waiting: on CPU 1 inside the namespace unless told otherwise. `config`: further keys of the configuration. */
export function spawnAgent(session, namespace, { main, cpu = 1, nodeArguments = [], config: more = {}, webFile = null }) {
  const config = writeConfig(session, more, webFile);
  const [command, args] = inNamespace(namespace, cpu, [
    process.execPath,
    ...nodeArguments,
    main,
    "run",
    "--config",
    config,
    "--log-level",
    "warn",
  ]);
  return session.spawn(command, args);
}

export const agentFailure = (child) => `the agent: ${(child.errors + child.output).trim().slice(-1_500) || "ended without a word"}`;

/** A running agent that captures, with a scraper process beside it. */
export class RunningAgent {
  static async start(session, namespace, options) {
    const agent = new RunningAgent();
    agent.child = spawnAgent(session, namespace, options);
    agent.client = await Client.start(session, namespace, options.authorization);
    await until("the agent to be ready", 20_000, async () => {
      if (agent.child.exitCode !== null) throw new Error(agentFailure(agent.child));
      return agent.client.call("get", { path: "/-/ready" }).then(
        ({ status }) => status === 200,
        () => false,
      );
    }).catch((error) => {
      throw new Error(`${error.message}. ${agentFailure(agent.child)}`);
    });
    return agent;
  }

  get pid() {
    return this.child.pid;
  }

  get rss() {
    return rssBytes(this.child.pid);
  }

  metrics() {
    return this.client.metrics();
  }

  async stop() {
    await this.client.stop();
    return stop(this.child);
  }
}
