import { systemCode } from "../lib/system-code.ts";
import { type Instant, instant, seconds, since, type WallTime } from "../lib/time.ts";
import type { RingRecord } from "./frame-ring.ts";
import type { WriteBudget } from "./growing-file.ts";
import type { Incident } from "./incident.ts";
import { IncidentCapture } from "./incident-capture.ts";
import { IncidentTimeline } from "./incident-timeline.ts";
import { replaceFile } from "./replace-file.ts";
import type { Storage } from "./storage.ts";
import type { TimelineEntry } from "./timeline.ts";

type Json = Readonly<Record<string, unknown>>;

export interface FolderOptions {
  /** The folder of all incidents. */
  readonly directory: string;
  readonly maxCaptureBytes: number;
  readonly maxTimelineBytes: number;
  readonly budget: WriteBudget;
}

/** `incident.json` is written for nothing but the files' new sizes at most so often: each time the disk has to bring it to safety. */
const sizesToldEvery = seconds(10);

/** One incident with its files. `write` is the only thing that waits for the disk. */
export class IncidentFolder {
  readonly incident: Incident;
  readonly #parent: string;
  readonly #path: string;
  readonly #capture: IncidentCapture;
  readonly #timeline: IncidentTimeline;
  #made = false;
  #jsonBytes = 0;
  #jsonAt = instant(-Infinity);
  /** The files have grown since `incident.json` told their size. */
  #grown = false;

  constructor(incident: Incident, { directory, maxCaptureBytes, maxTimelineBytes, budget }: FolderOptions) {
    this.incident = incident;
    this.#parent = directory;
    this.#path = `${directory}/${incident.id}`;
    this.#capture = new IncidentCapture(`${this.#path}/capture.pcap`, maxCaptureBytes, budget);
    this.#timeline = new IncidentTimeline(`${this.#path}/timeline.jsonl`, maxTimelineBytes, budget);
  }

  frame(record: RingRecord): void {
    this.#capture.add(record);
  }

  /** Something became known, by a frame or without one. */
  mark(at: Instant, wall: WallTime): void {
    this.#capture.mark(at, wall);
  }

  line(entry: TimelineEntry): void {
    this.#timeline.add(entry);
  }

  /** Nothing waits to be written. */
  get written(): boolean {
    return !this.incident.dirty && !this.#grown && !this.#timeline.waiting && !this.#capture.waiting;
  }

  get bytes(): number {
    return this.#jsonBytes + this.#timeline.size + this.#capture.size;
  }

  json(): Json {
    return { ...this.incident.json(), files: { timeline: this.#timeline.json(), capture: this.#capture.json() } };
  }

  /**
   * Writes what has come since the last time. One file's trouble does not keep the others from being written.
   * @returns what went wrong
   */
  async write(storage: Storage, now: Instant): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    const attempt = async (step: () => Promise<unknown>): Promise<boolean> => {
      try {
        await step();
        return true;
      } catch (error) {
        failures.push(error);
        if (systemCode(error) === "ENOENT") this.#made = false;
        return false;
      }
    };
    if (!this.#made && !(await attempt(() => this.#make(storage)))) return failures;
    for (const file of [this.#timeline.file(), this.#capture.file()]) {
      if (file?.waiting === true && (await attempt(() => file.flush(storage)))) this.#grown = true;
    }
    const toldLately = this.incident.open && since(now, this.#jsonAt) < sizesToldEvery;
    if (this.incident.dirty || (this.#grown && !toldLately)) await attempt(() => this.#writeJson(storage, now));
    return failures;
  }

  /** Gives up what waits. */
  drop(): void {
    this.#timeline.file().drop();
    this.#capture.file()?.drop();
  }

  async #make(storage: Storage): Promise<void> {
    await storage.mkdir(this.#parent, { recursive: true, mode: 0o700 });
    await storage.mkdir(this.#path, { recursive: true, mode: 0o700 });
    this.#made = true;
  }

  async #writeJson(storage: Storage, now: Instant): Promise<void> {
    const text = `${JSON.stringify(this.json(), null, 2)}\n`;
    this.incident.dirty = false;
    this.#grown = false;
    try {
      this.#jsonBytes = await replaceFile(storage, `${this.#path}/incident.json`, text);
      this.#jsonAt = now;
    } catch (error) {
      this.incident.dirty = true;
      throw error;
    }
  }
}
