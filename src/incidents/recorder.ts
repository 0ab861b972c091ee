import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Event, VirtualRouterId } from "../core/events.ts";
import type { HostFact } from "../core/host-facts.ts";
import type { Logger } from "../lib/log.ts";
import { systemCode } from "../lib/system-code.ts";
import { type Duration, type Instant, instant, micros, seconds, type WallTime } from "../lib/time.ts";
import type { Decoded } from "../wire/decoded.ts";
import type { Frame } from "../wire/frame.ts";
import { Archive, type IncidentFileName } from "./archive.ts";
import { IncidentFolder } from "./folder.ts";
import { FrameRing } from "./frame-ring.ts";
import { WriteBudget } from "./growing-file.ts";
import type { Incident } from "./incident.ts";
import { diskStorage, type Storage, type StoredFile } from "./storage.ts";
import { type Hearing, Timeline, type TimelineEntry } from "./timeline.ts";
import { IncidentTracker } from "./tracker.ts";

type Json = Readonly<Record<string, unknown>>;

export interface RecorderOptions {
  readonly before: Duration;
  readonly after: Duration;
  readonly quiet: Duration;
  readonly standing: Duration;
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly maxAge: Duration;
  readonly maxCaptureBytes: number;
  readonly maxTimelineBytes: number;
  readonly ringBytes: number;
}

export interface RecorderDeps {
  readonly options: RecorderOptions;
  /** The folder of all incidents. */
  readonly directory: string;
  readonly segmentOf: (id: VirtualRouterId) => string;
  /** Six hexadecimal digits that two incidents of one second do not share; random ones by default. */
  readonly suffix?: () => string;
  readonly log: Pick<Logger, "info" | "warn">;
  readonly storage?: Storage;
}

export interface IncidentsView {
  /** Incidents since the start. */
  readonly total: number;
  readonly open: number;
  readonly writeFailures: number;
  /** Of all incidents on disk. */
  readonly bytes: number;
}

/** Lines of the time before an incident. */
const mostHistory = 4_096;
/** Ended incidents that wait for a disk that takes them. */
const mostClosing = 32;
/** The bounds on number, bytes and age are looked after so often at the least. */
const pruneEvery = seconds(60);

/**
 * Keeps the evidence: what happened before, during and after an incident, in a folder of its own.
 *
 *   frame ─▶ ring ─┬─▶ capture of each open incident ─┐
 *   event ─▶ tracker (opens, ends)                    ├─▶ folder.write, about once a second
 *   frame, event, fact ─▶ timeline ─▶ history, lines ─┘
 *
 * Everything but `tick`'s writing only touches memory, of bounded size. Nothing here throws for what a disk may do.
 */
export class IncidentRecorder {
  readonly #deps: RecorderDeps;
  #options: RecorderOptions;
  readonly #storage: Storage;
  readonly #ring: FrameRing;
  readonly #timeline: Timeline;
  readonly #tracker: IncidentTracker;
  readonly #archive: Archive;
  readonly #budget: WriteBudget;
  readonly #folders = new Map<Incident, IncidentFolder>();
  #closing: IncidentFolder[] = [];
  #history: TimelineEntry[] = [];
  #total = 0;
  #writeFailures = 0;
  #failing = false;
  #writing: Promise<void> | undefined;
  #pruneAt = instant(-Infinity);

