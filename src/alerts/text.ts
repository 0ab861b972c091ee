import type { Detector } from "../core/conditions/definition.ts";
import { type Duration, rfc3339, type WallTime } from "../lib/time.ts";
import { elapsed } from "./elapsed.ts";
import { evidenceLines } from "./evidence-text.ts";
import type { Subject } from "./identity.ts";
import { fitted, plainLine } from "./plain.ts";
import { titles } from "./titles.ts";

/** All that the texts of an alert are made of. Times are UTC. */
export interface Story {
  readonly subject: Subject;
  /** The condition's declaration; null for `master_changed`, which has none. */
  readonly detector: Pick<Detector, "scope" | "meaning" | "causes"> | null;
  /** The event's sentence: what is wrong, or why it is over. */
  readonly summary: string;
  readonly cause: string | null;
  /** Of `master_changed`: `from`, `to`, `reason` and the rest of the event. */
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly router: {
    readonly vrid: number;
    readonly family: "ipv4" | "ipv6";
    /** The user's name; null: none. */
    readonly name: string | null;
    readonly segment: string;
    readonly interface: string | null;
    readonly vlan?: number;
    readonly innerVlan?: number;
  };
  readonly startsAt: WallTime;
  /** null while it fires. */
  readonly endsAt: WallTime | null;
  /** Host name of the agent that says it. */
  readonly reporter: string;
  readonly runbookUrl: string;
  /** The incident's files on the reporter; null: none. `folder`: null: not known. */
  readonly incident: { readonly id: string; readonly folder: string | null } | null;
  /** Since somebody was told of it last. */
  readonly times: number;
  /** Why nothing more is said of it for a while; null: nothing is held back. */
  readonly damped: string | null;
}

/** What a lock screen shows. */
export const LONGEST_SUMMARY = 120;
/** Of each text that was not written for a description. */
const LONGEST_LINE = 1_000;
const LONGEST_DESCRIPTION = 8_000;

/** What, which virtual router, where and why, in at most 120 characters: complete by itself on a lock screen. */
export function summaryOf(story: Story): string {
  const { detector, reporter, router } = story;
  const after = story.endsAt === null ? "" : `Resolved after ${elapsed((story.endsAt - story.startsAt) as Duration)}: `;
  const numbered = `VRID ${router.vrid}${router.family === "ipv6" ? " IPv6" : ""}`;
  const why = whyOf(story);
  const write = (longestName: number, longestPlace: number, because: string): string => {
    const name = router.name === null ? "" : ` (${short(router.name, longestName)})`;
    const segment = short(router.segment, longestPlace);
    const place = detector?.scope === "host" ? `${short(reporter, longestPlace)}, ${segment}` : segment;
    return `${after}${titles[story.subject]}: ${numbered}${name} on ${place}${because === "" ? "" : `: ${because}`}`;
  };
  const tries = [write(100, 100, why), write(24, 43, why), write(24, 43, ""), write(16, 24, why), write(16, 24, ""), write(12, 16, "")];
  return tries.find((text) => text.length <= LONGEST_SUMMARY) ?? fitted(tries.at(-1) ?? "", LONGEST_SUMMARY);
}

/** Who, since when, the cause, the evidence, the remedy and where to read on, in several lines of plain text, at most 8,000 characters. */
export function descriptionOf(story: Story): string {
  const { detector, cause, runbookUrl, incident, reporter, times, damped } = story;
  const causeText = cause === null || detector === null || !Object.hasOwn(detector.causes, cause) ? undefined : detector.causes[cause];
  const evidence = evidenceLines(story.evidence);
  const lines = [
    story.endsAt === null ? (detector?.meaning ?? null) : `It is over. It was: ${detector?.meaning ?? titles[story.subject]}`,
    sentence(story.summary),
    routerLine(story.router),
    periodLine(story.startsAt, story.endsAt),
    times > 1 ? `It came ${times} times since the last notification.` : null,
    cause === null ? null : `Cause: ${short(cause, LONGEST_LINE)}${causeText === undefined ? "" : `: ${causeText.meaning}`}`,
    ...(evidence.length === 0 ? [] : ["Evidence:", ...evidence.map((line) => `  ${line}`)]),
    // What is over needs no command that is copied in a hurry; the runbook has it.
    causeText === undefined || story.endsAt !== null ? null : `What to do: ${causeText.remedy}`,
    runbookUrl === "" ? null : `Runbook: ${short(runbookUrl, LONGEST_LINE)}`,
    `Reported by ${short(reporter, LONGEST_LINE)}`,
    incident === null ? null : incidentLine(incident, reporter),
    damped === null ? null : short(damped, LONGEST_LINE),
  ];
  return fitted(lines.filter((line) => line !== null && line !== "").join("\n"), LONGEST_DESCRIPTION);
}

/** The cause in a few words; of a change of master who took over from whom. */
function whyOf({ subject, detector, cause, evidence }: Story): string {
  const words = cause === null || cause === "unknown" ? "" : short(cause.replaceAll("_", " "), 40);
  if (subject === "master_changed") {
    const { from, to } = evidence;
    if (typeof to === "string")
      return `${short(to, 39)}${typeof from === "string" ? ` after ${short(from, 39)}` : ""}${words === "" ? "" : `, ${words}`}`;
    return `nobody${typeof from === "string" ? ` after ${short(from, 39)}` : ""}${words === "" ? "" : `, ${words}`}`;
  }
  // The only cause that a condition can have says nothing that its title does not.
  return detector !== null && Object.keys(detector.causes).length === 1 ? "" : words;
}

function routerLine({ vrid, family, name, segment, interface: device, vlan, innerVlan }: Story["router"]): string {
  return [
    `Virtual router: VRID ${vrid}${name === null ? "" : ` (${short(name, LONGEST_LINE)})`}`,
    family === "ipv4" ? "IPv4" : "IPv6",
    `on ${short(segment, LONGEST_LINE)}`,
    ...(device === null ? [] : [`interface ${short(device, LONGEST_LINE)}`]),
    ...(vlan === undefined ? [] : [`VLAN ${vlan}${innerVlan === undefined ? "" : `, inner VLAN ${innerVlan}`}`]),
  ].join(", ");
}

function periodLine(startsAt: WallTime, endsAt: WallTime | null): string {
  if (endsAt === null) return `Since ${clockTime(startsAt)} UTC`;
  return `From ${clockTime(startsAt)} to ${clockTime(endsAt)} UTC (${elapsed((endsAt - startsAt) as Duration)})`;
}

function incidentLine({ id, folder }: NonNullable<Story["incident"]>, reporter: string): string {
  const where = folder === null ? "" : ` in ${short(folder, LONGEST_LINE)}`;
  return `Incident ${short(id, LONGEST_LINE)}: its files are${where} on ${short(reporter, LONGEST_LINE)}`;
}

/** `2026-11-21 06:00:00`; the digits after that are for programs. */
const clockTime = (at: WallTime): string => rfc3339(at).slice(0, 19).replace("T", " ");

/** A text of an event as a sentence of its own. Names keep the letter that they begin with. */
function sentence(text: string): string {
  const line = short(text, LONGEST_LINE);
  return line === "" || /[.!?…]$/u.test(line) ? line : `${line}.`;
}

const short = (text: string, limit: number): string => fitted(plainLine(text.slice(0, 2 * limit)), limit);
