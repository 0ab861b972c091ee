import { detectors } from "../core/detectors/index.ts";
import type { VirtualRouterId } from "../core/events.ts";
import { boundedJson } from "../lib/bounded-json.ts";
import { rfc3339 } from "../lib/time.ts";
import type { Alert, AlertDetails } from "./alert.ts";
import type { Subject } from "./identity.ts";
import type { Facts, StandingAlert } from "./lifecycle/standing-alert.ts";
import { descriptionOf, type Story, summaryOf } from "./text.ts";

/** What is known of the virtual router of an alert at the moment. */
export interface RouterFacts {
  readonly segment: string;
  readonly name: string | null;
  readonly addresses: readonly string[];
  readonly master: string | null;
  /** What the condition says now; null: it is not raised. */
  readonly active: Facts | null;
  /** Whether the condition holds; null: that cannot be judged now. */
  readonly holds: boolean | null;
  readonly incident: { readonly id: string; readonly folder: string } | null;
}

export interface Surroundings {
  /** The host's name. */
  readonly reporter: string;
  /** Where the pages of the conditions are; null: only the repository has them. */
  readonly runbookUrl: string | null;
}

/** In bytes of JSON. An alert is kept in memory, in the state and in every delivery that waits: whoever can forge adverts must not fill them. */
const LONGEST_EVIDENCE = 16_384;

const declarations = new Map<Subject, (typeof detectors)[number]>(detectors.map((detector) => [detector.id, detector]));

/** Puts into words how an alert stands. @param episodes how often it began since somebody was told of it */
export function describeAlert(
  alert: StandingAlert,
  facts: RouterFacts | null,
  { reporter, runbookUrl }: Surroundings,
  episodes: number,
  damped: string | null,
): Alert {
  const { kind, said, router, incident } = alert;
  const known = alert.facts ?? { summary: "", cause: null, evidence: {} };
  const runbook = runbookOf(kind.subject, runbookUrl);
  const vrrp: AlertDetails = {
    condition: kind.subject,
    cause: known.cause,
    virtual_router: {
      ...routerOf(router),
      segment: kind.labels["segment"] ?? "",
      family: kind.labels["family"] === "ipv6" ? "ipv6" : "ipv4",
      vrid: Number(kind.labels["vrid"]),
      name: facts?.name ?? said?.vrrp.virtual_router.name ?? null,
      addresses: facts?.addresses ?? said?.vrrp.virtual_router.addresses ?? [],
    },
    master: facts?.master ?? null,
    evidence: boundedJson(known.evidence, LONGEST_EVIDENCE),
    incident_id: incident?.id ?? null,
  };
  const { vrid, family, segment, name, interface: device, inner_vlan: innerVlan, vlan } = vrrp.virtual_router;
  const story: Story = {
    subject: kind.subject,
    detector: declarations.get(kind.subject) ?? null,
    ...known,
    router: {
      vrid,
      family,
      segment,
      name,
      interface: device,
      ...(vlan !== undefined && { vlan }),
      ...(innerVlan !== undefined && { innerVlan }),
    },
    startsAt: alert.startsAt,
    endsAt: alert.endsAt,
    times: episodes,
    reporter,
    runbookUrl: runbook,
    incident,
    damped,
  };
  return {
    fingerprint: kind.fingerprint,
    status: alert.firing ? "firing" : "resolved",
    labels: kind.labels,
    annotations: {
      summary: summaryOf(story),
      description: descriptionOf(story),
      runbook_url: runbook,
      reporter,
      ...(router.interface !== null && { interface: router.interface }),
      ...(known.cause !== null && { cause: known.cause }),
      ...(incident !== null && { incident: incident.id, incident_folder: incident.folder }),
      ...(damped !== null && { damped }),
    },
    starts_at: rfc3339(alert.startsAt),
    ends_at: alert.endsAt === null ? null : rfc3339(alert.endsAt),
    sequence: alert.sequence,
    times: episodes,
    vrrp,
  };
}

/** The page of a condition; a change of master is none, and has the overview of all pages. */
function runbookOf(subject: Subject, base: string | null): string {
  const page = subject === "master_changed" ? "README.md" : `${subject}.md`;
  return base === null ? `docs/conditions/${page}` : `${base.replace(/\/+$/, "")}/${page}`;
}

function routerOf(router: VirtualRouterId): Pick<AlertDetails["virtual_router"], "interface" | "vlan" | "inner_vlan"> {
  return {
    interface: router.interface,
    ...(router.vlan !== undefined && { vlan: router.vlan }),
    ...(router.innerVlan !== undefined && { inner_vlan: router.innerVlan }),
  };
}
