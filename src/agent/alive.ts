import type { Config } from "../config/schema.ts";
import type { Engine } from "../core/engine.ts";
import type { Clock } from "../lib/clock.ts";
import { type Duration, type Instant, seconds, since } from "../lib/time.ts";
import type { LiveCapture } from "./live-capture.ts";

/** The pump moves the engine's time on at least every few seconds, also where nothing is heard. */
const JUDGED_WITHIN: Duration = seconds(5);

export interface Vitals {
  readonly now: Instant;
  /** How far the engine's time has come. */
  readonly judgedUntil: Instant;
  /** Interfaces that are captured. */
  readonly captured: readonly string[];
  /** Interfaces that virtual routers were heard on, or are expected on. */
  readonly wanted: ReadonlySet<string>;
}

/** Whether the agent captures something that matters, and judges what it captures: what a heartbeat stands for. */
export function isAlive({ now, judgedUntil, captured, wanted }: Vitals): boolean {
  if (since(now, judgedUntil) > JUDGED_WITHIN) return false;
  return wanted.size === 0 ? captured.length > 0 : captured.some((name) => wanted.has(name));
}

/** What says where virtual routers are. */
export interface Places {
  /** Those that are followed: heard, configured in keepalived, or expected in full. */
  readonly routers: readonly { readonly id: { readonly interface: string | null } }[];
  /** `virtual_routers` of the configuration. */
  readonly expected: readonly { readonly interface?: string | undefined }[];
  /** Of keepalived.conf. */
  readonly instances: readonly { readonly interface: string }[];
}

/** Interfaces that virtual routers were heard on, or are expected on by either configuration. */
export function wantedInterfaces({ routers, expected, instances }: Places): ReadonlySet<string> {
  const names = [...routers.map(({ id }) => id.interface), ...[...expected, ...instances].map((entry) => entry.interface ?? null)];
  return new Set(names.filter((name) => name !== null));
}

/** The same of a whole agent. @param expected what the configuration knows of virtual routers */
export function isCapturingAlive(
  capture: Pick<LiveCapture, "source"> | undefined,
  engine: Engine,
  clock: Clock,
  expected: Config["virtual_routers"],
): boolean {
  if (capture === undefined || capture.source.failure !== null) return false;
  const captured = capture.source.choices().flatMap(({ link, captured: isCaptured }) => (isCaptured ? [link.name] : []));
  const { routers, config } = engine.snapshot().host;
  const wanted = wantedInterfaces({ routers, expected, instances: config?.config?.instances ?? [] });
  return isAlive({ now: clock.now(), judgedUntil: engine.now, captured, wanted });
}
