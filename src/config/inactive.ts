import type { Config } from "./schema.ts";

/** Settings that this version reads and checks but does not act upon. A part that comes alive removes its line here. */
const inactive: readonly string[] = [];

/** Whether a setting has no effect in this version. Indexes of lists do not matter. */
export function isInactive(path: string): boolean {
  const general = path.replaceAll(/\[\d*\]/g, "[]");
  return inactive.some((prefix) => general === prefix || general.startsWith(`${prefix}.`) || general.startsWith(`${prefix}[`));
}

/** What the user has set and this version does not act upon, to be said aloud: nobody shall rely on what does nothing. */
export function inactiveSettings(config: Config): string[] {
  return config.given.filter(isInactive);
}
