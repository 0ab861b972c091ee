import type { Logger } from "../lib/log.ts";
import type { SilenceLog } from "../silences/store.ts";

/** A part's log: facts first, then the phrase. */
export function fieldsFirst(log: Logger): SilenceLog {
  return {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  };
}
