import { parseRfc3339 } from "../lib/rfc3339.ts";
import type { WallTime } from "../lib/time.ts";
import type { AlertsAnswer, DeliveryRow, FiringRow, ReceiverRow } from "./alerts-answer.ts";
import { columns } from "./columns.ts";
import { printable } from "./silence-text.ts";

/** How many alerts of one delivery are named. */
const NAMED = 3;

/** The whole list for a person. @param wall now */
export function alertsText({ firing, waiting, dead, more, receivers }: AlertsAnswer, wall: WallTime): string {
  const troubled = receivers.filter(({ problem }) => problem !== null);
  const trouble = troubled.length === 0 ? [] : [`${counted(troubled.length, troubledWords)}:\n${receiverTable(troubled)}`];
  if (firing.length + waiting.length + dead.length + more.firing + more.waiting + more.dead === 0)
    return ["no alert fires, no delivery waits, and none is dead\n", ...trouble].join("\n");
  const parts = [
    section(firing, more.firing, ["no alert fires", "1 alert fires", "alerts fire"], () => firingTable(firing, wall)),
    section(waiting, more.waiting, ["no delivery waits", "1 delivery waits", "deliveries wait"], () => deliveryTable(waiting, wall)),
    section(dead, more.dead, ["no delivery is dead", "1 delivery is dead", "deliveries are dead"], () => deliveryTable(dead, wall)),
    ...trouble,
  ];
  if (dead.length > 0) parts.push("`vrrpwatch alerts retry ID` tries a dead delivery again, `vrrpwatch alerts drop ID` gives one up.\n");
  return parts.join("\n");
}

/** How none, one and many are told of. */
type Words = readonly [none: string, one: string, many: string];

const troubledWords: Words = ["", "1 receiver has a problem", "receivers have a problem"];

const counted = (count: number, [none, one, many]: Words): string => (count === 0 ? none : count === 1 ? one : `${count} ${many}`);

function section(rows: readonly unknown[], more: number, words: Words, table: () => string): string {
  const heading = counted(rows.length + more, words);
  if (rows.length === 0) return `${heading}\n`;
  return `${heading}:\n${table()}${more === 0 ? "" : `and ${more} more\n`}`;
}

const receiverTable = (rows: readonly ReceiverRow[]): string =>
  columns([
    ["RECEIVER", "FORMAT", "WAITING", "DEAD", "PROBLEM"],
    ...rows.map(({ name, format, waiting, dead, problem }) => [name, format, String(waiting), String(dead), problem ?? "-"].map(printable)),
  ]);

const firingTable = (rows: readonly FiringRow[], wall: WallTime): string =>
  columns([
    ["SEVERITY", "ALERT", "FOR", "WHERE", "SUMMARY"],
    ...rows.map(({ severity, alertname, starts_at: startsAt, labels, summary }) =>
      [severity, alertname, ageText(startsAt, wall), whereText(labels), summary].map(printable),
    ),
  ]);

const deliveryTable = (rows: readonly DeliveryRow[], wall: WallTime): string =>
  columns([
    ["ID", "RECEIVER", "FOR", "ATTEMPTS", "SEVERITY", "ALERTS", "PROBLEM"],
    ...rows.map(({ id, receiver, queued_at: queuedAt, attempts, severity, alerts, problem }) =>
      [id, receiver, ageText(queuedAt, wall), String(attempts), severity, namesText(alerts), problem ?? "-"].map(printable),
    ),
  ]);

/** Each name once: many virtual routers may have the same trouble. */
function namesText(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const texts = [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`));
  const more = texts.length - NAMED;
  return more > 0 ? `${texts.slice(0, NAMED).join(", ")} and ${more} more` : texts.join(", ");
}

/** Which virtual router, such as `VRID 51 ipv4 in dc1-front`. */
function whereText(labels: FiringRow["labels"]): string {
  const { vrid, family, segment, vlan, inner_vlan: innerVlan, instance } = labels;
  const parts = [
    vrid === undefined ? undefined : `VRID ${vrid}`,
    family,
    vlan === undefined ? undefined : `VLAN ${innerVlan === undefined ? vlan : `${vlan}.${innerVlan}`}`,
    segment === undefined ? undefined : `in ${segment}`,
    instance === undefined ? undefined : `on ${instance}`,
  ];
  return parts.filter((part) => part !== undefined).join(" ");
}

/** How long ago it was, to a person's precision; `?` where it is no time. */
export function ageText(at: string, wall: WallTime): string {
  const parsed = parseRfc3339(at);
  if (!parsed.ok) return "?";
  // A clock that was stepped makes nothing begin in the future.
  const seconds = Math.max(0, Math.floor((wall - parsed.value) / 1e6));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? twoUnits(hours, "h", minutes % 60, "min") : twoUnits(Math.floor(hours / 24), "d", hours % 24, "h");
}

const twoUnits = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
