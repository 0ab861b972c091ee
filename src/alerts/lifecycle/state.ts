import type { Severity, VirtualRouterId } from "../../core/events.ts";
import { parseRfc3339 } from "../../lib/rfc3339.ts";
import { type Instant, micros, plus, rfc3339, since, type WallTime } from "../../lib/time.ts";
import type { Alert, Labels } from "../alert.ts";
import { fingerprintOf, type Subject } from "../identity.ts";
import type { ReceiverRule } from "./conversation.ts";
import { Told } from "./conversation.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { type Facts, StandingAlert } from "./standing-alert.ts";

/** What the lifecycle has to remember over a restart, as it stands on the disk. */
export interface StoredState {
  readonly version: 1;
  readonly saved_at: string;
  readonly alerts: readonly StoredAlert[];
  readonly conversations: readonly StoredConversation[];
}

interface StoredAlert {
  readonly labels: Labels;
  readonly subject: string;
  readonly group_key: string;
  readonly group_labels: Labels;
  readonly sequence: number;
  readonly starts_at: string;
  readonly ends_at: string | null;
  readonly hushed: boolean;
  readonly router: VirtualRouterId | null;
  readonly facts: Facts | null;
  /** What was said of it last; null: nothing yet. */
  readonly said: Alert | null;
}

interface StoredConversation {
  readonly receiver: string;
  readonly group_key: string;
  readonly group_labels: Labels;
  readonly last_sent_at: string | null;
  readonly told: readonly { readonly fingerprint: string; readonly sequence: number; readonly firing: boolean; readonly damped: boolean }[];
}

/** @param now and `wall`: the same moment by both clocks */
export function storedState({ alerts, conversations }: Lifecycle, now: Instant, wall: WallTime): StoredState {
  const wallOf = (at: Instant): string => rfc3339((wall - since(now, at)) as WallTime);
  return {
    version: 1,
    saved_at: rfc3339(wall),
    alerts: [...alerts.values()]
      .filter(({ momentary }) => !momentary)
      .map(({ kind, sequence, startsAt, endsAt, hushed, router, facts, said }) => ({
        labels: kind.labels,
        subject: kind.subject,
        group_key: kind.group.key,
        group_labels: kind.group.labels,
        sequence,
        starts_at: rfc3339(startsAt),
        ends_at: endsAt === null ? null : rfc3339(endsAt),
        hushed,
        router,
        facts,
        said,
      })),
    conversations: [...conversations.values()].map(({ receiver, group, lastSentAt, told }) => ({
      receiver: receiver.name,
      group_key: group.key,
      group_labels: group.labels,
      last_sent_at: lastSentAt === null ? null : wallOf(lastSentAt),
      told: [...told].map(([fingerprint, { sequence, firing, damped }]) => ({ fingerprint, sequence, firing, damped })),
    })),
  };
}

/**
 * Takes up what an earlier run left: what fired then is known, is not sent as new, and waits for a word of whether it still is so.
 * @returns how many entries could not be used
 */
export function restoreState(
  lifecycle: Lifecycle,
  stored: unknown,
  receivers: readonly ReceiverRule[],
  now: Instant,
  wall: WallTime,
): number {
  if (!isState(stored)) return 1;
  let bad = 0;
  for (const entry of stored.alerts) {
    const alert = alertOf(entry, now);
    if (alert === null) bad += 1;
    else lifecycle.restore(alert);
  }
  for (const entry of stored.conversations) {
    const receiver = receivers.find(({ name }) => name === entry.receiver);
    // It is not configured any more.
    if (receiver === undefined) continue;
    const conversation = lifecycle.conversationOf(receiver, { key: entry.group_key, labels: entry.group_labels });
    const sent = entry.last_sent_at === null ? null : parseRfc3339(entry.last_sent_at);
    // A clock that was stepped back meanwhile must not put the next one off for long.
    if (sent?.ok) conversation.lastSentAt = plus(now, micros(Math.min(0, sent.value - wall)));
    for (const { fingerprint, sequence, firing, damped } of entry.told) {
      const told = new Told();
      told.sequence = sequence;
      told.firing = firing;
      told.damped = damped;
      conversation.told.set(fingerprint, told);
    }
  }
  for (const alert of lifecycle.alerts.values()) lifecycle.resume(alert, now);
  return bad;
}

function alertOf(entry: StoredAlert, now: Instant): StandingAlert | null {
  const starts = parseRfc3339(entry.starts_at);
  const ends = entry.ends_at === null ? null : parseRfc3339(entry.ends_at);
  if (!starts.ok || (ends !== null && !ends.ok)) return null;
  const { labels, subject, sequence, group_key: key, group_labels: groupLabels } = entry;
  const kind = {
    fingerprint: fingerprintOf(labels),
    labels,
    subject: subject as Subject,
    severity: (labels["severity"] ?? "warning") as Severity,
    group: { key, labels: groupLabels },
  };
  const alert = new StandingAlert(kind, now, starts.value, sequence);
  alert.endsAt = ends === null ? null : ends.value;
  alert.hushed = entry.hushed;
  alert.router = entry.router;
  alert.facts = entry.facts;
  alert.said = entry.said;
  alert.restored = alert.firing;
  return alert;
}

/** The disk is not believed: only what has the shape that was written is taken. */
function isState(value: unknown): value is StoredState {
  return (
    isRecord(value) &&
    value["version"] === 1 &&
    Array.isArray(value["alerts"]) &&
    value["alerts"].every(isAlert) &&
    Array.isArray(value["conversations"]) &&
    value["conversations"].every(isConversation)
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is Labels => isRecord(value) && Object.values(value).every((text) => typeof text === "string");
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === "string";

const isRouter = (value: unknown): boolean =>
  isRecord(value) && isTextOrNull(value["interface"]) && typeof value["family"] === "string" && typeof value["vrid"] === "number";
const isFacts = (value: unknown): boolean =>
  isRecord(value) && typeof value["summary"] === "string" && isTextOrNull(value["cause"]) && isRecord(value["evidence"]);

const isAlert = (value: unknown): boolean =>
  isRecord(value) &&
  isTexts(value["labels"]) &&
  isTexts(value["group_labels"]) &&
  typeof value["subject"] === "string" &&
  typeof value["group_key"] === "string" &&
  Number.isSafeInteger(value["sequence"]) &&
  typeof value["starts_at"] === "string" &&
  isTextOrNull(value["ends_at"]) &&
  typeof value["hushed"] === "boolean" &&
  (value["router"] === null || isRouter(value["router"])) &&
  (value["facts"] === null || isFacts(value["facts"])) &&
  (value["said"] === null || isRecord(value["said"]));

const isConversation = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value["receiver"] === "string" &&
  typeof value["group_key"] === "string" &&
  isTexts(value["group_labels"]) &&
  isTextOrNull(value["last_sent_at"]) &&
  Array.isArray(value["told"]) &&
  value["told"].every(
    (told) =>
      isRecord(told) &&
      typeof told["fingerprint"] === "string" &&
      Number.isSafeInteger(told["sequence"]) &&
      typeof told["firing"] === "boolean" &&
      typeof told["damped"] === "boolean",
  );
