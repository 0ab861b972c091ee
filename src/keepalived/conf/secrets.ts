/** Stands for every password, whatever its length. */
export const mask = "********";

/** Blocks that hold nothing but how to authenticate. */
const secretBlocks: ReadonlySet<string> = new Set(["authentication", "auth_hmac", "auth_pass"]);
/** What may be shown of them; `auth_hmac` of keepalived 2.4 may stand within `authentication`. */
const plainWords: ReadonlySet<string> = new Set(["auth_type", "auth_hmac", "active_key", "anti_replay", "time_window", "mode"]);

/** Whether what stands in a block of this keyword is hidden unless it is known to be harmless. */
export const hidesContent = (keyword: string): boolean => secretBlocks.has(keyword);

/**
 * The words without passwords: after `auth_pass` everything is one, and so is every word of an `authentication` block that is
 * not known to be harmless (a file that was written by hand has its mistakes: a password on a line of its own, or with a brace in it).
 */
export function withoutSecrets(words: readonly string[], hidden: boolean): { words: readonly string[]; secretLength?: number } {
  const keyword = words[0] ?? "";
  if (hidden) return hiddenWords(words);
  // A definition that keepalived does not take as one, such as `$PASSWORD = x`.
  if (keyword.startsWith("$") && words.length > 1) return { words: [keyword, ...words.slice(1).map(() => mask)] };
  const at = words.indexOf("auth_pass");
  if (at < 0) return { words };
  return masked(words, at);
}

function hiddenWords(words: readonly string[]): { words: readonly string[]; secretLength?: number } {
  const at = words.indexOf("auth_pass");
  const shown = words.slice(0, at < 0 ? words.length : at);
  const plain = plainWords.has(shown[0] ?? "") ? shown : shown.map(() => mask);
  return at < 0 ? { words: plain } : masked([...plain, ...words.slice(at)], at);
}

function masked(words: readonly string[], at: number): { words: readonly string[]; secretLength?: number } {
  const secrets = words.slice(at + 1);
  return { words: [...words.slice(0, at + 1), ...secrets.map(() => mask)], secretLength: secrets[0]?.length ?? 0 };
}
