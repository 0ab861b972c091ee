import type { Clock } from "../lib/clock.ts";
import { instant, wallTime } from "../lib/time.ts";
import type { Notification } from "./alert.ts";
import { type CoalesceOptions, coalesce, joinKeyOf } from "./coalesce.ts";
import type { AlertLog } from "./log.ts";
import { SentSequences } from "./sent-sequences.ts";
import { Delivery } from "./spool/delivery.ts";
import { DeliveryQueue, type QueueLimits } from "./spool/queue.ts";
import type { Spool } from "./spool/spool.ts";

export interface LaneOptions extends QueueLimits {
  readonly receiver: string;
  /** It knows no lists: each alert goes by itself. */
  readonly perAlert: boolean;
  /** In one notification. */
  readonly maxAlerts: number;
}

export interface LaneDeps {
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: AlertLog;
  readonly newId: () => string;
}

/** What waits for one receiver, in memory and on the disk: joined and bounded. The delivery in flight is not in it. */
export class Lane {
  #options: LaneOptions;
  readonly #deps: LaneDeps;
  #coalesceOptions: CoalesceOptions;
  readonly #queue: DeliveryQueue;
  readonly #sent = new SentSequences();
  #nextOrder = 1;
  /** Something came since all was joined. */
  #isNew = false;
  #isLossKnown = false;
  dropped = 0;
  expired = 0;
  /** Alerts left out because there were too many for one notification. */
  truncated = 0;

  constructor(options: LaneOptions, deps: LaneDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#queue = new DeliveryQueue(options);
    this.#coalesceOptions = this.#coalescing();
  }

