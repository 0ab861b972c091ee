import type { Alert, Notification, NotificationReason } from "./alert.ts";
import { byImportance, byWeight } from "./weight.ts";

/** A notification that waits. */
export interface Waiting {
  readonly notification: Notification;
  /** Its receiver may know its id. */
  readonly attempted: boolean;
  /** From an earlier run, or from the dead letters: others may have overtaken it. */
  readonly revived: boolean;
}

export interface CoalesceOptions {
  /** Each alert goes by itself. */
  readonly perAlert: boolean;
  readonly maxAlerts: number;
  /** The `sequence` that the receiver was told last, by fingerprint; undefined: none that is known. Asked for what is revived only. */
  readonly sent: (fingerprint: string) => number | undefined;
  readonly newId: () => string;
}

/** What is to be sent instead of some of those that wait. */
export interface Joined {
  /** The very object that waited, where nothing changed. */
  readonly notification: Notification;
  /** Places of those that it stands for, in order. One that carried several alerts may stand in several. */
  readonly from: readonly number[];
  /** Alerts that are left out because there were too many. */
  readonly cut: number;
}

/** Where the latest state of an alert stands. */
interface Latest {
  readonly alert: Alert;
  readonly key: string;
}

/** What comes of the notifications of one key. */
interface Bucket {
  readonly alerts: Alert[];
  /** Of this key. */
  readonly own: Set<number>;
  /** Whose alerts are told here, of whatever key. */
  readonly from: Set<number>;
}

/** What may be joined: notifications of one group, or of one alert where each goes by itself. A test stays alone. */
export function joinKeyOf({ id, reason, group_key, alerts }: Notification, perAlert: boolean): string {
  if (reason === "test") return `test ${id}`;
  return perAlert && alerts.length === 1 ? `alert ${alerts[0]?.fingerprint}` : `group ${group_key}`;
}

/**
 * Joins what waits for one receiver, in the order in which it waits: of each alert only the latest state (the highest `sequence`) is told,
 * once. What is joined stands in the place of the first. Pure, and the same again when what comes of it is joined once more.
 *
 * @returns in order; those that wait and stand nowhere in it are out of date altogether
 */
export function coalesce(waiting: readonly Waiting[], options: CoalesceOptions): Joined[] {
  const latest = latestStates(waiting, options);
  const buckets = fillBuckets(waiting, latest, options);
  const usedIds = new Set<string>();
  const joined = [...buckets.values()].map((bucket) => joinBucket(bucket, waiting, options, usedIds));
  return joined.sort((a, b) => (a.from[0] ?? 0) - (b.from[0] ?? 0));
}

/** Where an alert of a notification is told. */
function keyOf(notification: Notification, { fingerprint }: Alert, perAlert: boolean): string {
  if (notification.reason === "test") return joinKeyOf(notification, perAlert);
  return perAlert ? `alert ${fingerprint}` : joinKeyOf(notification, perAlert);
}

/** Tests tell of alerts that do not exist: they neither hide nor are hidden. */
const nameOf = ({ id, reason }: Notification, { fingerprint }: Alert): string => (reason === "test" ? `${id} ${fingerprint}` : fingerprint);

function latestStates(waiting: readonly Waiting[], { perAlert, sent }: CoalesceOptions): Map<string, Latest> {
  const latest = new Map<string, Latest>();
  for (const { notification, revived } of waiting) {
    for (const alert of notification.alerts) {
      if (revived && notification.reason !== "test" && alert.sequence < (sent(alert.fingerprint) ?? 0)) continue;
      const name = nameOf(notification, alert);
      const known = latest.get(name);
      const key = keyOf(notification, alert, perAlert);
      if (known === undefined) latest.set(name, { alert, key });
      else if (alert.sequence >= known.alert.sequence) latest.set(name, { alert: together(known.alert, alert), key });
      else latest.set(name, { alert: together(alert, known.alert), key: known.key });
    }
  }
  return latest;
}

function fillBuckets(waiting: readonly Waiting[], latest: ReadonlyMap<string, Latest>, { perAlert, sent }: CoalesceOptions) {
  const buckets = new Map<string, Bucket>();
  for (const { alert, key } of latest.values()) {
    const bucket = buckets.get(key) ?? { alerts: [], own: new Set(), from: new Set() };
    bucket.alerts.push(alert);
    buckets.set(key, bucket);
  }
  waiting.forEach(({ notification, revived }, place) => {
    for (const alert of notification.alerts) {
      const found = latest.get(nameOf(notification, alert));
      if (found === undefined) continue;
      if (revived && notification.reason !== "test" && alert.sequence < (sent(alert.fingerprint) ?? 0)) continue;
      const bucket = buckets.get(found.key);
      bucket?.from.add(place);
      if (keyOf(notification, alert, perAlert) === found.key) bucket?.own.add(place);
    }
  });
  return buckets;
}

function joinBucket(
  { alerts, own, from }: Bucket,
  waiting: readonly Waiting[],
  { maxAlerts, newId }: CoalesceOptions,
  used: Set<string>,
): Joined {
  const kept = [...alerts].sort(byImportance).slice(0, maxAlerts).sort(byWeight);
  const cut = alerts.length - kept.length;
  const sources = [...own].sort((a, b) => a - b).flatMap((place) => waiting[place] ?? []);
  const truncated = Math.max(0, ...sources.map(({ notification }) => notification.truncated)) + cut;
  const places = [...from].sort((a, b) => a - b);
  const same = sources.findLast(({ notification }) => !used.has(notification.id) && saysTheSame(notification, kept, truncated));
  if (same !== undefined) {
    used.add(same.notification.id);
    return { notification: same.notification, from: places, cut };
  }
  const last = sources.at(-1);
  if (last === undefined) throw new Error("a bucket is made by a notification of its key");
  const unknown = sources.find(({ notification, attempted }) => !attempted && !used.has(notification.id));
  const id = unknown?.notification.id ?? newId();
  used.add(id);
  const reason = reasonOf(sources.map(({ notification }) => notification.reason));
  return { notification: { ...last.notification, id, reason, alerts: kept, truncated }, from: places, cut };
}

function saysTheSame(notification: Notification, alerts: readonly Alert[], truncated: number): boolean {
  if (notification.truncated !== truncated || notification.alerts.length !== alerts.length) return false;
  const sorted = [...notification.alerts].sort(byWeight);
  return sorted.every((alert, i) => alert === alerts[i]) || JSON.stringify(sorted) === JSON.stringify(alerts);
}

/** Why the whole is sent: the latest of the reasons, where one of them is more than a repetition. */
const reasonOf = (reasons: readonly NotificationReason[]): NotificationReason =>
  reasons.findLast((reason) => reason !== "repeat") ?? "repeat";

/** An alert fires with an odd number and is over with the even one after it: an episode has two. */
const episodeOf = ({ sequence }: Alert): number => Math.ceil(sequence / 2);

/** The later state, with how often it began in both. An episode that both tell of counts once. */
function together(older: Alert, newer: Alert): Alert {
  const first = Math.min(episodeOf(older) - older.times, episodeOf(newer) - newer.times);
  const apart = episodeOf(newer) - newer.times > episodeOf(older);
  const times = apart ? older.times + newer.times : episodeOf(newer) - first;
  const starts_at = episodeOf(older) === episodeOf(newer) && older.starts_at < newer.starts_at ? older.starts_at : newer.starts_at;
  return times === newer.times && starts_at === newer.starts_at ? newer : { ...newer, times, starts_at };
}
