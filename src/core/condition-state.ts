import type { Instant, WallTime } from "../lib/time.ts";
import type { ConditionName, Event, VirtualRouterId } from "./events.ts";
import type { ConditionOptions } from "./options.ts";
import type { ConditionView } from "./view.ts";

export interface Finding {
  readonly summary: string;
  readonly cause: string | null;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Whether one condition of one virtual router is raised, and how often it was. */
export class ConditionState {
  active: (ConditionView & { readonly evidence: Finding["evidence"] }) | null = null;
  transitions = 0;
  lastRaisedWall: WallTime | undefined;
  readonly #name: ConditionName;
  readonly #router: VirtualRouterId;
  readonly #options: ConditionOptions;

  constructor(name: ConditionName, router: VirtualRouterId, options: ConditionOptions) {
    this.#name = name;
    this.#router = router;
    this.#options = options;
  }

  get enabled(): boolean {
    return this.#options.enabled;
  }

  raise(finding: Finding, at: Instant, wall: WallTime): Event | undefined {
    if (this.active !== null || !this.#options.enabled) return undefined;
    this.active = { condition: this.#name, severity: this.#options.severity, since: wall, ...finding };
    this.transitions += 1;
    this.lastRaisedWall = wall;
    return { kind: "condition_raised", at, wall, router: this.#router, ...this.active };
  }

  clear(summary: string, at: Instant, wall: WallTime): Event | undefined {
    if (this.active === null) return undefined;
    const was = this.active;
    this.active = null;
    return { kind: "condition_cleared", at, wall, router: this.#router, ...was, summary };
  }
}
