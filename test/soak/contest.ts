import { advert } from "../lab/framework/frames.ts";
import type { LabProcess } from "../lab/framework/processes.ts";
import type { Rogue } from "../lab/framework/rogue.ts";
import { waitFor } from "../lab/framework/wait.ts";
import type { ReceivedAlert, WebhookReceiver } from "../lab/framework/webhooks.ts";

/** Adverts per second and sender: one each 250 ms. */
const RATE = 4;
const CENTISECONDS = 25;
const LONG = 1_000_000;
const SEGMENT = "192.0.2.0/24";

/** A virtual router of the rogue's own, with a second master on demand: an alert that can be had at any time, of no harm to keepalived. */
export class Contest {
  readonly vrid: number;
  readonly #rogue: Rogue;
  #master: LabProcess | undefined;
  #second: LabProcess | undefined;

  constructor(rogue: Rogue, vrid: number) {
    this.#rogue = rogue;
    this.vrid = vrid;
  }

  /** A master that is alone. */
  begin(): void {
    this.#master = this.#rogue.stream([this.#advert(1, 100)], RATE, LONG);
  }

  /** A second one, which the first one does not yield to. */
  split(): void {
    this.#second = this.#rogue.stream([this.#advert(2, 100)], RATE, LONG);
  }

  /** The second one resigns. */
  async heal(): Promise<void> {
    await this.#second?.stop("SIGKILL");
    await this.#rogue.send(this.#advert(2, 0));
  }

  async end(): Promise<void> {
    await this.#master?.stop("SIGKILL");
  }

  /** Whether an alert is about this virtual router being split. */
  readonly isSplit = (alert: ReceivedAlert): boolean =>
    alert.labels["alertname"] === "VRRPSplitBrain" && alert.labels["vrid"] === String(this.vrid) && alert.labels["segment"] === SEGMENT;

  /** How often a path of the receiver was told that it began and that it ended. */
  told(receiver: WebhookReceiver, at: string): { readonly firing: number; readonly resolved: number } {
    const alerts = receiver.alerts(at).filter(this.isSplit);
    const count = (status: string): number => alerts.filter((alert) => alert.status === status).length;
    return { firing: count("firing"), resolved: count("resolved") };
  }

  /** Splits and heals once, and waits until both have been told. Returns milliseconds until the first was. */
  async once(receiver: WebhookReceiver, at: string): Promise<number> {
    const before = this.told(receiver, at);
    const began = Date.now();
    this.split();
    const has = (status: "firing" | "resolved"): Promise<true> =>
      waitFor(`the split to be told as ${status}`, () => this.told(receiver, at)[status] > before[status] || undefined, {
        within: 60_000,
        state: () =>
          receiver
            .alerts(at)
            .slice(-8)
            .map(({ labels, status }) => [labels["alertname"], labels["vrid"], status]),
      });
    await has("firing");
    const delay = (receiver.alerts(at).filter(this.isSplit).at(-1)?.at ?? Date.now()) - began;
    await this.heal();
    await has("resolved");
    return delay;
  }

  #advert(which: 1 | 2, priority: number): string {
    const last = 70 + 2 * (this.vrid % 10) + which;
    return advert({
      vrid: this.vrid,
      priority,
      interval: CENTISECONDS,
      addresses: [`192.0.2.${150 + (this.vrid % 50)}`],
      source: `192.0.2.${last}`,
      mac: `02:00:5e:77:00:${last.toString(16).padStart(2, "0")}`,
    });
  }
}
