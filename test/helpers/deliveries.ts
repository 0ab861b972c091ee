import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Alert, Notification } from "../../src/alerts/alert.ts";
import { Deliverer, type DelivererDeps, type DelivererOptions } from "../../src/alerts/deliverer.ts";
import type { Outcome } from "../../src/alerts/outcome.ts";
import type { Severity } from "../../src/core/events.ts";
import { rfc3339, seconds, wallTime } from "../../src/lib/time.ts";
import { FakeClock } from "./fake-clock.ts";
import { EPOCH_US } from "./scenario.ts";

const timeOf = (sequence: number): string => rfc3339(wallTime(EPOCH_US + sequence * 1_000_000));

/** An alert in one of its states: an odd number fires, the even one after it is over. */
export function sampleAlert(fingerprint: string, sequence: number, fields: Partial<Alert> & { severity?: Severity } = {}): Alert {
  const { severity = "critical", ...rest } = fields;
  const isOver = sequence % 2 === 0;
  return {
    fingerprint,
    status: isOver ? "resolved" : "firing",
    labels: { alertname: "VRRPSplitBrain", severity, segment: fingerprint, vrid: "51", family: "ipv4" },
    annotations: { summary: "Two masters.", description: "Two masters.", runbook_url: "https://example.net/split_brain", reporter: "lb1" },
    starts_at: timeOf(isOver ? sequence - 1 : sequence),
    ends_at: isOver ? timeOf(sequence) : null,
    sequence,
    times: 1,
    vrrp: {
      condition: "split_brain",
      cause: null,
      virtual_router: { interface: "eth0", segment: fingerprint, family: "ipv4", vrid: 51, name: null, addresses: ["10.0.0.100"] },
      master: null,
      evidence: {},
      incident_id: null,
    },
    ...rest,
  };
}

export function sampleNotification(id: string, alerts: readonly Alert[], fields: Partial<Notification> = {}): Notification {
  const group = alerts[0]?.fingerprint ?? "";
  return {
    id,
    receiver: "ops",
    reason: "changed",
    group_key: group,
    group_labels: { segment: group },
    created_at: rfc3339(wallTime(EPOCH_US)),
    alerts,
    truncated: 0,
    ...fields,
  };
}

/** `x3` for alert x with sequence 3, with ` ×2` where it began twice. */
export const told = ({ alerts }: Notification): string =>
  alerts.map(({ fingerprint, sequence, times }) => `${fingerprint}${sequence}${times > 1 ? `×${times}` : ""}`).join(" ");

export const delivered: Outcome = { kind: "delivered" };
export const refusedConnection: Outcome = { kind: "retry", why: "connection refused", retryAfter: null };

/** A receiver whose answers a test gives by hand, or all at once. */
export class ScriptedReceiver {
  readonly seen: Notification[] = [];
  answer: Outcome | null = delivered;
  readonly #pending: ((outcome: Outcome) => void)[] = [];

  readonly attempt = (notification: Notification, signal: AbortSignal): Promise<Outcome> => {
    this.seen.push(notification);
    if (this.answer !== null) return Promise.resolve(this.answer);
    return new Promise((resolve) => {
      this.#pending.push(resolve);
      signal.addEventListener("abort", () => resolve({ kind: "retry", why: "stopped", retryAfter: null }));
    });
  };

  get told(): string[] {
    return this.seen.map(told);
  }

  reply(outcome: Outcome): void {
    for (const resolve of this.#pending.splice(0)) resolve(outcome);
  }
}

/** A deliverer with its clock and log; ids it makes are counted, the random number is as high as it gets. */
export function sampleDeliverer(
  directory: string,
  attempt: DelivererDeps["attempt"],
  { clock = new FakeClock(), steps, ...options }: Partial<DelivererOptions> & { clock?: FakeClock; steps?: DelivererDeps["steps"] } = {},
) {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  let ids = 0;
  const deliverer = new Deliverer(
    {
      receiver: "ops",
      directory,
      perAlert: false,
      maxAlerts: 300,
      maxCount: 1_000,
      maxBytes: 16_777_216,
      maxAge: seconds(3 * 86_400),
      maxDead: 100,
      ...options,
    },
    {
      attempt,
      clock,
      log: { info: write("info"), warn: write("warn"), error: write("error") },
      random: () => 0.999_999,
      newId: () => `new-${++ids}`,
      ...(steps !== undefined && { steps }),
    },
  );
  return { deliverer, clock, lines };
}

/** Names of files in a folder of the spool, in order. */
export function filesIn(directory: string, place: "queue" | "dead", receiver = "ops"): string[] {
  const folder = join(directory, place, receiver);
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}
