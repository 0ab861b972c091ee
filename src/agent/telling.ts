import type { Json } from "../alerts/alert.ts";
import type { AlertCenter } from "../alerts/center.ts";
import type { AlertControl, CommandOutcome } from "../alerts/control.ts";
import type { Heartbeat } from "../alerts/heartbeat.ts";
import type { ReceiverLane } from "../alerts/receiver-lane.ts";
import type { Config } from "../config/schema.ts";
import type { Event } from "../core/events.ts";
import type { AlertsView } from "../lib/alerts-view.ts";
import { sameList } from "../lib/same-list.ts";
import { type AgentAlertsDeps, alertCenter, centerOptionsOf, openHeartbeat, tendLeft } from "./alerts.ts";
import { EarlyEvents } from "./early-events.ts";
import { Lanes } from "./lanes.ts";

/** Events before the first receiver can be told: the first moments of a thousand virtual routers. */
const MOST_UNTOLD = 8_192;

const nobody = { firing: [], waiting: [], dead: [], more: { firing: 0, waiting: 0, dead: 0 }, receivers: [], durable: true, problem: null };

/** Everybody who tells people what is wrong: receivers of alerts, and the sign of life. What happens before they are ready is kept for them. */
export class Telling implements AlertControl {
  readonly #deps: AgentAlertsDeps;
  readonly #early: EarlyEvents;
  readonly #lanes: Lanes;
  #config: Config;
  /** null where nobody is to be told. */
  #center: AlertCenter | null = null;
  #heartbeat: Heartbeat | null = null;
  /** Signs of life of those that were before this one. */
  #beaten = { sent: 0, failed: 0 };
  #isReady = false;

  constructor(config: Config, deps: AgentAlertsDeps) {
    this.#deps = deps;
    this.#config = config;
    this.#lanes = new Lanes(deps);
    this.#early = new EarlyEvents(MOST_UNTOLD, () => {
      if (this.#config.alerts.receivers.length > 0)
        deps.log.warn({ kept: MOST_UNTOLD }, "too much happens while the agent starts: nobody is told of what is beyond that");
    });
  }

  event(event: Event): void {
    if (this.#isReady) this.#center?.event(event);
    else this.#early.add(event);
  }

  /** Takes up what an earlier run left, and tells what has happened meanwhile. */
  async start(): Promise<void> {
    const config = this.#config;
    this.#tendLeft();
    const [lanes, heartbeat] = await Promise.all([this.#lanes.prepare(config), openHeartbeat(config, this.#deps)]);
    this.#heartbeat = heartbeat;
    await this.#open(lanes());
  }

  /** The first sign of life goes at once: to be called when the agent does all that it should. */
  beat(): void {
    this.#heartbeat?.start();
  }

  /**
   * Makes ready what another configuration needs; what may fail has been done by then. To be called after `start`.
   * @returns tells by it from then on; its promise resolves once what is gone has ended
   */
  async prepare(config: Config): Promise<() => Promise<void>> {
    const isSameHeartbeat = JSON.stringify(config.alerts.heartbeat) === JSON.stringify(this.#config.alerts.heartbeat);
    const [lanes, heartbeat] = await Promise.all([
      this.#lanes.prepare(config),
      isSameHeartbeat ? this.#heartbeat : openHeartbeat(config, this.#deps),
    ]);
    return async () => {
      const before = this.#config;
      this.#config = config;
      if (!sameList(namesOf(before), namesOf(config))) this.#tendLeft();
      await Promise.all([this.#tellBy(lanes()), this.#beatBy(heartbeat)]);
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#center?.stop(), this.#heartbeat?.stop()]);
  }

  async list(): Promise<Json> {
    return this.#center === null ? nobody : this.#center.list();
  }

  async retry(id: string): Promise<CommandOutcome> {
    return this.#center === null ? "unknown" : this.#center.retry(id);
  }

  async drop(id: string): Promise<CommandOutcome> {
    return this.#center === null ? "unknown" : this.#center.drop(id);
  }

  view(): AlertsView | null {
    const { sent, failed } = this.#beaten;
    const heartbeat = this.#heartbeat === null ? null : { sent: sent + this.#heartbeat.sent, failed: failed + this.#heartbeat.failed };
    if (this.#center !== null) {
      const view = this.#center.view(heartbeat);
      return { ...view, evicted: view.evicted + this.#early.lost };
    }
    if (heartbeat === null) return null;
    return { receivers: [], firing: { critical: 0, warning: 0, info: 0 }, evicted: 0, storeFailures: 0, heartbeat };
  }

  async #open(lanes: readonly ReceiverLane[]): Promise<void> {
    this.#center = lanes.length === 0 ? null : alertCenter(this.#config, lanes, this.#deps);
    await this.#center?.start();
    this.#isReady = true;
    for (const event of this.#early.kept) this.#center?.event(event);
    this.#early.clear();
  }

  async #tellBy(lanes: readonly ReceiverLane[]): Promise<void> {
    const center = this.#center;
    if (center !== null && lanes.length > 0) return center.reconfigure(centerOptionsOf(this.#config, this.#deps.secure), lanes);
    if (center !== null) {
      this.#center = null;
      return center.stop();
    }
    if (lanes.length === 0) return;
    this.#isReady = false;
    await this.#open(lanes);
    for (const event of this.#standing()) this.#center?.event(event);
  }

  /** What is raised now, as if it had been told just now. */
  #standing(): Event[] {
    const { now: at, wall, host } = this.#deps.snapshot();
    return host.routers.flatMap(({ id: router, conditions }) =>
      conditions.active.map((condition): Event => ({ kind: "condition_raised", at, wall, router, ...condition })),
    );
  }

  async #beatBy(heartbeat: Heartbeat | null): Promise<void> {
    const before = this.#heartbeat;
    if (heartbeat === before) return;
    this.#heartbeat = heartbeat;
    if (before !== null) this.#beaten = { sent: this.#beaten.sent + before.sent, failed: this.#beaten.failed + before.failed };
    heartbeat?.start();
    await before?.stop();
  }

  #tendLeft(): void {
    const config = this.#config;
    tendLeft(config, this.#deps, () => this.#config === config || sameList(namesOf(config), namesOf(this.#config)));
  }
}

const namesOf = ({ alerts }: Config): readonly string[] => alerts.receivers.map(({ name, format }) => `${format} ${name}`);