  /** Joins and bounds in another way from now on, also what waits already. */
  reconfigure(options: LaneOptions): void {
    this.#options = options;
    this.#coalesceOptions = this.#coalescing();
    this.#queue.limits = options;
    this.#isNew = true;
    if (this.#queue.isTooMuch) this.#joinAll();
    this.#bound();
  }

  get items(): readonly Delivery[] {
    return this.#queue.items;
  }

  /** @param told fingerprint → the highest `sequence` that an earlier run handed over to be told */
  seed(told: ReadonlyMap<string, number>): void {
    this.#sent.seed(told);
  }

  /** Takes up what an earlier run left. @param beyond orders that are in use already */
  restore(deliveries: readonly Delivery[], beyond: readonly Delivery[]): void {
    for (const { order } of [...deliveries, ...beyond]) this.#nextOrder = Math.max(this.#nextOrder, order + 1);
    for (const delivery of deliveries) this.#queue.add(delivery);
    this.#joinAll();
    this.#bound();
  }

  admit(notification: Notification): Delivery {
    const delivery = new Delivery(notification, this.#nextOrder++, this.#deps.clock.wall(), this.#deps.clock.now());
    this.#add(delivery);
    return delivery;
  }

  /**
   * A dead letter goes to the end. What of it is out of date, or is by then, will not be told; an earlier run may have told what makes it so.
   * Only here that counts: what still waits from that run may be the last that there is of it.
   */
  revive(delivery: Delivery): void {
    delivery.place = "queue";
    delivery.order = this.#nextOrder++;
    delivery.queuedAt = this.#deps.clock.wall();
    delivery.freshAt = this.#deps.clock.now();
    delivery.leftAt = null;
    delivery.revived = true;
    delivery.saved = false;
    this.#queue.add(delivery);
    this.#join([delivery], { ...this.#coalesceOptions, sent: (fingerprint) => this.#sent.everOf(fingerprint) });
    this.#added(delivery.latest);
  }

  /** What is to be sent next, joined with what waits; it is not in the queue any more. null: nothing waits. */
  take(): Delivery | null {
    if (this.#isNew) this.#joinAll();
    this.#expire();
    for (let head = this.items[0]; head !== undefined; head = this.items[0]) {
      // Something newer may have been told since all was joined.
      if (head.revived) this.#join([head]);
      const current = this.items[0];
      if (current === undefined || current.order !== head.order) continue;
      this.#queue.remove(current);
      return current;
    }
    return null;
  }

  /** The attempt failed: it is the first again. */
  putBack(delivery: Delivery): void {
    this.#queue.replace(new Set(), [delivery]);
    this.#isNew = true;
    if (this.#queue.isTooMuch) this.#joinAll();
    this.#bound();
  }

  /** The receiver has it. */
  delivered({ notification }: Delivery): void {
    this.#sent.note(notification);
    this.#isLossKnown = false;
  }

  drop(delivery: Delivery): void {
    this.#queue.remove(delivery);
    this.#deps.spool.discard(delivery);
    this.dropped += 1;
  }

  #coalescing(): CoalesceOptions {
    const { perAlert, maxAlerts } = this.#options;
    return { perAlert, maxAlerts, sent: (fingerprint) => this.#sent.of(fingerprint), newId: this.#deps.newId };
  }

  #add(delivery: Delivery): void {
    this.#queue.add(delivery);
    this.#added(delivery);
  }

  #added(delivery: Delivery): void {
    this.#isNew = true;
    this.#expire();
    if (!this.#queue.isTooMuch) return;
    const key = joinKeyOf(delivery.notification, this.#options.perAlert);
    this.#join(this.items.filter(({ notification }) => joinKeyOf(notification, this.#options.perAlert) === key));
    this.#bound();
  }

  #bound(): void {
    while (this.#queue.isTooMuch) {
      const victim = this.#queue.leastWanted;
      if (victim === undefined) return;
      this.drop(victim);
      this.#noteLoss("more wait than may; the least severe and oldest are dropped");
    }
  }

  #expire(): void {
    const { clock } = this.#deps;
    for (const delivery of this.#queue.expired({ at: clock.now(), wall: clock.wall() })) {
      this.#queue.remove(delivery);
      this.#deps.spool.discard(delivery);
      this.expired += 1;
      this.#noteLoss("some waited for longer than they may, and are given up");
    }
  }

  /** Once, until the receiver takes something again: the metrics count them. */
  #noteLoss(problem: string): void {
    if (!this.#isLossKnown)
      this.#deps.log.error({ receiver: this.#options.receiver, problem }, "alerts are lost before they were delivered");
    this.#isLossKnown = true;
  }

  #joinAll(): void {
    this.#isNew = false;
    this.#join(this.items);
  }

  /** Puts what comes of joining in the place of some of those that wait. */
  #join(sources: readonly Delivery[], options = this.#coalesceOptions): void {
    const successors = new Map<Delivery, Delivery[]>(sources.map((source) => [source, []]));
    const kept = new Set<Delivery>();
    const added: Delivery[] = [];
    for (const { notification, from, cut } of coalesce(sources, options)) {
      const parts = from.flatMap((place) => sources[place] ?? []);
      const same = parts.find((part) => part.notification === notification);
      if (same !== undefined && parts.length === 1) {
        kept.add(same);
        continue;
      }
      const joined = this.#joined(notification, parts, same);
      added.push(joined);
      this.truncated += cut;
      for (const part of parts) successors.get(part)?.push(joined);
    }
    const replaced = new Set([...successors.keys()].filter((source) => !kept.has(source)));
    if (replaced.size === 0) return;
    for (const source of replaced) this.#deps.spool.replace(source, successors.get(source) ?? []);
    this.#queue.replace(replaced, added);
  }

  #joined(notification: Notification, parts: readonly Delivery[], same: Delivery | undefined): Delivery {
    const order = Math.min(...parts.map((part) => part.order));
    const queuedAt = wallTime(Math.min(...parts.map((part) => part.queuedAt)));
    const freshAt = instant(Math.max(...parts.map((part) => part.freshAt)));
    const delivery = new Delivery(notification, order, queuedAt, freshAt);
    const leftAt = parts.flatMap((part) => part.leftAt ?? []);
    delivery.leftAt = leftAt.length < parts.length ? null : wallTime(Math.max(...leftAt));
    delivery.attempts = Math.max(...parts.map((part) => part.attempts));
    delivery.attempted = same?.attempted ?? false;
    delivery.revived = parts.some((part) => part.revived);
    delivery.problem = parts.findLast(({ problem }) => problem !== null)?.problem ?? null;
    return delivery;
  }
}
