import { seconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, inapplicable, unknown } from "../conditions/definition.ts";

/** Two hosts answer for one address, and the adverts show a clean failover. */
export const backupWithVip = defineDetector({
  id: "backup_with_vip",
  severity: "critical",
  scope: "host",
  meaning: "keepalived is not master here, but the address is on the interface.",
  rule: "Raised when a virtual address has been on an operational device of this host for `grace` while keepalived here is backup, in fault, stopped or gone, or, where its state is not known, while another host is master. Cleared when the address is gone, or keepalived is master.",
  causes: {
    keepalived_gone: {
      meaning: "keepalived died without taking its addresses off (kill -9, out of memory, a crash).",
      decidedBy: "Its process does not run.",
      remedy:
        "Start it: `systemctl start keepalived` takes the addresses off before anything else; or by hand `ip address del ADDRESS dev DEV`. Then look why it died: `journalctl -u keepalived -k | grep -i -e oom -e segfault`.",
    },
    left_over: {
      meaning: "keepalived runs and is not master: somebody else put the address there, or kept it.",
      decidedBy: "Its process runs, and it says that it is not master.",
      remedy:
        "Take it off: `ip address del ADDRESS dev DEV`. Find who adds it: the address must be in keepalived.conf only, not in netplan, ifupdown or NetworkManager.",
    },
  },
  evidence: {
    addresses: "The addresses that are here.",
    state: "What keepalived is here.",
    state_by: "How that is known.",
    master: "Who is master on the wire; null: nobody.",
  },
  options: {
    grace: { kind: "duration", default: seconds(1), min: seconds(0.1), max: seconds(3_600), meaning: "How long giving it up may take." },
  },
  watches: Aspect.addresses | Aspect.keepalived | Aspect.master,
  inhibits: ["state_inconsistent"],
  evaluate({ here, wire }, _now, { grace }) {
    const { instance } = here;
    if (instance === null) return inapplicable;
    if (!here.network.addressesKnown) return unknown;
    const left = here.contradicting.filter(({ kind }) => kind === "address_left").flatMap(({ about }) => about);
    if (left.length === 0)
      return instance.state === "unknown" ? unknown : { ...clear, because: "the address is gone, or keepalived is master" };
    const gone = here.daemon?.running === false;
    const master = wire?.master?.source ?? null;
    return {
      state: "raised",
      finding: {
        summary: `keepalived (${instance.name}) is not master here (${instance.state}), but this host has ${left.join(", ")}${master === null ? "" : `; ${master} is master`}`,
        cause: gone ? "keepalived_gone" : "left_over",
        evidence: { addresses: left, state: instance.state, state_by: instance.by, master },
      },
      after: grace,
    };
  },
});
