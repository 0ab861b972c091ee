import { fingerprintOf } from "../identity.ts";
import { isFields } from "../spool/parse-notification.ts";
import type { ReceiverRule } from "./receiver-rule.ts";

/**
 * What a receiver was told last of each alert, by what an earlier run left in `state.json`: fingerprint → the highest `sequence` that was
 * handed to its spool. Of an end that nobody may have been told, as `send_resolved` is off or the alert was silenced or a consequence, the
 * state does not say which it is: that alert is left out. Pure; of what has another shape nothing is taken. Never throws.
 *
 * @param stored what the file held; null: there was none
 */
export function storedTold(stored: unknown, receiver: ReceiverRule): ReadonlyMap<string, number> {
  const told = new Map<string, number>();
  const surelyOver = endsThatWereTold(stored, receiver);
  for (const conversation of entriesOf(stored, "conversations")) {
    if (conversation["receiver"] !== receiver.name) continue;
    for (const { fingerprint, sequence } of entriesOf(conversation, "told")) {
      if (typeof fingerprint !== "string" || typeof sequence !== "number" || !Number.isSafeInteger(sequence)) continue;
      const began = sequence % 2 === 1;
      if (began || surelyOver.get(fingerprint) === sequence) told.set(fingerprint, Math.max(sequence, told.get(fingerprint) ?? 0));
    }
  }
  return told;
}

/** Alerts that are over and no secret, with the `sequence` of their end. */
function endsThatWereTold(stored: unknown, { sendResolved }: ReceiverRule): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  if (!sendResolved) return ends;
  for (const { labels, sequence, hushed } of entriesOf(stored, "alerts"))
    if (isLabels(labels) && typeof sequence === "number" && hushed === false) ends.set(fingerprintOf(labels), sequence);
  return ends;
}

function entriesOf(value: unknown, key: string): Readonly<Record<string, unknown>>[] {
  const entries: unknown = isFields(value) ? value[key] : null;
  return Array.isArray(entries) ? entries.filter(isFields) : [];
}

const isLabels = (value: unknown): value is Readonly<Record<string, string>> =>
  isFields(value) && Object.values(value).every((text) => typeof text === "string");
