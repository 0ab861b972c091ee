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
  #names: Names = new Map();
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
    const names = this.#namesOf(after);
    const changes = hearingChanges({ targets: before, names: this.#names }, { targets: this.#choices, names });
    this.#byIndex = after;
    this.#names = names;
    this.#warnMissing(links);
    return changes;
  }

  /** Two devices have one name where the end of the first was missed, or its new name: the table knows whose it is now. */
  #namesOf(targets: ReadonlyMap<number, Target>): Names {
    const names = new Map<string, number>();
    for (const [index, { link, captured }] of targets)
      if (captured && (this.#links.byName(link.name)?.index ?? index) === index) names.set(link.name, index);
    return names;
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

/** Index of the device that is captured under each name. */
type Names = ReadonlyMap<string, number>;

/** Compared by name, as it is told: a name that goes over to another device is deaf for a moment, and is heard again. */
function hearingChanges(
  before: { readonly targets: ReadonlyMap<number, Target>; readonly names: Names },
  after: { readonly targets: ReadonlyMap<number, Choice>; readonly names: Names },
): readonly Hearing[] {
  const deaf: Hearing[] = [];
  const hearing: Hearing[] = [];
  for (const [name, index] of before.names) {
    if (after.names.get(name) === index) continue;
    const is = after.targets.get(index);
    const lost = is === undefined || (is.captured && is.link.name === name);
    deaf.push({ index, name, state: "deaf", why: lost ? "removed" : is.captured ? "renamed" : is.why });
  }
  for (const [name, index] of after.names) {
    if (before.names.get(name) === index) continue;
    const was = before.targets.get(index);
    const found = was === undefined || (was.captured && was.link.name === name);
    hearing.push({ index, name, state: "hearing", why: found ? "found" : was.captured ? "renamed" : "up" });
  }
  return [...deaf, ...hearing];
}
