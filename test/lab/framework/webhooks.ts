import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import { waitFor } from "./wait.ts";

/** One alert in the body that Alertmanager posts, and that agents post as it does. */
export interface ReceivedAlert {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly fingerprint: string;
}

/** With when it came, in milliseconds since the epoch. */
export type Received = ReceivedAlert & { readonly at: number };

export interface ReceivedWebhook {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly path: string;
  readonly id: string | null;
  readonly body: {
    readonly status: string;
    readonly receiver: string;
    readonly alerts: readonly ReceivedAlert[];
    readonly truncatedAlerts: number;
  };
}

/** Takes webhooks inside a host of the lab. */
export class WebhookReceiver {
  readonly url: string;
  readonly #file: string;

  private constructor(url: string, file: string) {
    this.url = url;
    this.#file = file;
  }

  static async start(lab: Lab, host: Host, port: number): Promise<WebhookReceiver> {
    const file = path.join(lab.folder(`receiver-${port}`), "received.jsonl");
    const program = path.join(import.meta.dirname, "webhook-receiver.js");
    const child = host.start(`receiver ${port}`, [process.execPath, program, String(port), file]);
    await child.says(/listening/, 5_000);
    return new WebhookReceiver(`http://${host.ipv4}:${port}`, file);
  }

  get received(): ReceivedWebhook[] {
    if (!existsSync(this.#file)) return [];
    // The last line may be half written.
    return readFileSync(this.#file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as ReceivedWebhook);
  }

  /** On a path, each alert with when it came. */
  alerts(at: string): Received[] {
    return this.received
      .filter((webhook) => webhook.path === at)
      .flatMap((webhook) => webhook.body.alerts.map((alert) => ({ ...alert, at: webhook.at })));
  }

  /** The first alert on a path that fits. */
  async until(where: string, what: string, fits: (alert: ReceivedAlert) => boolean, within: number): Promise<Received> {
    return await waitFor(`${what} at ${where}`, () => this.alerts(where).find(fits), {
      within,
      every: 50,
      state: () => this.alerts(where),
    });
  }
}

export const isAbout =
  (alertname: string, vrid: number, status: "firing" | "resolved") =>
  (alert: ReceivedAlert): boolean =>
    alert.labels["alertname"] === alertname && alert.labels["vrid"] === String(vrid) && alert.status === status;
