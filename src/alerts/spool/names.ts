import { type Severity, severities } from "../../core/events.ts";

const encoder = new TextEncoder();

/**
 * A text as the name of a file or folder, reversibly: what the file system or a shell could take for something else becomes `%` and two hex
 * digits. A receiver's name of 60 characters needs at most 180 bytes of the 255 that a name may have.
 */
export function safeName(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into a name
  return text.replaceAll(/^\.|[\x00-\x7f]/g, (character) => {
    if (/[A-Za-z0-9_-]/.test(character) || (character === "." && text[0] !== ".")) return character;
    return [...encoder.encode(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  });
}

/** What `safeName` made the name of; null: it made no such name. */
export function originalName(name: string): string | null {
  const text = name.replaceAll(/%([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return safeName(text) === name ? text : null;
}

export interface DeliveryName {
  readonly order: number;
  readonly severity: Severity;
  readonly id: string;
}

/** Such as `000000000042-critical-<id>.json`: sorts by order, and says in `ls` how much it matters. */
export const fileNameOf = ({ order, severity, id }: DeliveryName): string =>
  `${String(order).padStart(12, "0")}-${severity}-${safeName(id)}.json`;

const pattern = new RegExp(`^(\\d{12,15})-(${severities.join("|")})-(.+)\\.json$`);

/** null: no delivery has such a name. */
export function parseFileName(name: string): DeliveryName | null {
  const [, order = "", severity, written = ""] = pattern.exec(name) ?? [];
  const id = originalName(written);
  const known = severities.find((candidate) => candidate === severity);
  return known === undefined || id === null ? null : { order: Number(order), severity: known, id };
}
