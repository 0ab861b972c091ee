import { parseRfc3339 } from "../lib/rfc3339.ts";
import type { WallTime } from "../lib/time.ts";

/** A silence as the API shows it, as far as a person reads it here. */
export interface SilenceRow {
  readonly id: string;
  readonly state: string;
  readonly ends_at: string;
  readonly begins_at?: string | null;
  readonly segment?: string;
  readonly interface?: string;
  readonly vlan?: number;
  readonly inner_vlan?: number;
  readonly family?: string;
  readonly vrid?: number;
  readonly created_by?: string | null;
  readonly comment?: string | null;
}

export function isSilenceRow(value: unknown): value is SilenceRow {
  if (typeof value !== "object" || value === null) return false;
  const { id, state, ends_at: endsAt } = value as Record<string, unknown>;
  return typeof id === "string" && typeof state === "string" && typeof endsAt === "string";
}

/** Somebody else's text: nothing in it may disturb the terminal. */
export const printable = (text: string): string => text.replaceAll(/\p{C}/gu, "?");

/** What it is about, such as `VRID 51 ipv4 on eth0`. */
export function subjectText({ segment, interface: name, vlan, inner_vlan: innerVlan, family, vrid }: SilenceRow): string {
  const tag = innerVlan === undefined ? vlan : `${vlan}.${innerVlan}`;
  const parts = [
    vrid === undefined ? `segment ${segment}` : `VRID ${vrid}`,
    family,
    name === undefined ? undefined : `on ${name}`,
    tag === undefined ? undefined : tag === 0 ? "untagged" : `VLAN ${tag}`,
    vrid === undefined || segment === undefined ? undefined : `in segment ${segment}`,
  ];
  return printable(parts.filter((part) => part !== undefined).join(" "));
}

/** How long it still holds, or until it begins, to a person's precision. */
export function lengthLeft({ state, ends_at: endsAt, begins_at: beginsAt }: SilenceRow, wall: WallTime): string {
  if (state === "over") return "over";
  const [at, words] = state === "pending" ? [beginsAt ?? endsAt, "begins in"] : [endsAt, "for another"];
  const parsed = parseRfc3339(at);
  if (!parsed.ok) return state;
  const minutes = Math.max(0, Math.round((parsed.value - wall) / 60e6));
  if (minutes < 1) return `${words} less than a minute`;
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60)];
  const parts = [days > 0 ? `${days} d` : "", hours > 0 ? `${hours} h` : "", days === 0 && minutes % 60 > 0 ? `${minutes % 60} min` : ""];
  return `${words} ${parts.filter((part) => part !== "").join(" ")}`;
}

/** One line each, in columns. */
export function silenceTable(rows: readonly SilenceRow[], wall: WallTime): string {
  const lines = [
    ["ID", "STATE", "", "SILENCED", "BY", "COMMENT"],
    ...rows.map((row) => [
      printable(row.id),
      printable(row.state),
      row.state === "over" ? "" : lengthLeft(row, wall),
      subjectText(row),
      printable(row.created_by ?? "-"),
      printable(row.comment ?? ""),
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
