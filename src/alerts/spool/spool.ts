import { join } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import { type DurableSteps, nodeSteps, writeDurably } from "../../lib/durable-file.ts";
import { seconds } from "../../lib/time.ts";
import type { AlertLog } from "../log.ts";
import { waitAtMost } from "./bounded.ts";
import { type Delivery, type HeldFile, places } from "./delivery.ts";
import { folderOf, readFolder } from "./folder.ts";
import { fileNameOf } from "./names.ts";
import { storedText } from "./stored.ts";
import { diskProblem, hungDisk } from "./trouble.ts";

export interface SpoolDeps {
  /** Holds `queue/` and `dead/`. */
  readonly directory: string;
  readonly receiver: string;
  readonly clock: Clock;
  readonly log: AlertLog;
  readonly steps?: DurableSteps;
}

/** How long an alert waits for a disk that does not answer. */
const PATIENCE = seconds(2);
/** When a disk that refused is tried again. */
const NEXT_TRY = seconds(10);

/**
 * The files of one receiver's deliveries. One thing at a time is done to them, in the order in which it was asked for; the files of other
 * receivers have their own order. What the disk refuses is kept in mind and tried again.
 *
 *   DIRECTORY/queue/RECEIVER/000000000042-critical-ID.json    waits; deleted when delivered
 *   DIRECTORY/dead/RECEIVER/000000000041-warning-ID.json      refused by the receiver; deleted when there are too many
 */
export class Spool {
  readonly #deps: SpoolDeps;
  readonly #steps: DurableSteps;
  readonly #unsaved = new Set<Delivery>();
  /** In the order in which they were not wanted any more: the older state of an alert must never outlive the newer one. */
  readonly #unwanted: string[] = [];
  #working: Promise<unknown> = Promise.resolve();
  #cancelTry: (() => void) | null = null;
  #isClosed = false;
  /** It was waited for in vain: nobody waits for it again before it answers. */
  #isHung = false;
  #isPrepared = false;
  /** It refused something since it last took a whole write: that it lets files be deleted says little. */
  #isDoubtful = false;
  #problem: string | null = null;
  #failures = 0;

  constructor(deps: SpoolDeps) {
    this.#deps = deps;
    this.#steps = deps.steps ?? nodeSteps;
  }

  /** What the disk refuses and why, for a person; null: it has everything. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Times that the disk refused something, since the start. */
  get failures(): number {
    return this.#failures;
  }

  /** Reads what an earlier run left. Never rejects. */
  async load(): Promise<{ readonly waiting: readonly Delivery[]; readonly dead: readonly Delivery[]; readonly damaged: number }> {
    const { directory, receiver, clock, log } = this.#deps;
    const now = clock.now();
    const [queue, dead] = await Promise.all([
      readFolder(directory, "queue", receiver, now, this.#steps),
      readFolder(directory, "dead", receiver, now, this.#steps),
    ]);
    for (const error of [...queue.errors, ...dead.errors]) this.#failed(error);
    void this.#enqueue(() => this.#prepare());
    const damaged = queue.damaged + dead.damaged;
    if (damaged > 0)
      log.error(
        { receiver, files: damaged },
        "deliveries of an earlier run are damaged, or a newer version of vrrpwatch wrote them; their files are kept, with .damaged at the end",
      );
    const refused = new Set(dead.deliveries.map(({ id }) => id));
    // Killed between the two steps of becoming a dead letter.
    for (const delivery of queue.deliveries) if (refused.has(delivery.id)) this.discard(delivery);
    return { waiting: queue.deliveries.filter(({ gone }) => !gone), dead: dead.deliveries, damaged };
  }

  /** Brings it, or what it was joined into, to the disk; returns when it is there, or when the disk refuses or keeps silent. Never rejects. */
  async save(delivery: Delivery): Promise<void> {
    const { clock, directory } = this.#deps;
    if (isSafe(delivery.latest)) return;
    this.#unsaved.add(delivery.latest);
    const written = this.#enqueue(() => this.#write(delivery));
    if (this.#isHung || (await waitAtMost(written, PATIENCE, clock))) return;
    this.#isHung = true;
    this.#trouble(hungDisk(directory));
  }

  /** The same for what nobody waits for. */
  saveLater(delivery: Delivery): void {
    this.#unsaved.add(delivery);
    void this.#enqueue(() => this.#write(delivery));
  }

  /** Nothing of it is wanted on the disk any more. */
  discard(delivery: Delivery): void {
    delivery.gone = true;
    this.#unsaved.delete(delivery);
    for (const file of [...delivery.files]) this.#release(delivery, file);
  }

  /** One delivery stands for another from now on, and needs its files until it has its own. */
  replace(delivery: Delivery, by: readonly Delivery[]): void {
    for (const successor of by) for (const file of delivery.files) successor.hold(file);
    delivery.joinedInto = by[0] ?? null;
    this.discard(delivery);
  }

  /** Resolves when all that was asked for was tried. */
  async settled(): Promise<void> {
    let working: unknown;
    while (working !== this.#working) {
      working = this.#working;
      await this.#working;
    }
  }

  /** Tries once more what the disk refused, and then no more by itself. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelNextTry();
    if (this.#isBehind()) void this.#enqueue(() => this.#catchUp());
    await this.settled();
  }

  /** Makes the folders, so that a power failure cannot take the first alert along with the folder that it is in. */
  async #prepare(): Promise<void> {
    if (this.#isPrepared) return;
    const { directory, receiver } = this.#deps;
    for (const place of places) {
      await this.#steps.makeDirectory(folderOf(directory, place, receiver));
      await this.#steps.syncDirectory(join(directory, place));
    }
    await this.#steps.syncDirectory(directory);
    this.#isPrepared = true;
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#working.then(work).then(
      () => this.#succeeded(),
      (error: unknown) => this.#failed(error),
    );
    this.#working = done;
    return done;
  }

  async #write(wanted: Delivery): Promise<void> {
    for (let delivery = wanted.latest; !isSafe(delivery); delivery = wanted.latest) {
      const { directory, receiver } = this.#deps;
      const path = join(folderOf(directory, delivery.place, receiver), fileNameOf(delivery));
      // From the first step on, as the last one may fail with the file in its place.
      const file = [...delivery.files].find((held) => held.path === path) ?? { path, holders: 0 };
      delivery.hold(file);
      delivery.saved = true;
      try {
        await writeDurably(path, storedText(delivery), this.#steps);
      } catch (error) {
        delivery.saved = false;
        throw error;
      }
      this.#written(delivery, file);
    }
  }

  #written(delivery: Delivery, file: HeldFile): void {
    this.#isDoubtful = false;
    if (delivery.saved) {
      this.#unsaved.delete(delivery);
      for (const other of [...delivery.files]) if (other !== file) this.#release(delivery, other);
    }
  }

  #release(delivery: Delivery, file: HeldFile): void {
    if (!delivery.release(file)) return;
    this.#unwanted.push(file.path);
    void this.#enqueue(() => this.#sweep());
  }

