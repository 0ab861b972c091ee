import { seconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, notHere, unknown } from "../conditions/definition.ts";

/** Every state is green, and nobody answers for the address. */
export const masterWithoutVip = defineDetector({
  id: "master_without_vip",
  severity: "critical",
  scope: "host",
  meaning: "keepalived is master here, but the address is not on the interface.",
  rule: "Raised when keepalived on this host has been master for `grace` while a virtual address of it is not on an operational device. Cleared when all are there, or it is not master any more. An address that is new in keepalived.conf, and not in the adverts or not loaded yet, is `config_drift`.",
  causes: {
    removed: {
      meaning: "The address was there, and somebody took it off.",
      decidedBy: "The kernel has reported its removal since the agent runs.",
      remedy:
        "Put it back: `systemctl restart keepalived` here (a backup takes over), or `ip address add ADDRESS/32 dev DEV`. Find who removes it: NetworkManager, systemd-networkd (`KeepConfiguration=static`), ifupdown, a script.",
    },
    link_down: {
      meaning: "The address is on a device that is down.",
      decidedBy: "The kernel has the address, and its device has no carrier or is switched off.",
      remedy: "Bring the device up; if it should decide about mastership, add it to `track_interface`.",
    },
    never_added: {
      meaning: "keepalived never put it there.",
      decidedBy: "The kernel has not reported its removal since the agent runs.",
      remedy: "See `journalctl -u keepalived` for netlink errors: wrong `dev`, IPv6 disabled (`sysctl net.ipv6.conf.DEV.disable_ipv6`).",
    },
  },
  evidence: {
    missing: "The addresses that are not there, with the device where each belongs.",
    instance: "The vrrp_instance.",
    state_by: "How its state is known.",
  },
  options: {
    grace: { kind: "duration", default: seconds(1), min: seconds(0.1), max: seconds(3_600), meaning: "How long a takeover may take." },
  },
  watches: Aspect.addresses | Aspect.keepalived | Aspect.master,
  inhibits: ["state_inconsistent"],
  evaluate({ here, wire }, _now, { grace }) {
    const { instance } = here;
    if (instance === null) return notHere;
    if (!here.network.addressesKnown) return unknown;
    // What is inferred from one address says nothing of another.
    if (instance.state === "unknown" || (instance.state === "master" && instance.by === "inferred" && wire?.master?.local !== true))
      return unknown;
    const missing = here.contradicting.filter(({ kind }) => kind === "address_missing").flatMap(({ about }) => about);
    if (missing.length === 0) return { ...clear, because: "its addresses are there, or it is not master any more" };
    const vips = here.vips.filter(({ address }) => missing.includes(address));
    const down = vips.some(({ devices }) => devices.some(({ configured }) => configured));
    const { sinceWall } = instance;
    const removed = vips.some(
      ({ changes, changedWall }) => changes.removed > 0 && changedWall !== null && (sinceWall === null || changedWall >= sinceWall),
    );
    return {
      state: "raised",
      finding: {
        summary: `keepalived (${instance.name}) is master here, but ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not on ${vips[0]?.devices[0]?.dev ?? "any device"}`,
        cause: down ? "link_down" : removed ? "removed" : "never_added",
        evidence: {
          missing: Object.fromEntries(vips.map(({ address, devices }) => [address, devices[0]?.dev ?? null])),
          instance: instance.name,
          state_by: instance.by,
        },
      },
      after: grace,
    };
  },
});
