import { defineMismatch } from "./mismatch.ts";

/** keepalived refuses an advert whose list is another (vrrp.c, vrrp_check_packet): after the next failover both are master. */
export const addressMismatch = defineMismatch({
  id: "address_mismatch",
  severity: "warning",
  field: "address",
  meaning: "Senders of one virtual router advertise different addresses.",
  what: "their addresses",
  causes: {
    configuration: {
      meaning: "`virtual_ipaddress` differs, often because only one of them was reloaded.",
      decidedBy: "The lists in the adverts, as sets; lists without any common address are `vrid_conflict`.",
      remedy:
        "Give both the same `virtual_ipaddress` list and reload both (`systemctl reload keepalived`). What only one may have belongs into `virtual_ipaddress_excluded`.",
    },
  },
  value: ({ addresses }) => addresses ?? [],
});
