import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Server as NetServer } from "node:net";
import path from "node:path";
import { parse } from "yaml";
import { root } from "../../contract/repository.ts";
import { forward } from "./forward.ts";
import type { Trio } from "./trio.ts";
import { waitFor } from "./wait.ts";
import type { ReceivedAlert, ReceivedWebhook } from "./webhooks.ts";

export interface MonitoringOptions {
  /** Such as `5s`. */
  readonly scrapeInterval: string;
}

/** A notification of Alertmanager. */
export interface Notified {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly status: string;
  readonly alerts: readonly ReceivedAlert[];
}

interface Closable {
  close(): unknown;
}

const portOf = (server: NetServer): number => (server.address() as AddressInfo).port;

const listen = (server: Server): Promise<Server> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });

async function freePort(): Promise<number> {
  const server = await listen(createServer());
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * A real Prometheus with the project's rules that scrapes the three agents, a real Alertmanager, and a receiver behind it. All on loopback:
 * a network for management that no partition of the lab reaches.
 */
export class Monitoring {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  readonly notified: Notified[] = [];
  /** Where each agent's pages are, by the name of its host. */
  readonly agentUrls = new Map<string, string>();
  readonly #servers: Closable[] = [];
  readonly #programs: ChildProcess[] = [];
  readonly #onExit = (): void => this.close();

  private constructor(prometheusPort: number, alertmanagerPort: number) {
    this.prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
    this.alertmanagerUrl = `http://127.0.0.1:${alertmanagerPort}`;
    process.on("exit", this.#onExit);
  }

  /** Returns when Prometheus has scraped all three agents. */
  static async start(trio: Trio, { scrapeInterval }: MonitoringOptions): Promise<Monitoring> {
    const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
    const monitoring = new Monitoring(prometheusPort, alertmanagerPort);
    try {
      for (const { host, socket } of trio.agents) await monitoring.#reach(host.name, socket);
      await monitoring.#startAlertmanager(trio, alertmanagerPort);
      await monitoring.#startPrometheus(trio, prometheusPort, alertmanagerPort, scrapeInterval);
      const hasAll = async (): Promise<boolean> => (await monitoring.value("count(up == 1)")) === String(trio.agents.length);
      await waitFor("Prometheus to have scraped all agents", hasAll, { within: 30_000 });
      return monitoring;
    } catch (error) {
      monitoring.close();
      throw error;
    }
  }

  /** Safe to call twice. */
  close(): void {
    process.removeListener("exit", this.#onExit);
    for (const program of this.#programs) program.kill("SIGKILL");
    for (const server of this.#servers) server.close();
  }

  /** The page of Prometheus's alerts for a person: Debian's package has the old pages alone, later ones have none of them. */
  async alertsPage(): Promise<string> {
    for (const page of ["/alerts", "/classic/alerts"]) {
      const answer = await fetch(`${this.prometheusUrl}${page}`).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok === true) return `${this.prometheusUrl}${page}`;
    }
    return `${this.prometheusUrl}/api/v1/alerts`;
  }

  /** Asks Prometheus's API; null: it does not answer. */
  async ask<T>(what: string): Promise<T | null> {
    const answer = await fetch(`${this.prometheusUrl}/api/v1/${what}`).catch(() => null);
    return answer?.ok !== true ? null : ((await answer.json()) as { data: T }).data;
  }

  async value(expression: string): Promise<string | null> {
    const data = await this.ask<{ result: { value: [number, string] }[] }>(`query?query=${encodeURIComponent(expression)}`);
    return data?.result[0]?.value[1] ?? null;
  }

  /** Names of the alerts that fire in Prometheus, in alphabetical order. Rejects where it does not answer: that is not quiet. */
  async firing(): Promise<string[]> {
    const data = await this.ask<{ alerts: { state: string; labels: Record<string, string> }[] }>("alerts");
    if (data === null) throw new Error(`Prometheus does not answer at ${this.prometheusUrl}`);
    return data.alerts
      .filter(({ state }) => state === "firing")
      .map(({ labels }) => labels["alertname"] ?? "")
      .sort();
  }

  /** Names of every alert that fired since then, by what Prometheus has recorded. @param start milliseconds since the epoch */
  async firedSince(start: number): Promise<readonly string[]> {
    const range = Math.ceil((Date.now() - start) / 1_000);
    const query = `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${range}s]))`;
    const data = await this.ask<{ result: { metric: Record<string, string> }[] }>(`query?query=${encodeURIComponent(query)}`);
    return (data?.result ?? []).map(({ metric }) => metric["alertname"] ?? "").sort();
  }

  async #reach(name: string, socket: string): Promise<void> {
    const server = await forward(socket);
    if (server === null) throw new Error("no free port on 127.0.0.1");
    this.#servers.push(server);
    this.agentUrls.set(name, `http://127.0.0.1:${portOf(server)}`);
  }

  /** Names of the alerts that Alertmanager holds back because of another one, in alphabetical order. */
  async inhibited(): Promise<string[]> {
    const answer = await fetch(`${this.alertmanagerUrl}/api/v2/alerts`);
    const alerts = (await answer.json()) as { labels: Record<string, string>; status: { inhibitedBy: string[] } }[];
    return alerts
      .filter(({ status }) => status.inhibitedBy.length > 0)
      .map(({ labels }) => labels["alertname"] ?? "")
      .sort();
  }

  /** With the example's routes and inhibition; all of its receivers but `nobody` are ours. */
  async #startAlertmanager(trio: Trio, port: number): Promise<void> {
    const receiver = await listen(
      createServer((request, response) => {
        let text = "";
        request.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        request.on("end", () => {
          const { status, alerts } = JSON.parse(text) as ReceivedWebhook["body"];
          this.notified.push({ at: Date.now(), status, alerts });
          response.writeHead(200).end();
        });
      }),
    );
    this.#servers.push(receiver);
    const folder = trio.lab.folder("alertmanager");
    const config = path.join(folder, "alertmanager.yml");
    const hook = { url: `http://127.0.0.1:${portOf(receiver)}/`, send_resolved: true };
    const example = parse(readFileSync(path.join(root, "docs/prometheus/alertmanager.example.yml"), "utf8")) as {
      receivers: { name: string }[];
    };
    const receivers = example.receivers.map(({ name }) => (name === "nobody" ? { name } : { name, webhook_configs: [hook] }));
    writeFileSync(config, JSON.stringify({ ...example, receivers }));
    this.#spawn("prometheus-alertmanager", [
      `--config.file=${config}`,
      `--storage.path=${path.join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ]);
  }

  async #startPrometheus(trio: Trio, port: number, alertmanagerPort: number, scrapeInterval: string): Promise<void> {
    const targets = [...this.agentUrls].map(([instance, url]) => ({ targets: [new URL(url).host], labels: { instance } }));
    const folder = trio.lab.folder("prometheus");
    const config = path.join(folder, "prometheus.yml");
    const rules = path.join(folder, "vrrpwatch.rules.yml");
    const pages = `${this.agentUrls.get(trio.listener.name)}/docs/`;
    const text = readFileSync(path.join(root, "alerts/vrrpwatch.rules.yml"), "utf8");
    // As docs/prometheus/README.md proposes: the listener serves the runbooks.
    writeFileSync(rules, text.replaceAll('runbook_url: "docs/', `runbook_url: "${pages}`));
    const document = {
      global: { scrape_interval: scrapeInterval },
      rule_files: [rules],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] },
      scrape_configs: [{ job_name: "vrrpwatch", static_configs: targets }],
    };
    writeFileSync(config, JSON.stringify(document));
    const data = path.join(folder, "data");
    this.#spawn("prometheus", [`--config.file=${config}`, `--storage.tsdb.path=${data}`, `--web.listen-address=127.0.0.1:${port}`]);
  }

  /** Outside the lab's namespaces, where its clean-up does not look: the kernel ends it with us, however we end. */
  #spawn(program: string, args: readonly string[]): void {
    this.#programs.push(spawn("setpriv", ["--pdeathsig", "KILL", program, ...args], { stdio: "ignore" }));
  }
}
