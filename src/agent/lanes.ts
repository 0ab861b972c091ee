import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { AlertLog } from "../alerts/log.ts";
import type { ReceiverLane } from "../alerts/receiver-lane.ts";
import type { WebhookLaneOptions } from "../alerts/webhook-lane.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import { lateCode } from "./late-code.ts";
import { externalUrlOf, openReceiver, type Receiver, ruleOf } from "./receivers.ts";

export interface LanesDeps {
  readonly clock: Clock;
  readonly log: AlertLog;
  readonly version: string;
  /** Whether `web.listen` speaks HTTPS. */
  readonly secure: boolean;
}

interface Known {
  readonly lane: ReceiverLane;
  /** Everything of the configuration that it was made of. */
  readonly madeOf: string;
}

/** What becomes of one receiver; nothing happens before it is called. */
type Turn = () => readonly [name: string, known: Known];

export const alertsDirectory = ({ state_directory }: Pick<Config, "state_directory">): string => join(state_directory, "alerts");

/** The ways to the receivers, by name. One whose settings change keeps what waits in it; one whose settings do not change is left alone. */
export class Lanes {
  readonly #deps: LanesDeps;
  #known: ReadonlyMap<string, Known> = new Map();

  constructor(deps: LanesDeps) {
    this.#deps = deps;
  }

  /**
   * Makes ready what a configuration needs. What may fail has been done by then.
   * @returns takes it up, and gives the lanes that there are from then on
   */
  async prepare(config: Config): Promise<() => readonly ReceiverLane[]> {
    const turns = await Promise.all(config.alerts.receivers.map((receiver) => this.#turn(config, receiver)));
    return () => {
      this.#known = new Map(turns.map((turn) => turn()));
      return [...this.#known.values()].map(({ lane }) => lane);
    };
  }

  async #turn(config: Config, receiver: Receiver): Promise<Turn> {
    const { name, format } = receiver;
    const { spool, resend_interval: resendInterval } = config.alerts;
    const isApi = format === "alertmanager-api";
    // Matchers are told apart by their text.
    const madeOf = JSON.stringify([receiver, externalUrlOf(config, this.#deps.secure), isApi ? resendInterval : spool]);
    const known = this.#known.get(name);
    if (known?.madeOf === madeOf) return () => [name, known];
    if (isApi) {
      const lane = await this.#alertmanagerLane(config, receiver, known?.lane);
      return () => [name, { lane, madeOf }];
    }
    const change = await this.#webhookLane(config, receiver, known?.lane);
    return () => [name, { lane: change(), madeOf }];
  }

  async #alertmanagerLane(config: Config, receiver: Receiver, before: ReceiverLane | undefined): Promise<ReceiverLane> {
    const { clock, log, version, secure } = this.#deps;
    const { AlertmanagerLane } = await lateCode.alertmanagerLane();
    return AlertmanagerLane.open(
      ruleOf(receiver),
      config.alerts.resend_interval,
      (endsAt) => openReceiver(config, receiver, { clock, version, secure, endsAt }),
      { clock, log, random: Math.random, newId: randomUUID },
      before instanceof AlertmanagerLane ? before : null,
    );
  }

  async #webhookLane(config: Config, receiver: Receiver, before: ReceiverLane | undefined): Promise<() => ReceiverLane> {
    const { clock, log, version, secure } = this.#deps;
    const [{ WebhookLane }, [webhook]] = await Promise.all([
      lateCode.webhookLane(),
      openReceiver(config, receiver, { clock, version, secure, endsAt: () => "" }),
    ]);
    if (webhook === undefined) throw new Error(`no way to the receiver ${receiver.name}`);
    const rule = ruleOf(receiver);
    const options = laneOptionsOf(config, receiver);
    if (!(before instanceof WebhookLane)) return () => new WebhookLane(rule, options, { webhook, clock, log });
    return () => {
      before.reconfigure(rule, options, webhook);
      return before;
    };
  }
}

function laneOptionsOf(config: Config, { format }: Receiver): WebhookLaneOptions {
  const { max_count: maxCount, max_bytes: maxBytes, max_age: maxAge, max_dead: maxDead } = config.alerts.spool;
  return { format, directory: alertsDirectory(config), maxCount, maxBytes, maxAge, maxDead };
}
