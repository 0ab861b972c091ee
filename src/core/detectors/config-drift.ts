import { seconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { type CauseText, clear, defineDetector, unknown } from "../conditions/definition.ts";
import type { DriftKind } from "../host/view.ts";

const field = (what: string): CauseText => ({
  meaning: `The adverts of this host show another ${what} than keepalived.conf.`,
  decidedBy: "The file as it is now, and the last advert that left this host.",
  remedy: "Check the file (`vrrpwatch check --keepalived FILE`), then `systemctl reload keepalived`.",
});

const causes: Readonly<Record<DriftKind, CauseText>> = {
  file: {
    meaning: "keepalived.conf was changed after keepalived read it.",
    decidedBy: "The file's time of change, and the start and reloads of keepalived.",
    remedy: "Check the file (`vrrpwatch check --keepalived FILE`), then `systemctl reload keepalived`; at the next start it holds anyway.",
  },
  priority: field("priority"),
  addresses: field("list of addresses"),
  interval: field("advert interval"),
  version: field("VRRP version"),
  authentication: field("authentication"),
};

/** The next restart changes more than anybody expects. */
export const configDrift = defineDetector({
  id: "config_drift",
  severity: "warning",
  scope: "host",
  meaning: "What keepalived does differs from its configuration file.",
  rule: "Raised when the file and the running keepalived have differed for `grace`. Cleared when they agree. Only what is certain counts: a priority that tracking explains is none.",
  causes,
  evidence: { differences: "Each as a sentence.", file: "The file." },
  options: {
    grace: {
      kind: "duration",
      default: seconds(60),
      min: seconds(0.5),
      max: seconds(86_400),
      meaning: "How long a change may wait for its reload.",
    },
  },
  watches: Aspect.keepalived | Aspect.adverts | Aspect.claims | Aspect.master,
  evaluate({ here }, _now, { grace }) {
    const { drift, driftJudged, instance, daemon } = here;
    if (instance === null || instance.configured === null || daemon?.running === false)
      return { state: "inapplicable", because: "keepalived does not run here, or has no such instance" };
    if (driftJudged.length === 0) return unknown;
    const [first] = drift;
    if (first === undefined)
      return {
        ...clear,
        because: driftJudged.includes("file")
          ? "the file and keepalived agree"
          : "the adverts are as the file says; whether keepalived has read its last change cannot be told",
      };
    return {
      state: "raised",
      finding: {
        summary: `keepalived (${instance?.name}) differs from its file: ${first.text}`,
        cause: first.kind,
        evidence: { differences: drift.map(({ text }) => text), file: instance?.configured?.file ?? null },
      },
      after: grace,
    };
  },
});
