import type { WallTime } from "../../lib/time.ts";
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

/** keepalived's own words about one instance or sync group, in the life of its present process. */
export class Said {
  /** null: nothing yet. */
  state: RouterState | null = null;
  /** When it said so first; null: before we looked. */
  sinceWall: WallTime | null = null;
  /** Effective priority of the last call that had one, and when that was; null where it is not known. */
  priority: number | null = null;
  priorityWall: WallTime | null = null;
  #lastWall: WallTime | null = null;

  /** When it was heard last; null where that is not known. */
  get lastWall(): WallTime | null {
    return this.#lastWall;
  }

  /**
   * @param wall when it happened; null: before we looked
   * @returns false where something later is known already
   */
  hear(notify: Notify, wall: WallTime | null): boolean {
    if (wall !== null && this.#lastWall !== null && wall < this.#lastWall) return false;
    const state = stateOf(notify);
    if (state !== null && state !== this.state) {
      this.state = state;
      this.sinceWall = wall;
    }
    if (notify.priority !== null && notify.priority > 0) {
      this.priority = notify.priority;
      this.priorityWall = wall;
    }
    this.#lastWall = wall ?? this.#lastWall;
    return true;
  }

  /** A process that began at `started` has not said what was said before. */
  forgetBefore(started: WallTime): void {
    if (this.#lastWall !== null && this.#lastWall >= started) return;
    this.state = null;
    this.sinceWall = null;
    this.priority = null;
    this.priorityWall = null;
  }
}
