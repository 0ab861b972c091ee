import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unknown } from "../conditions/definition.ts";

/** The kernel has the address and does not answer for it (RFC 4862 §5.4.5). */
export const dadFailed = defineDetector({
  id: "dad_failed",
  severity: "critical",
  scope: "host",
  meaning: "Duplicate address detection refused a virtual IPv6 address.",
  rule: "Raised when the kernel marks a virtual address as a duplicate (IFA_F_DADFAILED). Cleared when the mark or the address is gone.",
  causes: {
    duplicate_address: {
      meaning: "Another host had the address when this one took it.",
      decidedBy: "The kernel's own test.",
      remedy:
        "Find the other host (`ndisc6 ADDRESS DEV`), often the old master that kept it; take it off there; then here `ip address del` and `ip address add`, or restart keepalived. Without `-nodad` in `virtual_ipaddress` keepalived switches the test off.",
    },
  },
  evidence: { addresses: "The addresses, with their devices." },
  options: {},
  watches: Aspect.addresses,
  evaluate({ here, id }) {
    if (id.family === "ipv4" || !here.network.addressesKnown) return unknown;
    const failed = here.vips.flatMap(({ address, devices }) =>
      devices.filter((device) => device.dadFailed).map(({ dev }) => [address, dev] as const),
    );
    if (failed.length === 0) return clear;
    return {
      state: "raised",
      finding: {
        summary: `${failed.map(([address, dev]) => `${address} on ${dev}`).join(", ")} does not answer: another host had it`,
        cause: "duplicate_address",
        evidence: { addresses: Object.fromEntries(failed) },
      },
    };
  },
});
