import { seconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, inapplicable, unknown } from "../conditions/definition.ts";

/** The redundancy is gone, and nobody notices until the other one fails. */
export const keepalivedDown = defineDetector({
  id: "keepalived_down",
  severity: "critical",
  scope: "host",
  meaning: "keepalived should run here and does not.",
  rule: "Raised for every instance of keepalived.conf when keepalived's VRRP process has not run for `grace`; where it has never been seen (stopped when the agent started, and its pid files are gone) only with `expected: always`. Cleared when it runs.",
  causes: {
    stopped: {
      meaning: "It was stopped: it said goodbye.",
      decidedBy: "Its last notify call was STOP.",
      remedy:
        "`systemctl start keepalived`, or take the host out of the cluster for good (a silence for maintenance: `vrrpwatch silence add`).",
    },
    died: {
      meaning: "It died without a word.",
      decidedBy: "Its process is gone, and it said nothing.",
      remedy:
        "`systemctl status keepalived`; `journalctl -u keepalived -k | grep -i -e oom -e segfault`; `keepalived --config-test`. Does it hold its addresses still (`backup_with_vip`)?",
    },
  },
  evidence: { instance: "The vrrp_instance.", last_state: "What it said last.", by: "How its state is known." },
  options: {
    grace: { kind: "duration", default: seconds(5), min: seconds(0.5), max: seconds(3_600), meaning: "How long a restart may take." },
    expected: {
      kind: "choice",
      default: "when_seen",
      choices: ["when_seen", "always"],
      meaning: "when_seen: where it has run since the agent started, or left its pid file; always: wherever keepalived.conf has instances.",
    },
  },
  watches: Aspect.keepalived,
  inhibits: ["sync_group_split", "state_inconsistent", "config_drift"],
  evaluate({ here }, _now, { grace, expected }) {
    const { instance, daemon } = here;
    if (instance === null || instance.configured === null) return inapplicable;
    if (daemon === null && expected === "when_seen") return unknown;
    if (daemon?.running === true) return { ...clear, because: "it runs" };
    const said = instance.said.state;
    return {
      state: "raised",
      finding: {
        summary: `keepalived does not run here, and ${instance.configured.file}:${instance.configured.line} has ${instance.name}`,
        cause: said === "stop" ? "stopped" : "died",
        evidence: { instance: instance.name, last_state: said, by: instance.by },
      },
      after: grace,
    };
  },
});
