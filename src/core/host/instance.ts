import type { WallTime } from "../../lib/time.ts";
import type { VirtualRouterId } from "../events.ts";
import type { ConfiguredInstance } from "../keepalived-config.ts";
import type { SenderView } from "../view.ts";
import { Said } from "./said.ts";
import type { InstanceView, RouterState, StateSource } from "./view.ts";

/** A state with where it comes from. */
export interface Answer {
  readonly state: RouterState;
  readonly by: StateSource;
  readonly sinceWall: WallTime | null;
}

export const unknown: Answer = { state: "unknown", by: "none", sinceWall: null };

/** One instance of the keepalived on this host: what it said last, and what is concluded from that and from the rest. */
export class Instance implements InstanceView {
  readonly name: string;
  router: VirtualRouterId | null = null;
  configured: ConfiguredInstance | null = null;
  /** The user says which virtual router it is. */
  assigned = false;
  becameMaster = 0;
  releasedMaster = 0;
  readonly said = new Said();
  /** The sender on this host in its virtual router, while it claims to be master. */
  sender: () => SenderView | null = () => null;
  #answer: Answer = unknown;
  /** The last state that was known. */
  #known: RouterState | null = null;

  constructor(name: string) {
    this.name = name;
  }

  get state(): RouterState {
    return this.#answer.state;
  }
  get by(): StateSource {
    return this.#answer.by;
  }
  get sinceWall(): WallTime | null {
    return this.#answer.sinceWall;
  }
  get priority(): number | null {
    // It sends nothing, and starts with another one.
    if (this.#answer.state === "stop") return null;
    const { said } = this;
    const sender = this.sender();
    // Without notify_priority_changes keepalived says nothing of what tracking does, but its next advert shows it.
    if (sender !== null && (said.priorityAt === null || said.priorityAt <= sender.lastAdvertAt)) return sender.priority;
    return said.priority;
  }

  /**
   * Takes the answer as the present one. Not knowing for a while is no change.
   * @returns the last known state, where it is another one now; null where nothing that is known has changed.
   */
  settle(answer: Answer): RouterState | null {
    const before = this.#known;
    const previous = this.#answer;
    // What is inferred first has been so since before we looked.
    const sinceWall = answer.by === "inferred" && before === null ? null : answer.sinceWall;
    this.#answer = { ...answer, sinceWall: previous.state === answer.state && answer.by === "inferred" ? previous.sinceWall : sinceWall };
    if (answer.state === "unknown") return null;
    this.#known = answer.state;
    if (before === null || before === answer.state) return null;
    if (answer.state === "master") this.becameMaster += 1;
    if (before === "master") this.releasedMaster += 1;
    return before;
  }
}
