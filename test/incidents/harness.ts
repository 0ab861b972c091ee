import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Event, VirtualRouterId } from "../../src/core/events.ts";
import { IncidentRecorder, type RecorderDeps, type RecorderOptions } from "../../src/incidents/recorder.ts";
import { diskStorage, type Storage } from "../../src/incidents/storage.ts";
import { instant, seconds, wallTime } from "../../src/lib/time.ts";
import { decodeFrame } from "../../src/wire/decode.ts";
import { type AdvertPacket, advertFrame, makeFrame } from "../helpers/packets.ts";
import { EPOCH_US } from "../helpers/scenario.ts";

export const defaultOptions: RecorderOptions = {
  before: seconds(30),
  after: seconds(30),
  quiet: seconds(30),
  standing: seconds(600),
  maxCount: 100,
  maxBytes: 256_000_000,
  maxAge: seconds(30 * 86_400),
  maxCaptureBytes: 16_000_000,
  maxTimelineBytes: 4_000_000,
  ringBytes: 4_000_000,
};

export interface Line {
  readonly level: "info" | "warn";
  readonly message: string;
}

export interface Bench {
  readonly directory: string;
  readonly recorder: IncidentRecorder;
  readonly log: Line[];
}

export function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "vrrpwatch-incidents-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "incidents");
}

/** A recorder that writes to a directory of its own. */
export function makeRecorder(directory: string, options: Partial<RecorderOptions> = {}, deps: Partial<RecorderDeps> = {}): Bench {
  const log: Line[] = [];
  let n = 0;
  const recorder = new IncidentRecorder({
    options: { ...defaultOptions, ...options },
    directory,
    segmentOf: (id) => id.interface ?? "unknown",
    suffix: () => (n++).toString(16).padStart(6, "0"),
    log: {
      info: ((_: unknown, message: string) => log.push({ level: "info", message })) as never,
      warn: ((_: unknown, message: string) => log.push({ level: "warn", message })) as never,
    },
    ...deps,
  });
  return { directory, recorder, log };
}

/** The disk, with steps that fail. */
export function failingStorage(
  fails: (step: keyof Storage | "write" | "truncate" | "sync" | "close", path: string) => string | null,
): Storage {
  const guard = (step: Parameters<typeof fails>[0], path: string): void => {
    const code = fails(step, path);
    if (code !== null) throw Object.assign(new Error(`${step} failed`), { code });
  };
  return {
    async mkdir(path, options) {
      guard("mkdir", path);
      return diskStorage.mkdir(path, options);
    },
    async open(path, flags, mode) {
      guard("open", path);
      const file = await diskStorage.open(path, flags, mode);
      const failing =
        (step: "write" | "truncate" | "sync" | "close"): ((...args: never[]) => Promise<unknown>) =>
        async (...args) => {
          if (step === "close") await file.close();
          guard(step, path);
          if (step === "close") return undefined;
          return (file[step] as (...a: never[]) => Promise<unknown>).apply(file, args);
        };
      return new Proxy(file, {
        get: (target, key) => {
          if (key === "write" || key === "truncate" || key === "sync" || key === "close") return failing(key);
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
    async rename(from, to) {
      guard("rename", to);
      return diskStorage.rename(from, to);
    },
    async remove(path) {
      guard("remove", path);
      return diskStorage.remove(path);
    },
    async list(path) {
      guard("list", path);
      return diskStorage.list(path);
    },
    async read(path) {
      guard("read", path);
      return diskStorage.read(path);
    },
  };
}

export const at = (s: number) => ({ at: instant(Math.round(s * 1e6)), wall: wallTime(EPOCH_US + Math.round(s * 1e6)) });

export const routerId = (vrid = 51, name: string | null = "eth0"): VirtualRouterId => ({ interface: name, family: "ipv4", vrid });

export function raised(s: number, router = routerId(), severity: "critical" | "warning" | "info" = "critical"): Event {
  return {
    kind: "condition_raised",
    ...at(s),
    router,
    condition: "no_master",
    severity,
    since: at(s).wall,
    cause: "no_response",
    summary: "nobody is master",
    evidence: { last_master: "192.0.2.1" },
    inhibitedBy: null,
  };
}

export const cleared = (s: number, router = routerId()): Event =>
  ({ ...raised(s, router), kind: "condition_cleared", resolved: true }) as Event;

export const changed = (
  s: number,
  reason: Extract<Event, { kind: "master_changed" }>["reason"],
  to: string | null = "192.0.2.2",
  router = routerId(),
): Event => ({ kind: "master_changed", ...at(s), router, from: "192.0.2.1", to, reason, gap: seconds(3), inevitable: null });

/** Hands an advert to a recorder. */
export function hear(recorder: IncidentRecorder, s: number, spec: AdvertPacket = {}, name: string | null = "eth0"): void {
  const frame = makeFrame(advertFrame(spec), { ...at(s), interface: name, direction: "in" });
  recorder.frame(frame, decodeFrame(frame));
}

/** Lets time pass second by second. */
export async function pass(recorder: IncidentRecorder, from: number, to: number): Promise<void> {
  for (let s = from; s <= to; s++) {
    recorder.tick(at(s).at, at(s).wall);
    await recorder.settled();
  }
}
