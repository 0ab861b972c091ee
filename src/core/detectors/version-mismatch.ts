import { defineMismatch } from "./mismatch.ts";

/** Routers of different versions do not hear each other (RFC 9568 §7.1). */
export const versionMismatch = defineMismatch({
  id: "version_mismatch",
  severity: "warning",
  field: "version",
  meaning: "Senders of one virtual router use different VRRP versions.",
  what: "their VRRP versions",
  causes: {
    configuration: {
      meaning: "`vrrp_version` or `version` differs; keepalived uses 2 for IPv4 unless told otherwise.",
      decidedBy: "The version field of the adverts.",
      remedy: "Set `vrrp_version 3` in `global_defs` (or `version 3` in the `vrrp_instance`) on both, and reload both.",
    },
  },
  value: ({ version }) => version ?? null,
});