  async #sweep(): Promise<void> {
    for (let path = this.#unwanted[0]; path !== undefined; path = this.#unwanted[0]) {
      await this.#steps.remove(path);
      this.#unwanted.shift();
    }
  }

  #isBehind(): boolean {
    return this.#isDoubtful || this.#unsaved.size > 0 || this.#unwanted.length > 0;
  }

  /** Until the disk refuses again. */
  async #catchUp(): Promise<void> {
    await this.#prepare();
    for (const delivery of [...this.#unsaved]) {
      if (delivery.gone) this.#unsaved.delete(delivery);
      else await this.#write(delivery);
    }
    await this.#sweep();
    if (this.#isDoubtful) await this.#probe();
  }

  /** There is nothing to write that would show whether it can be done. */
  async #probe(): Promise<void> {
    const { directory, receiver } = this.#deps;
    const path = join(folderOf(directory, "queue", receiver), ".probe");
    await writeDurably(path, "", this.#steps);
    await this.#steps.remove(path);
    this.#isDoubtful = false;
  }

  #succeeded(): void {
    this.#isHung = false;
    if (this.#problem === null) return;
    if (!this.#isBehind()) {
      this.#problem = null;
      this.#cancelNextTry();
      this.#deps.log.info({ receiver: this.#deps.receiver }, "alerts are stored again");
    } else if (!this.#isDoubtful && this.#cancelNextTry()) {
      // It takes something again: the rest need not wait.
      void this.#enqueue(() => this.#catchUp());
    }
  }

  /** @returns whether there would have been one */
  #cancelNextTry(): boolean {
    const cancel = this.#cancelTry;
    this.#cancelTry = null;
    cancel?.();
    return cancel !== null;
  }

  #failed(error: unknown): void {
    this.#isHung = false;
    this.#isDoubtful = true;
    this.#failures += 1;
    this.#trouble(diskProblem(this.#deps.directory, error));
  }

  #trouble(problem: string): void {
    const { log, receiver, clock } = this.#deps;
    if (problem !== this.#problem) log.error({ receiver, problem }, "alerts cannot be stored: what waits would be lost with the agent");
    this.#problem = problem;
    if (!this.#isClosed)
      this.#cancelTry ??= clock.after(NEXT_TRY, () => {
        this.#cancelTry = null;
        void this.#enqueue(() => this.#catchUp());
      });
  }
}

const isSafe = ({ gone, saved }: Delivery): boolean => gone || saved;
