import { conditionNames, type Severity, severities, type VirtualRouterId } from "../../core/events.ts";
import { routerKey } from "../../core/router-key.ts";
import { parseRfc3339 } from "../../lib/rfc3339.ts";
import { type Instant, micros, plus, rfc3339, since, type WallTime } from "../../lib/time.ts";
import type { Labels } from "../alert.ts";
import { fingerprintOf, type Subject } from "../identity.ts";
import { Told } from "./conversation.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { ReceiverRule } from "./receiver-rule.ts";
import { type Facts, StandingAlert } from "./standing-alert.ts";

/** Of the format below. */
export const STATE_VERSION = 1;

/** What the lifecycle has to remember over a restart, as it stands on the disk. */
export interface StoredState {
  readonly version: typeof STATE_VERSION;
  readonly saved_at: string;
  readonly highest_sequence: number;
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
  readonly router: VirtualRouterId;
  readonly sources: readonly VirtualRouterId[];
  readonly facts: Facts | null;
  readonly incident: { readonly id: string; readonly folder: string } | null;
}

interface StoredConversation {
  readonly receiver: string;
  readonly group_key: string;
  readonly group_labels: Labels;
  readonly last_sent_at: string | null;
  readonly told: readonly StoredTold[];
}

interface StoredTold {
  readonly fingerprint: string;
  readonly sequence: number;
  readonly firing: boolean;
  readonly damped: boolean;
  readonly said_at: string | null;
  readonly times: readonly string[];
}

/** @param now and `wall`: the same moment by both clocks */
export function storedState({ alerts, groups, highest }: Lifecycle, now: Instant, wall: WallTime): StoredState {
  const wallOf = (at: Instant): string => rfc3339((wall - since(now, at)) as WallTime);
  const wallOrNull = (at: Instant | null): string | null => (at === null ? null : wallOf(at));
  return {
    version: STATE_VERSION,
    saved_at: rfc3339(wall),
    highest_sequence: highest,
    alerts: [...alerts.values()]
      .filter(({ momentary, wantedBy }) => !momentary && wantedBy.size > 0)
      .map(({ kind, sequence, startsAt, endsAt, hushed, router, sources, facts, incident }) => ({
        labels: kind.labels,
        subject: kind.subject,
        group_key: kind.group.key,
        group_labels: kind.group.labels,
        sequence,
        starts_at: rfc3339(startsAt),
        ends_at: endsAt === null ? null : rfc3339(endsAt),
        hushed,
        router,
        sources: [...sources.values()],
        facts,
        incident,
      })),
    conversations: [...groups.values()].flatMap(({ named, conversations }) =>
      [...conversations.values()].map(({ receiver, lastSentAt, told }) => ({
        receiver: receiver.name,
        group_key: named.key,
        group_labels: named.labels,
        last_sent_at: wallOrNull(lastSentAt),
        told: [...told].map(([fingerprint, { sequence, firing, damped, saidAt, times }]) => ({
          fingerprint,
          sequence,
          firing,
          damped,
          said_at: wallOrNull(saidAt),
          times: times.map(wallOf),
        })),
      })),
    ),
  };
}

/**
 * Takes up what an earlier run left: what fired then is known, is not sent as new, and waits for a word of whether it still is so.
 * @returns false: it cannot be used, and nothing of it was taken
 */
