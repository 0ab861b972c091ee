/** What the exit status tells scripts. */
export const ExitStatus = {
  /** Malformed frames are data, not errors. */
  done: 0,
  /** The capture file itself was cut off or damaged; what was readable has been printed. */
  damagedInput: 1,
  /** A receiver refused a notification, or could not be reached; standard error says why. */
  notDelivered: 1,
  /** Wrong usage or configuration; every problem is on standard error. */
  usage: 2,
  /** A resource is missing or denied; standard error says what to do about it. */
  resource: 3,
} as const;
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];
