import type { Instant, Stamp, WallTime } from "../../lib/time.ts";
import type { Notify } from "../host-facts.ts";
import type { RouterState } from "./view.ts";

/** What a notify call says about the state; null where it says nothing of it. A change in FAULT, too, is called BACKUP_PRIORITY. */
function stateOf({ event }: Notify): RouterState | null {
  switch (event) {
    case "master":
    case "master_priority":
    case "master_rx_lower_pri":
      return "master";
    case "backup":
    case "fault":
    case "stop":
      return event;
    case "deleted":
      return "stop";
    default:
      return null;
  }
}

/** Calls that a change of the state makes. */
const beginnings: ReadonlySet<Notify["event"]> = new Set(["master", "backup", "fault", "stop", "deleted"]);

/** When a call happened: by the clock that nobody sets, and for display. Both null: before we looked. */
export interface Moment {
  readonly at: Instant | null;
  readonly wall: WallTime | null;
}

/** keepalived's own words about one instance or sync group, in the life of its present process. */
export class Said {
  /** null: nothing yet. */
  state: RouterState | null = null;
  /** When it said so first; null: before we looked. */
  sinceWall: WallTime | null = null;
  /** The same moment by both clocks; null also where only its wall time is known. */
  since: Stamp | null = null;
  /** Effective priority of the last call that had one, and when that was; null where it is not known. */
  priority: number | null = null;
  priorityAt: Instant | null = null;
  /** When it was heard last; null where that is not known. */
  lastAt: Instant | null = null;

  /** @returns false where something later is known already */
  hear(notify: Notify, { at, wall }: Moment): boolean {
    if (at !== null && this.lastAt !== null && at < this.lastAt) return false;
    const state = stateOf(notify);
    if (state !== null && state !== this.state) {
      this.state = state;
      // The others confirm what has been so for an unknown time.
      this.sinceWall = beginnings.has(notify.event) ? wall : null;
      this.since = at !== null && this.sinceWall !== null ? { at, wall: this.sinceWall } : null;
    }
    if (notify.priority !== null && notify.priority > 0) {
      this.priority = notify.priority;
      this.priorityAt = at;
    }
    this.lastAt = at ?? this.lastAt;
    return true;
  }

  /** A process that began at `started` has not said what was said before. */
  forgetBefore(started: Instant): void {
    if (this.lastAt !== null && this.lastAt >= started) return;
    this.state = null;
    this.sinceWall = null;
    this.since = null;
    this.priority = null;
    this.priorityAt = null;
  }
}
