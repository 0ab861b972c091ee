import { type Duration, earlier, type Instant, plus, seconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { type CauseText, clear, type Detector, defineDetector, unheard, unknown } from "../conditions/definition.ts";
import type { Subject, WireSubject } from "../conditions/subject.ts";
import { type DisagreementField, disagreesOn, disjointAddresses, type Terms } from "../disagreement.ts";
import type { ConditionName, Severity } from "../events.ts";
import { mayHearEachOther } from "../reach.ts";
import type { Sender } from "../sender.ts";
import { configuredTerms } from "./configured-terms.ts";
import { routerName } from "./dispute.ts";

/** One who says how the virtual router is set up. */
interface Party {
  readonly who: string;
  /** null: keepalived.conf of this host. */
  readonly sender: Sender | null;
  readonly terms: Partial<Terms>;
  /** Until when its word counts; null: always. */
  readonly until: Instant | null;
}

interface MismatchText {
  readonly id: ConditionName;
  readonly severity: Severity;
  readonly field: DisagreementField;
  readonly meaning: string;
  /** What is compared, in words. */
  readonly what: string;
  readonly causes: Readonly<Record<string, CauseText>>;
  /** What a party says, for the evidence. */
  readonly value: (terms: Partial<Terms>) => unknown;
}

/** How long the adverts of a sender that is silent now are compared. */
const REMEMBER = { kind: "duration", default: seconds(600), min: seconds(10), max: seconds(86_400) } as const;

/** A condition that the senders of one virtual router, and the keepalived.conf of this host, disagree about one field. */
export function defineMismatch({ id, severity, field, meaning, what, causes, value }: MismatchText): Detector {
  const agreed = { ...clear, because: `nobody differs in ${what} any more` };
  return defineDetector({
    id,
    severity,
    scope: "segment",
    meaning,
    rule: `Raised as soon as two senders of the virtual router, both heard within \`remember\`, differ in ${what}; on a host whose keepalived is a backup also when its configuration differs from the master's adverts. Cleared when they agree, or when one of them was not heard again for \`remember\`: a silent backup may have been set right since.`,
    causes,
    evidence: { values: "What each of them says." },
    options: {
      remember: { ...REMEMBER, meaning: "How long the last advert of a sender that is silent now is compared with the others." },
    },
    watches: Aspect.adverts | Aspect.keepalived | Aspect.master | Aspect.capture,
    evaluate(subject, now, { remember }) {
      const { wire } = subject;
      if (wire === null) return unheard;
      if (!wire.hearing) return unknown;
      const parties = partiesOf(subject, wire, now, remember);
      const pair = firstPair(field, parties);
      // Who falls silent begins no disagreement.
      if (pair === null) return agreed;
      const [a, b] = pair;
      let recheckAt: Instant | undefined;
      for (const { until } of parties) if (until !== null) recheckAt = recheckAt === undefined ? until : earlier(recheckAt, until);
      return {
        state: "raised",
        finding: {
          summary: `${routerName(subject)}: ${a.who} and ${b.who} differ in ${what}: ${text(value(a.terms))} and ${text(value(b.terms))}`,
          cause: Object.keys(causes)[0] ?? null,
          evidence: { values: Object.fromEntries(parties.map(({ who, terms }) => [who, value(terms)])) },
        },
        recheckAt,
      };
    },
  });
}

const text = (value: unknown): string => (Array.isArray(value) ? value.join(", ") : String(value));

function compare(field: DisagreementField, a: Partial<Terms>, b: Partial<Terms>): boolean {
  if (a.checksum === undefined || b.checksum === undefined) {
    if (field === "checksum") return false;
  }
  const [x, y] = [a as Terms, b as Terms];
  // Lists that have nothing in common are two clusters.
  return disagreesOn(field, x, y) && !(field === "address" && disjointAddresses(x, y));
}

/** Whoever was heard lately; a backup on this host says it by its configuration. The first one is the master, while there is one. */
function partiesOf({ here }: Subject, wire: WireSubject, now: Instant, remember: Duration): readonly Party[] {
  const parties: Party[] = [];
  let local = false;
  for (const sender of wire.senders) {
    const until = plus(sender.lastAdvertAt, remember);
    if (until <= now) continue;
    if (sender.local && sender.claims) local = true;
    const party = { who: sender.source, sender, terms: sender.lastAdvert, until };
    if (sender === wire.master) parties.unshift(party);
    else parties.push(party);
  }
  const configured = here.instance?.configured ?? null;
  // What is edited and not loaded is drift, and only a master shows it: the file of a stopped keepalived says nothing.
  if (configured !== null && !local && here.daemon?.running === true && wire.master !== null && here.fileIsLoaded)
    parties.push({ who: "keepalived.conf of this host", sender: null, terms: configuredTerms(configured), until: null });
  return parties;
}

/** Unicast routers that do not send to each other may be two virtual routers that share a number. */
const belongTogether = ({ sender: a }: Party, { sender: b }: Party): boolean => a === null || b === null || mayHearEachOther(a, b);

function firstPair(field: DisagreementField, parties: readonly Party[]): readonly [Party, Party] | null {
  for (let i = 0; i < parties.length; i++) {
    const a = parties[i] as Party;
    for (let j = i + 1; j < parties.length; j++) {
      const b = parties[j] as Party;
      if (a.terms !== b.terms && compare(field, a.terms, b.terms) && belongTogether(a, b)) return [a, b];
    }
  }
  return null;
}
