import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import type { LabProcess } from "./processes.ts";
import { waitFor } from "./wait.ts";

const ADDRESS = "127.0.0.1:9090";

/** Runs inside the host, for Prometheus listens in its namespace only: URLs as JSON in, the bodies of their answers out. */
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
  readonly data?: {
    readonly result: readonly { readonly value?: readonly [number, string]; readonly values?: readonly (readonly [number, string])[] }[];
  };
}

/** A real Prometheus inside a host of the lab, which scrapes every second. */
export class Prometheus {
  readonly #host: Host;
  readonly #process: LabProcess;
  /** Seconds since the epoch. */
  readonly startedAt: number;

  private constructor(host: Host, process: LabProcess) {
    this.#host = host;
    this.#process = process;
    this.startedAt = Date.now() / 1_000;
  }

  /** Starts it and waits until all targets have answered. */
  static async start(lab: Lab, host: Host, targets: readonly string[]): Promise<Prometheus> {
    const folder = lab.folder("prometheus");
    const config = path.join(folder, "prometheus.yml");
    const scrape = { job_name: "vrrp", static_configs: [{ targets }] };
    writeFileSync(config, JSON.stringify({ global: { scrape_interval: "1s" }, scrape_configs: [scrape] }));
    const child = host.start("prometheus", [
      "prometheus",
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(folder, "data")}`,
      `--web.listen-address=${ADDRESS}`,
    ]);
    const prometheus = new Prometheus(host, child);
    await prometheus.until(`count(up == 1) == ${targets.length}`);
    return prometheus;
  }

  /** Waits until an expression has a result. */
  async until(expression: string, within = 30_000): Promise<void> {
    const url = `http://${ADDRESS}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const has = async (): Promise<boolean> => ((await this.#ask([url]))[0]?.data?.result.length ?? 0) > 0;
    await waitFor(`Prometheus to have ${expression}`, has, { within, every: 300, state: () => this.#process.stderr.slice(-1_000) });
  }

  /**
   * The values (NaN is none) that each expression has from the start until then, second by second back from the end, so that what
   * was seen last counts. Throws where one cannot be evaluated.
   */
  async values(expressions: readonly string[], until: number): Promise<number[][]> {
    const start = until - Math.floor(until - this.startedAt);
    const urls = expressions.map((query) => {
      const parameters = new URLSearchParams({ query, start: String(start), end: String(until), step: "1" });
      return `http://${ADDRESS}/api/v1/query_range?${parameters}`;
    });
    return (await this.#ask(urls)).map(({ status, error, data }, index) => {
      if (status !== "success") throw new Error(`${expressions[index]}: ${error ?? "no answer"}`);
      const values = (data?.result ?? []).flatMap((series) => series.values ?? []);
      return values.map(([, value]) => Number(value)).filter((value) => !Number.isNaN(value));
    });
  }

  async #ask(urls: readonly string[]): Promise<Body[]> {
    return JSON.parse(await this.#host.exec([process.execPath, "-e", ASK], JSON.stringify(urls))) as Body[];
  }
}
