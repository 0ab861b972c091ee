import { defineMismatch } from "./mismatch.ts";

/** Of passwords only their equality is known here: no password is kept. */
export const authMismatch = defineMismatch({
  id: "auth_mismatch",
  severity: "warning",
  field: "auth",
  meaning: "Senders of one virtual router use different authentication.",
  what: "authentication",
  causes: {
    configuration: {
      meaning: "`auth_type` or `auth_pass` differs.",
      decidedBy: "The authentication type of the adverts, and whether their passwords are equal. Keys of AH cannot be compared.",
      remedy: "Give both the same `authentication { auth_type … auth_pass … }` (only the first 8 characters count), and reload both.",
    },
  },
  value: ({ auth }) => auth ?? null,
});