export function restoreState(
  lifecycle: Lifecycle,
  stored: unknown,
  receivers: readonly ReceiverRule[],
  now: Instant,
  wall: WallTime,
): stored is StoredState {
  if (!isState(stored)) return false;
  // A clock that was stepped back meanwhile must not put anything off for long.
  const instantOf = (text: string): Instant | null => {
    const parsed = parseRfc3339(text);
    return parsed.ok ? plus(now, micros(Math.min(0, parsed.value - wall))) : null;
  };
  lifecycle.highest = Math.max(lifecycle.highest, stored.highest_sequence);
  for (const entry of stored.alerts) {
    const alert = alertOf(entry, now);
    if (alert !== null) lifecycle.restore(alert);
  }
  for (const { receiver: name, group_key: key, group_labels: labels, last_sent_at: sentAt, told: all } of stored.conversations) {
    const receiver = receivers.find((each) => each.name === name);
    // It is not configured any more.
    if (receiver === undefined) continue;
    const conversation = lifecycle.groupOf({ key, labels }).conversationWith(receiver);
    conversation.lastSentAt = sentAt === null ? null : instantOf(sentAt);
    for (const { fingerprint, sequence, firing, damped, said_at: saidAt, times } of all) {
      if (!lifecycle.alerts.has(fingerprint)) continue;
      const told = new Told();
      told.sequence = sequence;
      told.firing = firing;
      told.damped = damped;
      told.saidAt = saidAt === null ? null : instantOf(saidAt);
      told.times = times.flatMap((time) => instantOf(time) ?? []);
      conversation.told.set(fingerprint, told);
    }
  }
  for (const alert of lifecycle.alerts.values()) lifecycle.resume(alert, now);
  return true;
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
    severity: labels["severity"] as Severity,
    group: { key, labels: groupLabels },
  };
  const alert = new StandingAlert(kind, entry.router, now, starts.value, sequence);
  alert.endsAt = ends === null ? null : ends.value;
  alert.hushed = entry.hushed;
  alert.facts = entry.facts;
  alert.incident = entry.incident;
  alert.restored = alert.firing;
  for (const router of entry.sources) alert.sources.set(routerKey(router), router);
  return alert;
}

/** The disk is not believed: only what has the shape that was written is taken. */
function isState(value: unknown): value is StoredState {
  return (
    isRecord(value) &&
    value["version"] === STATE_VERSION &&
    Number.isSafeInteger(value["highest_sequence"]) &&
    isListOf(value["alerts"], isAlert) &&
    isListOf(value["conversations"], isConversation)
  );
}

const subjects: readonly unknown[] = [...conditionNames, "master_changed"];
const known: readonly unknown[] = severities;

type Check = (value: unknown) => boolean;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isListOf = (value: unknown, check: Check): boolean => Array.isArray(value) && value.every(check);
const isText: Check = (value) => typeof value === "string";
const isTexts: Check = (value) => isRecord(value) && Object.values(value).every(isText);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

const isRouter: Check = (value) =>
  isRecord(value) && orNull(isText)(value["interface"]) && isText(value["family"]) && Number.isSafeInteger(value["vrid"]);

const isFacts: Check = (value) =>
  isRecord(value) && isText(value["summary"]) && orNull(isText)(value["cause"]) && isRecord(value["evidence"]);

const isIncident: Check = (value) => isRecord(value) && isText(value["id"]) && isText(value["folder"]);

const isAlert: Check = (value) =>
  isRecord(value) &&
  isTexts(value["labels"]) &&
  known.includes((value["labels"] as Labels)["severity"]) &&
  isTexts(value["group_labels"]) &&
  subjects.includes(value["subject"]) &&
  isText(value["group_key"]) &&
  Number.isSafeInteger(value["sequence"]) &&
  isText(value["starts_at"]) &&
  orNull(isText)(value["ends_at"]) &&
  typeof value["hushed"] === "boolean" &&
  isRouter(value["router"]) &&
  isListOf(value["sources"], isRouter) &&
  orNull(isFacts)(value["facts"]) &&
  orNull(isIncident)(value["incident"]);

const isTold: Check = (value) =>
  isRecord(value) &&
  isText(value["fingerprint"]) &&
  Number.isSafeInteger(value["sequence"]) &&
  typeof value["firing"] === "boolean" &&
  typeof value["damped"] === "boolean" &&
  orNull(isText)(value["said_at"]) &&
  isListOf(value["times"], isText);

const isConversation: Check = (value) =>
  isRecord(value) &&
  isText(value["receiver"]) &&
  isText(value["group_key"]) &&
  isTexts(value["group_labels"]) &&
  orNull(isText)(value["last_sent_at"]) &&
  isListOf(value["told"], isTold);
