import { defineMismatch } from "./mismatch.ts";

/** RFC 5798 and RFC 9568 read differently on the pseudo-header of VRRPv3 over IPv4. */
export const checksumMismatch = defineMismatch({
  id: "checksum_mismatch",
  severity: "warning",
  field: "checksum",
  meaning: "Senders of one virtual router compute checksums differently.",
  what: "how the checksum is computed",
  causes: {
    pseudo_header: {
      meaning: "One includes the IPv4 pseudo-header in the VRRPv3 checksum, the other does not.",
      decidedBy: "Which of the two sums is right for the adverts of each.",
      remedy:
        "keepalived ≥ 2.2.8: `v3_checksum_as_v2` the same on both; keepalived 2.2.7 only knows the pseudo-header. FRR: `vrrp N checksum-with-ipv4-pseudoheader`. Cisco, Juniper and Arista leave it out.",
    },
  },
  value: ({ checksum }) => checksum ?? null,
});
