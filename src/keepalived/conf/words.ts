import type { Statement } from "./statement.ts";

export const keyword = (statement: Statement): string => statement.words[0] ?? "";

/** A whole number within a range; null for anything else. */
export function wholeNumber(text: string | undefined, least: number, most: number): number | null {
  if (text === undefined || !/^[+-]?\d{1,10}$/.test(text)) return null;
  const value = Number.parseInt(text, 10);
  return value >= least && value <= most ? value : null;
}

/** Seconds with a fraction, within a range; null for anything else. */
export function decimalNumber(text: string | undefined, least: number, most: number): number | null {
  if (text === undefined || !/^\d{1,10}(\.\d{0,20})?$/.test(text)) return null;
  const value = Number.parseFloat(text);
  return value >= least && value <= most ? value : null;
}

/** A flag: without an argument, or with one that means yes, it is set; null for what keepalived does not take. */
export function flag(text: string | undefined): boolean | null {
  if (text === undefined || /^(on|true|yes)$/i.test(text)) return true;
  return /^(off|false|no)$/i.test(text) ? false : null;
}
