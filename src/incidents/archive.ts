import { newerFormat } from "../lib/newer-format.ts";
import { systemCode } from "../lib/system-code.ts";
import { type Duration, type WallTime, wallTime } from "../lib/time.ts";
import { INCIDENT_VERSION } from "./incident.ts";
import { idPattern, idTime, timeOfId } from "./incident-id.ts";
import { replaceFile } from "./replace-file.ts";
import type { Storage } from "./storage.ts";

type Json = Readonly<Record<string, unknown>>;

export interface ArchiveOptions {
  readonly directory: string;
  readonly storage: Storage;
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly maxAge: Duration;
}

const fileNames = ["incident.json", "timeline.jsonl", "capture.pcap"] as const;
export type IncidentFileName = (typeof fileNames)[number];

interface Kept {
  head: Json;
  bytes: number;
  open: boolean;
}

/** Beyond these a list shows nothing of an `incident.json`. */
const headKeys = ["id", "segment", "state", "ended_by", "began_at", "ended_at", "last_change_at", "severity", "summary"];

/** The incidents on disk, by id: what they are in short, how large, and which of them have to go. */
export class Archive {
  #options: ArchiveOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: ArchiveOptions) {
    this.#options = options;
  }

  /** Other bounds hold from the next `prune` on. */
  bound(bounds: Pick<ArchiveOptions, "maxCount" | "maxBytes" | "maxAge">): void {
    const { maxCount, maxBytes, maxAge } = bounds;
    this.#options = { ...this.#options, maxCount, maxBytes, maxAge };
  }

  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#kept.values()) sum += bytes;
    return sum;
  }

  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /** What lists show, the newest first. */
  heads(): Json[] {
    return [...this.#kept].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, { head }]) => head);
  }

  path(id: string, name: IncidentFileName): string {
    return `${this.#options.directory}/${id}/${name}`;
  }

  note(id: string, head: Json, bytes: number, open: boolean): void {
    this.#kept.set(id, { head, bytes, open });
  }

  forget(id: string): void {
    this.#kept.delete(id);
  }

  /**
   * Finds what earlier runs left; anything but its own folders is left alone. Incidents that a killed agent left open are closed as interrupted.
   * @returns what went wrong; a directory that is not there yet is no trouble
   */
  async load(): Promise<readonly unknown[]> {
    const { storage, directory } = this.#options;
    const failures: unknown[] = [];
    let names: string[];
    try {
      names = await storage.list(directory);
    } catch (error) {
      return systemCode(error) === "ENOENT" ? [] : [error];
    }
    for (const id of names.filter((name) => idPattern.test(name)).sort()) {
      if (this.#kept.has(id)) continue;
      try {
        await this.#loadOne(id);
      } catch (error) {
        // It may still be one of those that have to go one day.
        this.note(id, unreadable(id), await this.#sizeOf(id), false);
        failures.push(error);
      }
    }
    return failures;
  }

  async #loadOne(id: string): Promise<void> {
    const { storage } = this.#options;
    const path = this.path(id, "incident.json");
    let json = parse(await storage.read(path).catch(absent));
    // What a newer version left open may mean more than we know: it closes it itself, once it is back.
    if (newerFormat(json, INCIDENT_VERSION) === null && json?.["state"] !== "closed") {
      json = {
        version: INCIDENT_VERSION,
        ...(json ?? unreadable(id)),
        id,
        state: "closed",
        ended_by: "interrupted",
        ended_at: json?.["last_change_at"] ?? null,
      };
      await replaceFile(storage, path, `${JSON.stringify(json, null, 2)}\n`);
    }
    const known = json ?? {};
    const head = Object.fromEntries(headKeys.map((key) => [key, known[key] ?? null]));
    this.note(id, { ...head, id }, await this.#sizeOf(id), false);
  }

  async #sizeOf(id: string): Promise<number> {
    let bytes = 0;
    for (const name of fileNames) {
      try {
        const file = await this.#options.storage.open(this.path(id, name), "r");
        bytes += await file
          .stat()
          .then(({ size }) => size)
          .finally(() => file.close());
      } catch {
        // A file that cannot be looked at counts for nothing: the bound on the number holds all the same.
      }
    }
    return bytes;
  }

  /** Removes the oldest closed ones beyond the bounds. @returns what went wrong */
  async prune(now: WallTime): Promise<readonly unknown[]> {
    const { storage, directory, maxCount, maxBytes, maxAge } = this.#options;
    const failures: unknown[] = [];
    const oldestId = idTime(wallTime(now - maxAge));
    let count = this.#kept.size;
    let bytes = this.bytes;
    for (const [id, kept] of [...this.#kept].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (kept.open) continue;
      if (count <= maxCount && bytes <= maxBytes && id >= oldestId) break;
      try {
        await storage.remove(`${directory}/${id}`);
      } catch (error) {
        failures.push(error);
        continue;
      }
      this.#kept.delete(id);
      count -= 1;
      bytes -= kept.bytes;
    }
    return failures;
  }
}

function absent(error: unknown): string {
  if (systemCode(error) === "ENOENT") return "";
  throw error;
}

function parse(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}

/** What is said of a folder whose `incident.json` was not written, or is damaged. */
function unreadable(id: string): Json {
  return {
    id,
    segment: null,
    state: "closed",
    ended_by: "interrupted",
    began_at: timeOfId(id),
    ended_at: null,
    last_change_at: null,
    severity: null,
    summary: "the agent ended before it could write down what this was",
  };
}