  constructor(deps: RecorderDeps) {
    const { options, directory, segmentOf, suffix = randomSuffix, storage = diskStorage } = deps;
    this.#deps = deps;
    this.#options = options;
    this.#storage = storage;
    this.#ring = new FrameRing({ bytes: options.ringBytes, keep: options.before });
    this.#tracker = new IncidentTracker({
      ...timesOf(options),
      segmentOf,
      suffix,
    });
    this.#timeline = new Timeline({
      segmentOf: (id) => this.#tracker.segmentOf(id),
      emit: (entry) => this.#take(entry),
      fault: (router, at, wall) => this.#begin(this.#tracker.fault(router, at, wall), at, wall),
    });
    this.#budget = new WriteBudget(2 * options.ringBytes);
    this.#archive = new Archive({ ...options, directory, storage });
  }

  /** Other times and bounds hold from now on; those of files that are open already, and `ringBytes`, stay. */
  reconfigure(options: RecorderOptions): void {
    this.#options = options;
    this.#ring.keep = options.before;
    this.#tracker.time(timesOf(options));
    this.#archive.bound(options);
    this.#pruneAt = instant(-Infinity);
  }

  /** Finds what earlier runs left, and closes what they left open. */
  async start(wall: WallTime): Promise<void> {
    this.#note([...(await this.#archive.load()), ...(await this.#archive.prune(wall))], false);
  }

  /** A frame that was captured, before the engine hears of it. */
  frame(frame: Frame, decoded: Decoded): void {
    if (decoded.kind === "other") return;
    if (this.#ring.add(frame, decoded) && this.#folders.size > 0) this.#toCaptures();
    this.#timeline.frame(frame, decoded);
  }

  event(event: Event): void {
    this.#begin(this.#tracker.event(event), event.at, event.wall);
    this.#timeline.event(event);
    if (event.router === null || this.#folders.size === 0) return;
    const segment = this.#tracker.segmentOf(event.router);
    for (const [incident, folder] of this.#folders) if (incident.segment === segment) folder.mark(event.at, event.wall);
  }

  fact(fact: HostFact, at: Instant, wall: WallTime): void {
    this.#timeline.fact(fact, at, wall);
  }

  /** The agent was not able to hear everything for a while: nobody is to take a hole in the capture for silence. */
  hearing(what: Hearing, at: Instant, wall: WallTime): void {
    this.#timeline.hearing(what, at, wall);
  }

  /** Time passes: ends what is quiet, and has written what waits. To be called about once a second. */
  tick(now: Instant, wall: WallTime): void {
    for (const incident of this.#tracker.due(now)) this.#end(incident, now, wall);
    this.#forgetHistory(now);
    this.#writing ??= this.#write(now, wall).finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when the writing that `tick` began has ended. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Ends every incident and writes what the disk takes. */
  async stop(now: Instant, wall: WallTime): Promise<void> {
    for (const incident of this.#tracker.stop()) this.#end(incident, now, wall);
    await this.#writing;
    await this.#write(now, wall);
  }

  view(): IncidentsView {
    return {
      total: this.#total,
      open: this.#tracker.openCount,
      writeFailures: this.#writeFailures,
      bytes: this.#archive.bytes,
    };
  }

  /** The open incident of a virtual router, and its folder; null: there is none. */
  openOf(router: VirtualRouterId): { readonly id: string; readonly folder: string } | null {
    const segment = this.#tracker.segmentOf(router);
    for (const { id, segment: of } of this.#folders.keys()) if (of === segment) return { id, folder: join(this.#deps.directory, id) };
    return null;
  }

  /** All incidents in short, the newest first. */
  list(): readonly Json[] {
    for (const folder of this.#folders.values()) this.#index(folder);
    return this.#archive.heads();
  }

  /** One incident in full; null where there is none of this id. */
  async get(id: string): Promise<Json | null> {
    if (!this.#archive.has(id)) return null;
    const folder = this.#folderOf(id);
    if (folder !== undefined) return folder.json();
    try {
      return JSON.parse(await this.#storage.read(this.#archive.path(id, "incident.json"))) as Json;
    } catch {
      return null;
    }
  }

  /** One of its files, as far as it is written; null where there is none. */
  async file(id: string, name: IncidentFileName): Promise<{ readonly size: number; readonly stream: Readable } | null> {
    // The id only ever selects: what is joined to a path is a name that this program gave.
    if (!this.#archive.has(id)) return null;
    await this.#writing;
    let file: StoredFile | undefined;
    try {
      file = await this.#storage.open(this.#archive.path(id, name), "r");
      const { size } = await file.stat();
      if (size > 0) return { size, stream: file.createReadStream({ start: 0, end: size - 1 }) };
    } catch {
      // Deleted, or not there yet: there is none.
    }
    await file?.close();
    return null;
  }

  #folderOf(id: string): IncidentFolder | undefined {
    return [...this.#folders.values(), ...this.#closing].find(({ incident }) => incident.id === id);
  }

  #begin(incident: Incident | undefined, at: Instant, wall: WallTime): void {
    if (incident === undefined) return;
    const options = this.#options;
    const { directory } = this.#deps;
    // What went on until now belongs to the time before it.
    this.#timeline.settle(incident.segment, at, wall);
    const { maxCaptureBytes, maxTimelineBytes } = options;
    const folder = new IncidentFolder(incident, { directory, maxCaptureBytes, maxTimelineBytes, budget: this.#budget });
    const from = instant(at - options.before);
    this.#ring.since(from, (record) => {
      if (incident.concerns(record.interface)) folder.frame(record);
    });
    for (const entry of this.#history) if (entry.at >= from && belongs(entry, incident)) folder.line(entry);
    this.#folders.set(incident, folder);
    this.#total += 1;
    this.#index(folder);
    this.#pruneAt = instant(-Infinity);
  }

  #end(incident: Incident, at: Instant, wall: WallTime): void {
    this.#timeline.settle(incident.segment, at, wall);
    const folder = this.#folders.get(incident);
    this.#folders.delete(incident);
    if (folder === undefined) return;
    if (this.#closing.length >= mostClosing) this.#closing.shift()?.drop();
    this.#closing.push(folder);
    this.#index(folder);
    this.#pruneAt = instant(-Infinity);
  }

  #index(folder: IncidentFolder): void {
    const { incident } = folder;
    this.#archive.note(incident.id, incident.head(), folder.bytes, incident.open);
  }

  #take(entry: TimelineEntry): void {
    for (const [incident, folder] of this.#folders) if (belongs(entry, incident)) folder.line(entry);
    if (this.#history.length >= mostHistory) this.#history = this.#history.slice(mostHistory / 4);
    this.#history.push(entry);
  }

  #forgetHistory(now: Instant): void {
    const { before } = this.#options;
    const keep = this.#history.findIndex((entry) => now - entry.at <= before);
    if (keep !== 0) this.#history = keep < 0 ? [] : this.#history.slice(keep);
  }

  /** Without a hole from the first frame to the end: a replay would take one for the silence of a master. */
  #toCaptures(): void {
    const record = this.#ring.last();
    for (const [incident, folder] of this.#folders) if (incident.concerns(record.interface)) folder.frame(record);
  }

  async #write(now: Instant, wall: WallTime): Promise<void> {
    const failures: unknown[] = [];
    let written = false;
    for (const folder of [...this.#folders.values(), ...this.#closing]) {
      if (!folder.written) {
        failures.push(...(await folder.write(this.#storage, now)));
        written = true;
      }
      this.#index(folder);
      if (!folder.incident.open && folder.written) this.#closing = this.#closing.filter((each) => each !== folder);
    }
    if (now >= this.#pruneAt) {
      this.#pruneAt = instant(now + pruneEvery);
      failures.push(...(await this.#archive.prune(wall)));
    }
    this.#note(failures, written);
  }

  /** Counts failures, and says once that there are some, and once that there are none any more. */
  #note(failures: readonly unknown[], written: boolean): void {
    const { log, directory } = this.#deps;
    this.#writeFailures += failures.length;
    const [first] = failures;
    if (first !== undefined && !this.#failing) {
      const code = systemCode(first) ?? String(first);
      log.warn({ directory, code }, "incidents cannot be written: is the disk full or read-only, or the directory not the agent's?");
      this.#failing = true;
    } else if (first === undefined && written && this.#failing) {
      log.info({ directory }, "incidents are written again");
      this.#failing = false;
    }
  }
}

const timesOf = ({ quiet, after, standing }: RecorderOptions): { readonly quiet: Duration; readonly standing: Duration } => ({
  quiet: micros(Math.max(quiet, after)),
  standing: micros(Math.max(standing, quiet, after)),
});

const randomSuffix = (): string => randomBytes(3).toString("hex");

const belongs = (entry: TimelineEntry, incident: Incident): boolean => entry.segment === null || entry.segment === incident.segment;
