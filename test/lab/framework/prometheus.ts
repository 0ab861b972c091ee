import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import type { LabProcess } from "./processes.ts";
import { waitFor } from "./wait.ts";

/** A program that scrapes and answers PromQL. */
export interface Engine {
  readonly program: string;
  /** Where it listens, in the namespace of its host only. */
  readonly address: string;
  readonly options: (files: { readonly config: string; readonly data: string }) => readonly string[];
}

export const prometheusEngine: Engine = {
  program: "prometheus",
  address: "127.0.0.1:9090",
  options: ({ config, data }) => [`--config.file=${config}`, `--storage.tsdb.path=${data}`, "--web.listen-address=127.0.0.1:9090"],
};

/** By default it hides the last half minute, and answers from a cache what was asked before. */
export const victoriaEngine: Engine = {
  program: "victoria-metrics",
  address: "127.0.0.1:8428",
  options: ({ config, data }) => [
    `-promscrape.config=${config}`,
    `-storageDataPath=${data}`,
    "-httpListenAddr=127.0.0.1:8428",
    "-search.latencyOffset=1s",
    "-search.disableCache",
  ],
};

/** Runs inside the host, for the program listens in its namespace only: URLs as JSON in, the bodies of their answers out. */
const ASK = `
let text = "";
process.stdin.on("data", (part) => { text += part; }).on("end", async () => {
  const bodies = [];
  for (const url of JSON.parse(text)) bodies.push(await fetch(url).then((answer) => answer.json(), () => ({})));
  console.log(JSON.stringify(bodies));
});`;

interface Body {
  readonly status?: string;
  readonly error?: string;
  readonly data?: unknown;
}

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** A series of an answer: values at some times, NaN left out. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

const resultOf = ({ data }: Body): readonly Result[] => (data as { result: readonly Result[] } | undefined)?.result ?? [];

/** A real Prometheus (or what speaks its language) inside a host of the lab, which scrapes every second. */
export class Prometheus {
  readonly #engine: Engine;
  readonly #host: Host;
  readonly #process: LabProcess;
  /** Seconds since the epoch. */
  readonly startedAt: number;

  private constructor(engine: Engine, host: Host, process: LabProcess) {
    this.#engine = engine;
    this.#host = host;
    this.#process = process;
    this.startedAt = Date.now() / 1_000;
  }

  /** Starts it and waits until all targets have answered. */
  static async start(lab: Lab, host: Host, targets: readonly string[], engine: Engine = prometheusEngine): Promise<Prometheus> {
    const folder = lab.folder(engine.program);
    const config = path.join(folder, "prometheus.yml");
    const scrape = { job_name: "vrrp", static_configs: [{ targets }] };
    writeFileSync(config, JSON.stringify({ global: { scrape_interval: "1s" }, scrape_configs: [scrape] }));
    const options = engine.options({ config, data: path.join(folder, "data") });
    const child = host.start(engine.program, [engine.program, ...options]);
    const prometheus = new Prometheus(engine, host, child);
    await prometheus.until(`count(up == 1) == ${targets.length}`);
    return prometheus;
  }

  /** Waits until an expression has a result. */
  async until(expression: string, within = 30_000): Promise<void> {
    const has = async (): Promise<boolean> => {
      const [body = {}] = await this.#ask([this.#url("query", { query: expression })]);
      return resultOf(body).length > 0;
    };
    await waitFor(`${this.#engine.program} to have ${expression}`, has, {
      within,
      every: 300,
      state: () => this.#process.stderr.slice(-1_000),
    });
  }

  /**
   * The series that each expression has from the start until then, every so many seconds back from the end, so that what was seen
   * last counts. Throws where one cannot be evaluated.
   */
  async over(expressions: readonly string[], until: number, step = 1): Promise<Series[][]> {
    const start = until - step * Math.floor((until - this.startedAt) / step);
    const range = { start: String(start), end: String(until), step: String(step) };
    return await this.#evaluate(
      "query_range",
      expressions.map((query) => ({ query, ...range })),
    );
  }

  /** The series that each expression has at a time of its own, in seconds since the epoch. Throws where one cannot be evaluated. */
  async at(queries: readonly { readonly expression: string; readonly at: number }[]): Promise<Series[][]> {
    return await this.#evaluate(
      "query",
      queries.map(({ expression, at }) => ({ query: expression, time: String(at) })),
    );
  }

  /** The values of a label among the series that a selector has in the run so far, as Grafana asks for them. */
  async labelValues(label: string, selector: string): Promise<readonly string[]> {
    const [body = {}] = await this.#ask([this.#url(`label/${label}/values`, { "match[]": selector, start: String(this.startedAt) })]);
    if (body.status !== "success") throw new Error(`${label} of ${selector}: ${body.error ?? "no answer"}`);
    return body.data as readonly string[];
  }

  async #evaluate(endpoint: string, queries: readonly Readonly<Record<string, string>>[]): Promise<Series[][]> {
    const bodies = await this.#ask(queries.map((query) => this.#url(endpoint, query)));
    return bodies.map((body, index) => {
      if (body.status !== "success") throw new Error(`${queries[index]?.["query"]}: ${body.error ?? "no answer"}`);
      return resultOf(body).map(({ metric, value, values = value === undefined ? [] : [value] }) => ({
        labels: metric,
        values: values.map(([, text]) => Number(text)).filter((number) => !Number.isNaN(number)),
      }));
    });
  }

  #url(endpoint: string, parameters: Readonly<Record<string, string>>): string {
    return `http://${this.#engine.address}/api/v1/${endpoint}?${new URLSearchParams(parameters)}`;
  }

  async #ask(urls: readonly string[]): Promise<Body[]> {
    return JSON.parse(await this.#host.exec([process.execPath, "-e", ASK], JSON.stringify(urls))) as Body[];
  }
}
