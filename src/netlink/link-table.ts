import type { Link, LinkChange, LinkView } from "../lib/link.ts";
import type { LinkMessage } from "./link-message.ts";

/** The devices of this host by index and by name. Fed with messages and with whole dumps; tells its subscribers what changed. */
export class LinkTable implements LinkView {
  readonly #byIndex = new Map<number, Link>();
  readonly #byName = new Map<string, Link>();
  readonly #listeners = new Set<(changes: readonly LinkChange[]) => void>();

  constructor(links: readonly Link[] = []) {
    for (const link of links) this.#put(link);
  }

  get(index: number): Link | undefined {
    return this.#byIndex.get(index);
  }

  byName(name: string): Link | undefined {
    return this.#byName.get(name);
  }

  all(): readonly Link[] {
    return [...this.#byIndex.values()];
  }

  subscribe(listener: (changes: readonly LinkChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Applies messages in their order. */
  apply(messages: readonly LinkMessage[]): readonly LinkChange[] {
    const changes: LinkChange[] = [];
    for (const message of messages) {
      if (message.kind === "present") this.#merge(message.link, changes);
      else this.#drop(message.index, changes);
    }
    return this.#announce(changes);
  }

  /** Makes the table equal to a complete dump. */
  replace(links: readonly Link[]): readonly LinkChange[] {
    const changes: LinkChange[] = [];
    const present = new Set(links.map((link) => link.index));
    for (const index of [...this.#byIndex.keys()]) if (!present.has(index)) this.#drop(index, changes);
    for (const link of links) this.#merge(link, changes);
    return this.#announce(changes);
  }

  #announce(changes: readonly LinkChange[]): readonly LinkChange[] {
    if (changes.length > 0) for (const listener of [...this.#listeners]) listener(changes);
    return changes;
  }

  #merge(link: Link, changes: LinkChange[]): void {
    const before = this.#byIndex.get(link.index);
    if (before !== undefined && same(before, link)) return;
    const namesake = this.#byName.get(link.name);
    if (namesake !== undefined && namesake.index !== link.index) {
      // Two devices cannot share a name. The dump lists devices by index, so of two that swapped names the other may still
      // be named the old way; of one that was made anew while we looked away, the end was missed.
      this.#byName.delete(link.name);
    }
    this.#put(link, before);
    if (before === undefined) changes.push({ kind: "added", link, before: null });
    else changes.push({ kind: before.name === link.name ? "changed" : "renamed", link, before });
  }

  #drop(index: number, changes: LinkChange[]): void {
    const link = this.#byIndex.get(index);
    if (link === undefined) return;
    this.#byIndex.delete(index);
    if (this.#byName.get(link.name) === link) this.#byName.delete(link.name);
    changes.push({ kind: "removed", link, before: null });
  }

  #put(link: Link, before?: Link): void {
    if (before !== undefined && this.#byName.get(before.name) === before) this.#byName.delete(before.name);
    this.#byIndex.set(link.index, link);
    this.#byName.set(link.name, link);
  }
}

function same(a: Link, b: Link): boolean {
  return (
    a.name === b.name &&
    a.up === b.up &&
    a.loopback === b.loopback &&
    a.kind === b.kind &&
    a.master === b.master &&
    a.parent === b.parent &&
    a.vlanId === b.vlanId &&
    a.hardwareType === b.hardwareType &&
    a.mac === b.mac
  );
}
