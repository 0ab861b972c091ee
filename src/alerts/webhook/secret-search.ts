import { decodingsOf } from "./decodings.ts";

/** So much of a secret is told by nobody by chance. Of a shorter one, the whole. */
const TELLING_RUN = 8;
/** Shorter ones are within words. */
const SHORTEST_SECRET = 4;

/**
 * Whether a text has one of the secrets, or eight characters in a row of one, in any usual coding, forwards or backwards. Only letters and
 * digits are compared, in any case, so that nothing that is put between them helps.
 */
export function tellsOf(text: string, secrets: readonly string[]): boolean {
  const runs = new Set<string>();
  const wholes = new Set<string>();
  for (const bare of secrets.map(bareOf)) {
    if (bare.length < TELLING_RUN && bare.length >= SHORTEST_SECRET) wholes.add(bare);
    for (let from = 0; from + TELLING_RUN <= bare.length; from++) runs.add(bare.slice(from, from + TELLING_RUN));
  }
  if (runs.size === 0 && wholes.size === 0) return false;
  for (const decoded of decodingsOf(text)) {
    const forwards = bareOf(decoded);
    for (const bare of [forwards, [...forwards].reverse().join("")]) {
      for (let from = 0; from + TELLING_RUN <= bare.length; from++) if (runs.has(bare.slice(from, from + TELLING_RUN))) return true;
      for (const whole of wholes) if (bare.includes(whole)) return true;
    }
  }
  return false;
}

const bareOf = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
