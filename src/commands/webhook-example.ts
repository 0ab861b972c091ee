import type { Alert, Labels, Notification } from "../alerts/alert.ts";
import { describeAlert, type RouterFacts } from "../alerts/describe.ts";
import { fingerprintOf, labelsOf, type Subject } from "../alerts/identity.ts";
import { groupOf } from "../alerts/lifecycle/joined-segments.ts";
import { type Facts, StandingAlert } from "../alerts/lifecycle/standing-alert.ts";
import { fitted } from "../alerts/plain.ts";
import { LONGEST_SUMMARY } from "../alerts/text.ts";
import type { Detector } from "../core/conditions/definition.ts";
import { detectors } from "../core/detectors/index.ts";
import { conditionNames, type Severity } from "../core/events.ts";
import { instant, micros, rfc3339, seconds, type WallTime, wallPlus } from "../lib/time.ts";

/** What an example can be made of. */
export const exampleSubjects: readonly Subject[] = [...conditionNames, "master_changed"];

export interface ExampleOptions {
  readonly subject: Subject;
  readonly severity: Severity;
  /** Whether it tells of the end. A change of master has none. */
  readonly resolved: boolean;
  readonly receiver: string;
  readonly externalLabels: Labels;
  /** Where the pages of the conditions are served; null: their place in the source. */
  readonly runbookUrl: string | null;
  /** Name of this host. */
  readonly host: string;
  /** Of the notification. */
  readonly id: string;
  readonly wall: WallTime;
}

/** Addresses for documentation (RFC 5737): no segment is this one, so that no alert is taken for an example or the other way round. */
const segment = "192.0.2.0/24";
const [master, formerMaster, virtualAddress] = ["192.0.2.11", "192.0.2.12", "192.0.2.100"];
const router = { interface: "eth0", family: "ipv4", vrid: 51 } as const;
const group = groupOf(segment, new Map());

/** How long what is over has lasted. */
const LASTED = seconds(192);

/** An example happens at no instant of the engine. */
const NEVER = instant(0);

/** One alert of one virtual router that does not exist, marked as a test wherever a person looks. The same subject has the same identity each time. */
export function exampleNotification(options: ExampleOptions): Notification {
  const { receiver, id, wall } = options;
  return {
    id,
    receiver,
    reason: "test",
    group_key: group.key,
    group_labels: group.labels,
    created_at: rfc3339(wall),
    alerts: [marked(exampleAlert(options), options.host)],
    truncated: 0,
  };
}

/** Told in the words that a real one has. */
function exampleAlert(options: ExampleOptions): Alert {
  const { subject, severity, resolved, host, externalLabels, runbookUrl, wall } = options;
  const detector = detectors.find(({ id }) => id === subject) ?? null;
  const labels = labelsOf({ subject, severity, scope: detector?.scope ?? "segment", router, segment, host, externalLabels });
  const kind = { fingerprint: fingerprintOf(labels), labels, subject, severity, group };
  const startsAt = resolved ? wallPlus(wall, micros(-LASTED)) : wall;
  // From now on in both cases: the end is newer than the beginning that an earlier call has told.
  const alert = new StandingAlert(kind, router, NEVER, startsAt, 2 * Math.floor(wall / 1_000_000), detector === null);
  alert.raise(router, NEVER, startsAt);
  if (resolved) alert.clear(router, NEVER, wall);
  const facts = detector === null ? masterChange : factsOf(detector);
  // What is over has nothing left to prove.
  alert.facts = resolved ? { ...facts, evidence: {} } : facts;
  const known: RouterFacts = {
    segment,
    name: null,
    addresses: [virtualAddress],
    master: subject === "no_master" && !resolved ? null : master,
    active: null,
    holds: !resolved,
    incident: null,
  };
  return describeAlert(alert, known, { reporter: host, runbookUrl }, 1, null);
}

function marked(alert: Alert, host: string): Alert {
  const { summary, description } = alert.annotations;
  return {
    ...alert,
    annotations: {
      ...alert.annotations,
      summary: fitted(`TEST: ${summary}`, LONGEST_SUMMARY),
      description: `This is a test by \`vrrpwatch webhook test\` on ${host}: nothing is wrong.\n${description}`,
    },
  };
}

/** The first cause, and each key of the evidence with what it says in place of a value. */
const factsOf = ({ causes, evidence }: Detector): Facts => ({ summary: "", cause: Object.keys(causes)[0] ?? null, evidence });

const masterChange: Facts = {
  summary: `the master changed from ${formerMaster} to ${master}`,
  cause: "no_response",
  evidence: { from: formerMaster, to: master, reason: "no_response" },
};
