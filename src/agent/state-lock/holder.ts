import { parseRfc3339 } from "../../lib/rfc3339.ts";

/** Who has locked a state directory, as the lock file says. */
export interface LockHolder {
  /** As its own namespace counts. */
  readonly pid: number;
  readonly host: string;
  /** RFC 3339. */
  readonly since: string;
}

/** The most that a lock file holds. */
export const HOLDER_BYTES = 512;

/** One line of JSON: for a person as well. */
export const holderText = (holder: LockHolder): string => `${JSON.stringify(holder)}\n`;

/** Reads back what `holderText` wrote. Never throws. @returns null: it is empty, or says something else */
export function parseHolder(text: string): LockHolder | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("pid" in value) || !("host" in value) || !("since" in value)) return null;
  const { pid, host, since } = value;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid < 1) return null;
  if (typeof host !== "string" || !/^[\w.-]{1,253}$/.test(host)) return null;
  return typeof since === "string" && parseRfc3339(since).ok ? { pid, host, since } : null;
}
