import type { Severity } from "../../core/events.ts";
import { type Duration, earlier, type Instant, micros, plus, type Stamp, seconds, since, type WallTime } from "../../lib/time.ts";
import type { Notification } from "../alert.ts";
import { severityOf } from "../weight.ts";

/** Where a delivery is: it waits, or its receiver refused it. Names of folders. */
export const places = ["queue", "dead"] as const;
export type Place = (typeof places)[number];

/** The wall clock may be far off when the host starts; by then it is as right as it gets. */
const GRACE: Duration = seconds(600);

/** A file that must stay until everything that was in it is safe elsewhere, or not wanted any more. */
export interface HeldFile {
  readonly path: string;
  /** How many deliveries still need it. */
  holders: number;
}

/** One notification on its way to its receiver. */
export class Delivery {
  readonly notification: Notification;
  readonly severity: Severity;
  /** Of its text, without the spaces for eyes. */
  readonly bytes: number;
  place: Place = "queue";
  /** Its place among others, and the beginning of its file's name. */
  order: number;
  queuedAt: WallTime;
  /** When the newest of what it says came; its age counts from here. */
  freshAt: Instant;
  /** The same by the wall clock, where an earlier run left all of it: how old it is shows some time after the start. Else null. */
  leftAt: WallTime | null = null;
  attempts = 0;
  /** Its receiver may know its id. */
  attempted = false;
  /** From an earlier run, or from the dead letters. */
  revived = false;
  /** Why the last attempt failed, for a person. */
  problem: string | null = null;
  /** Whether the disk has it as it is now. */
  saved = false;
  /** Delivered, dropped or joined with others: nothing will be sent of it by itself. */
  gone = false;
  joinedInto: Delivery | null = null;
  /** What is on the disk of it, its own file and those of what it was joined from. */
  readonly files = new Set<HeldFile>();

  constructor(notification: Notification, order: number, queuedAt: WallTime, freshAt: Instant) {
    this.notification = notification;
    this.severity = severityOf(notification);
    this.bytes = Buffer.byteLength(JSON.stringify(notification));
    this.order = order;
    this.queuedAt = queuedAt;
    this.freshAt = freshAt;
  }

  get id(): string {
    return this.notification.id;
  }

  /** What stands for it now, after all joining. */
  get latest(): Delivery {
    let latest: Delivery = this;
    while (latest.joinedInto !== null) latest = latest.joinedInto;
    return latest;
  }

  /** For how long the newest of what it says has waited; nothing yet where an earlier run left it and the wall clock is not to be believed. */
  age({ at, wall }: Stamp): Duration {
    if (this.leftAt !== null) {
      if (since(at, this.freshAt) < GRACE) return micros(0);
      this.freshAt = earlier(this.freshAt, plus(at, micros(this.leftAt - wall)));
      this.leftAt = null;
    }
    return since(at, this.freshAt);
  }

  hold(file: HeldFile): void {
    if (this.files.has(file)) return;
    this.files.add(file);
    file.holders += 1;
  }

  /** @returns whether nobody needs the file any more */
  release(file: HeldFile): boolean {
    if (!this.files.delete(file)) return false;
    file.holders -= 1;
    return file.holders === 0;
  }
}
