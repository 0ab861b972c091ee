import type { Link, LinkView } from "../lib/link.ts";
import { type Choice, chooseInterfaces, missingInterfaces, ownedVlans } from "./choice.ts";

const none: ReadonlySet<number> = new Set();

/** A device as a backend needs it. */
export interface Target {
  readonly link: Link;
  readonly chosen: boolean;
  readonly captured: boolean;
  /** VLAN ids whose frames belong to another device of this host. */
  readonly foreignVlans: ReadonlySet<number>;
}

/** A change of what can be heard. */
export interface Hearing {
  readonly index: number;
  readonly name: string;
  readonly state: "hearing" | "deaf";
  readonly why: string;
}

/** Follows the link table: which devices are targets now, and what that changes for the listener. */
export class Targets {
  readonly #links: LinkView;
  #patterns: readonly string[];
  readonly #warn: (message: string) => void;
  readonly #warned = new Set<string>();
  #byIndex: ReadonlyMap<number, Target> = new Map();
  #choices: ReadonlyMap<number, Choice> = new Map();

  constructor(links: LinkView, patterns: readonly string[], warn: (message: string) => void) {
    this.#links = links;
    this.#patterns = patterns;
    this.#warn = warn;
  }

  /** Other patterns hold from the next `refresh` on. */
  choose(patterns: readonly string[]): void {
    this.#patterns = patterns;
    this.#warned.clear();
  }

  get(index: number): Target | undefined {
    return this.#byIndex.get(index);
  }

  captured(): readonly Target[] {
    return [...this.#byIndex.values()].filter((target) => target.captured);
  }

  /** Removes from `counts` the names that no device has any more: whoever makes and removes devices must not make it grow. */
  forgetGone(counts: Map<string, unknown> | Set<string>): void {
    if (counts.size === 0) return;
    const names = new Set([...this.#byIndex.values()].map(({ link }) => link.name));
    for (const name of [...counts.keys()]) if (!names.has(name)) counts.delete(name);
  }

  /** Removes from `counts` the names that are not listened on any more. */
  forgetUnchosen(counts: Map<string, unknown> | Set<string>): void {
    const names = new Set([...this.#byIndex.values()].flatMap(({ link, chosen }) => (chosen ? [link.name] : [])));
    for (const name of [...counts.keys()]) if (!names.has(name)) counts.delete(name);
  }

  /** For people: every device and why it is captured or not. */
  choices(): readonly Choice[] {
    return [...this.#choices.values()];
  }

  /** Judges the table anew; tells, deaf ones first, whose hearing changed. A rename is both. */
  refresh(): readonly Hearing[] {
    const links = this.#links.all();
    const before = this.#byIndex;
    const vlans = ownedVlans(links);
    this.#choices = chooseInterfaces(links, this.#patterns);
    const after = new Map<number, Target>();
    for (const [index, { link, chosen, captured }] of this.#choices) {
      after.set(index, { link, chosen, captured, foreignVlans: vlans.get(index) ?? none });
    }
    this.#byIndex = after;
    this.#warnMissing(links);
    return hearingChanges(before, after, this.#choices);
  }

  #warnMissing(links: readonly Link[]): void {
    // An empty table is one that has not been read yet.
    if (links.length === 0) return;
    for (const name of missingInterfaces(links, this.#patterns)) {
      if (this.#warned.has(name)) continue;
      this.#warned.add(name);
      this.#warn(`interface ${name} of capture.interfaces does not exist: waiting for it to appear`);
    }
  }
}

function hearingChanges(
  before: ReadonlyMap<number, Target>,
  after: ReadonlyMap<number, Target>,
  choices: ReadonlyMap<number, Choice>,
): readonly Hearing[] {
  const deaf: Hearing[] = [];
  const hearing: Hearing[] = [];
  for (const [index, was] of before) {
    const is = after.get(index);
    if (!was.captured || (is?.captured === true && is.link.name === was.link.name)) continue;
    const why = is === undefined ? "removed" : is.captured ? "renamed" : (choices.get(index)?.why ?? "removed");
    deaf.push({ index, name: was.link.name, state: "deaf", why });
  }
  for (const [index, is] of after) {
    const was = before.get(index);
    if (!is.captured || (was?.captured === true && was.link.name === is.link.name)) continue;
    hearing.push({ index, name: is.link.name, state: "hearing", why: was === undefined ? "found" : was.captured ? "renamed" : "up" });
  }
  return [...deaf, ...hearing];
}
