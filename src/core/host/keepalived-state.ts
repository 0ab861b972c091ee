import { type Instant, instant, seconds, type WallTime } from "../../lib/time.ts";
import type { KeepalivedProcess, Notify, NotifySource } from "../host-facts.ts";
import type { KeepalivedConfigState } from "../keepalived-config.ts";
import { lastLoad } from "./drift.ts";
import { Instance } from "./instance.ts";
import type { Moment, Said } from "./said.ts";
import { SyncGroup } from "./sync-group.ts";

/** Names that notify calls may bring in; keepalived itself has at most a few hundred. */
const MOST_NAMES = 1_024;

/** How far the start of a process may be off: the kernel counts it in hundredths of a second since boot. */
const START_TOLERANCE = seconds(0.2);

/** The keepalived of this host: its process, its configuration, and what it said of its instances and sync groups. */
export class KeepalivedState {
  readonly instances = new Map<string, Instance>();
  readonly groups = new Map<string, SyncGroup>();
  readonly notifies = new Map<`${NotifySource} ${Notify["kind"]} ${Notify["event"]}`, number>();
  readonly unparsable: Record<NotifySource, number> = { fifo: 0, socket: 0, spool: 0 };
  config: KeepalivedConfigState | null = null;
  process: KeepalivedProcess | null = null;
  /** When the process was seen to start or to end; null: before we looked. */
  processSinceWall: WallTime | null = null;
  processSinceAt: Instant | null = null;
  restarts = 0;
  /** When its process was first looked at. */
  watchedSince: WallTime | null = null;
  #startedAt: Instant | null = null;
  /** Whether the process that runs now was seen to start. */
  startSeen = false;

  /** Counts a notify call and takes its words. @returns the instance that it is about; null for a group, a server, or old news. */
  notified(source: NotifySource, notify: Notify, moment: Moment): Instance | null {
    const key = `${source} ${notify.kind} ${notify.event}` as const;
    this.notifies.set(key, (this.notifies.get(key) ?? 0) + 1);
    if (moment.at !== null && this.#isOfAnEarlierLife(moment.at)) return null;
    if (notify.kind === "group") this.#group(notify.name)?.said.hear(notify, moment);
    if (notify.kind !== "instance") return null;
    const instance = this.instance(notify.name);
    return instance?.said.hear(notify, moment) === true ? instance : null;
  }

  /** @returns instances that are no more. */
  configured(state: KeepalivedConfigState): readonly Instance[] {
    this.config = state;
    const wanted = new Map((state.config?.instances ?? []).map((instance) => [instance.name, instance]));
    for (const [name, configured] of wanted) {
      if (!this.instances.has(name)) this.#makeRoom();
      const instance = this.instance(name);
      if (instance !== undefined) instance.configured = configured;
    }
    for (const instance of this.instances.values()) if (!wanted.has(instance.name)) instance.configured = null;
    const groups = new Map((state.config?.syncGroups ?? []).map((group) => [group.name, group.members]));
    for (const [name, members] of groups) {
      const group = this.#group(name);
      if (group !== undefined) group.members = members;
    }
    for (const group of this.groups.values()) if (!groups.has(group.name)) group.members = [];
    return this.dropUnspoken();
  }

  /** What is not configured lives on while keepalived speaks of it: it runs with an older file, or we may not read the file. */
  dropUnspoken(): readonly Instance[] {
    const over = ({ state }: Said): boolean => state === null || state === "stop" || this.#runsWithTheFile;
    const gone = [...this.instances.values()].filter(({ configured, assigned, said }) => configured === null && !assigned && over(said));
    for (const { name } of gone) this.instances.delete(name);
    for (const { name, members, said } of [...this.groups.values()]) if (members.length === 0 && over(said)) this.groups.delete(name);
    return gone;
  }

  /** The start of a process is told by the wall clock as it is now: what was set since then makes no difference to its age. */
  processChanged(next: KeepalivedProcess | null, at: Instant, wall: WallTime): void {
    const before = this.process;
    this.process = next;
    this.watchedSince ??= wall;
    if (next === null || (before !== null && before.running === next.running && before.startedWall === next.startedWall)) return;
    const began = next.running && (before?.running !== true || next.startedWall !== before.startedWall);
    const startedAt = next.startedWall === null ? at : instant(at - Math.max(0, wall - next.startedWall));
    if (began) this.#startedAt = startedAt;
    if (before !== null) {
      this.processSinceWall = began ? (next.startedWall ?? wall) : wall;
      this.processSinceAt = began ? startedAt : at;
      if (began && before.startedWall !== null) this.restarts += 1;
    } else if (next.running) {
      this.processSinceWall = next.startedWall;
      this.processSinceAt = startedAt;
    }
    if (!began) return;
    this.startSeen = before !== null;
    if (before === null) return;
    const spoken = instant(startedAt - START_TOLERANCE);
    for (const { said } of [...this.instances.values(), ...this.groups.values()]) said.forgetBefore(spoken);
  }

  instance(name: string): Instance | undefined {
    let instance = this.instances.get(name);
    if (instance === undefined && this.instances.size < MOST_NAMES) {
      instance = new Instance(name);
      this.instances.set(name, instance);
    }
    return instance;
  }

  /** What keepalived.conf lists comes before names that only notify calls brought. */
  #makeRoom(): void {
    if (this.instances.size < MOST_NAMES) return;
    for (const { name, configured, assigned } of this.instances.values()) {
      if (configured !== null || assigned) continue;
      this.instances.delete(name);
      return;
    }
  }

  #group(name: string): SyncGroup | undefined {
    let group = this.groups.get(name);
    if (group === undefined && this.groups.size < MOST_NAMES) {
      group = new SyncGroup(name);
      this.groups.set(name, group);
    }
    return group;
  }

  /** When keepalived read its file last; null where that is not known. */
  get loadedWall(): WallTime | null {
    const { config, process: daemon, watchedSince } = this;
    return config === null ? null : lastLoad({ config, process: daemon, watchedSince });
  }

  /** The file was surely changed after keepalived read it: what is new in it is not so yet. */
  get runsWithOlderFile(): boolean {
    const { config, loadedWall } = this;
    return config !== null && config.modified !== null && loadedWall !== null && config.modified > loadedWall;
  }

  /** It was seen to reload after the file was changed: what the file does not list is gone (2.2.7 says FAULT of it, not DELETED). */
  get #runsWithTheFile(): boolean {
    const { config, process: daemon } = this;
    if (config?.state !== "read" || config.modified === null || daemon?.running !== true || daemon.reloadedWall === null) return false;
    return daemon.reloadedWall > config.modified;
  }

  /** A script may have left its call behind before keepalived was started anew. */
  #isOfAnEarlierLife(at: Instant): boolean {
    return this.process?.running === true && this.#startedAt !== null && at < this.#startedAt - START_TOLERANCE;
  }
}
