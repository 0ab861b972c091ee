import type { WallTime } from "../../lib/time.ts";
import type { Instance } from "./instance.ts";
import { Said } from "./said.ts";
import type { RouterState, SyncGroupView } from "./view.ts";

/** A `vrrp_sync_group`: its instances move together. */
export class SyncGroup implements SyncGroupView {
  readonly name: string;
  members: readonly string[] = [];
  readonly said = new Said();
  state: RouterState = "unknown";
  sinceWall: WallTime | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /**
   * What keepalived says of the group; where it says nothing, what all members are.
   * @param running whether keepalived runs; null where that cannot be told
   */
  settle(instances: ReadonlyMap<string, Instance>, running: boolean | null, wall: WallTime): void {
    const [state, sinceWall] = this.#judge(instances, running);
    if (state === this.state) return;
    const first = this.state === "unknown" && this.sinceWall === null;
    this.state = state;
    this.sinceWall = sinceWall ?? (first ? null : wall);
  }

  #judge(instances: ReadonlyMap<string, Instance>, running: boolean | null): readonly [RouterState, WallTime | null] {
    if (running === false) return ["stop", null];
    if (this.said.state !== null) return [this.said.state, this.said.sinceWall];
    const states = new Set(this.members.map((name) => instances.get(name)?.state ?? "unknown"));
    const [only] = states;
    return [states.size === 1 && only !== undefined ? only : "unknown", null];
  }
}
