import type { Alert, Annotations, Labels, Notification } from "../alerts/alert.ts";
import { fingerprintOf, labelsOf, type Subject } from "../alerts/identity.ts";
import type { Detector } from "../core/conditions/definition.ts";
import { detectors } from "../core/detectors/index.ts";
import { conditionNames, type Severity } from "../core/events.ts";
import { micros, rfc3339, seconds, type WallTime, wallPlus } from "../lib/time.ts";

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
const where = `VRID ${router.vrid} on ${segment}`;

/** How long what is over has lasted. */
const LASTED = seconds(192);
const LASTED_TEXT = "3 min 12 s";

/** What a subject is made of: the detector's own words. */
interface Story {
  readonly meaning: string;
  readonly cause: string | null;
  /** What the cause means, and what helps. */
  readonly advice: readonly string[];
  /** For conditions each key with what it says in place of a value. */
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly scope: Detector["scope"];
}

/** One alert of one virtual router that does not exist, marked as a test wherever a person looks. The same subject has the same identity each time. */
export function exampleNotification(options: ExampleOptions): Notification {
  const { receiver, id, wall } = options;
  return {
    id,
    receiver,
    reason: "test",
    group_key: `{}:{segment="${segment}"}`,
    group_labels: { segment },
    created_at: rfc3339(wall),
    alerts: [exampleAlert(options, storyOf(options.subject))],
    truncated: 0,
  };
}

function exampleAlert(options: ExampleOptions, story: Story): Alert {
  const { subject, severity, resolved, host, externalLabels, wall } = options;
  const labels = labelsOf({ subject, severity, scope: story.scope, router, segment, host, externalLabels });
  return {
    fingerprint: fingerprintOf(labels),
    status: resolved ? "resolved" : "firing",
    labels,
    annotations: annotationsOf(options, story),
    starts_at: rfc3339(resolved ? wallPlus(wall, micros(-LASTED)) : wall),
    ends_at: resolved ? rfc3339(wall) : null,
    sequence: resolved ? 2 : 1,
    times: 1,
    vrrp: {
      condition: subject,
      cause: story.cause,
      virtual_router: { ...router, segment, name: null, addresses: [virtualAddress] },
      master: subject === "no_master" && !resolved ? null : master,
      evidence: resolved ? {} : story.evidence,
      incident_id: null,
    },
  };
}

function annotationsOf({ subject, resolved, host, runbookUrl }: ExampleOptions, story: Story): Annotations {
  const { meaning, cause, advice } = story;
  // What is over needs no remedy.
  const lines = [`This is a test by \`vrrpwatch webhook test\` on ${host}: nothing is wrong.`, `${where}: ${meaning}`];
  return {
    summary: `TEST: ${resolved ? "over: " : ""}${where}: ${meaning}`,
    description: [...lines, ...(resolved ? [`It lasted for ${LASTED_TEXT}.`] : advice)].join("\n"),
    runbook_url: runbookOf(subject, runbookUrl),
    reporter: host,
    interface: router.interface,
    ...(cause !== null && { cause }),
  };
}

/** A change of master is no condition, and has no page among theirs. */
function runbookOf(subject: Subject, base: string | null): string {
  if (subject === "master_changed") return "docs/events.md";
  return `${base === null ? "docs/conditions/" : base.endsWith("/") ? base : `${base}/`}${subject}.md`;
}

function storyOf(subject: Subject): Story {
  const detector = detectors.find(({ id }) => id === subject);
  if (detector === undefined) return masterChange;
  const { meaning, causes, evidence, scope } = detector;
  const [cause, text] = Object.entries(causes)[0] ?? [null, null];
  const advice = text === null ? [] : [`Cause: ${text.meaning}`, `How it was decided: ${text.decidedBy}`, `What to do: ${text.remedy}`];
  return { meaning, cause, advice, evidence, scope };
}

const masterChange: Story = {
  meaning: `The master changed from ${formerMaster} to ${master}.`,
  cause: "no_response",
  advice: ["Cause: The old master fell silent."],
  evidence: { from: formerMaster, to: master },
  scope: "segment",
};
