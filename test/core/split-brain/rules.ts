import { accepts, outranks } from "../../helpers/keepalived-model/speaker-config.ts";
import { type Overlap, type Span, shared, splits } from "../../helpers/keepalived-model/truth.ts";
import { claimLifetime, hearsAll, JITTER, type Measure, text, transmits } from "./measure.ts";
import { raisedSpans } from "./story.ts";

/** In advert intervals: what has lasted so long has to be reported. */
const GRACE = 3.5;

/** Two clocks may differ by so much. */
const CLOCKS = 1.02;

type Rule = (measure: Measure) => string[];

const touches = (spans: readonly Span[], from: number, until: number): boolean => spans.some((s) => s.from <= until && s.until >= from);

/** Two masters that both advertise and are both heard are reported within the grace of the second claim. */
export const reportsEverySplit: Rule = (m) => {
  const raised = raisedSpans(m.story, "split_brain");
  return m.overlaps
    .filter((overlap) => !isConflict(m, overlap))
    .flatMap((overlap) => {
      const claims = overlap.pair.map((who) => firstHeardOfReign(m, who, overlap));
      const second = Math.max(...claims);
      const due = second + GRACE * m.longest * CLOCKS + JITTER;
      if (!(due < overlap.until)) return [];
      if (!overlap.pair.every((who) => transmits(m, who, { from: Math.max(second, overlap.from), until: due }))) return [];
      if (!hearsAll(m, { from: Math.min(...claims), until: due })) return [];
      if (touches(raised, overlap.from, due)) return [];
      return [`P1 ${named(overlap)} are both master and heard since ${text(second)}: not raised by ${text(due)}`];
    });
};

/** When the listener first heard a speaker in the reign that the overlap is part of; infinity if never. */
function firstHeardOfReign({ reigns, heard }: Measure, who: number, overlap: Span): number {
  const reign = reigns(who).find(({ from, until }) => from <= overlap.from && until >= overlap.until);
  const first = heard.find(
    (a) => a.who === who && a.packet.priority > 0 && reign !== undefined && a.at >= reign.from && a.at < reign.until,
  );
  return first?.heardAt ?? Number.POSITIVE_INFINITY;
}

/** Two that advertise no common address are two clusters with one VRID: another condition. */
function isConflict({ run }: Measure, { pair: [a, b], from, until }: Overlap): boolean {
  const sent = (who: number) =>
    run.adverts.filter(({ who: by, at }) => by === who && at >= from && at <= until).map(({ packet }) => packet);
  const ofB = sent(b);
  return sent(a).some((mine) => ofB.some((theirs) => !mine.addresses.some((address) => theirs.addresses.includes(address))));
}

const named = ({ pair, from, until }: Overlap): string =>
  `${pair.map((who) => String.fromCharCode(65 + who)).join(" and ")} (master together ${text(from)} to ${text(until)})`;

/**
 * Of two masters that reject each other one may be nearly silent. They are reported when a claim against a living better one
 * was heard, and that one went on: at once where the adverts show why they reject each other, else at the second such claim.
 */
export const reportsSilentSplits: Rule = (m) => {
  const raised = raisedSpans(m.story, "split_brain");
  return m.overlaps
    .filter((overlap) => !isConflict(m, overlap))
    .flatMap((overlap) => {
      const [a, b] = overlap.pair;
      const ofPair = m.heard.filter(({ who, at }) => (who === a || who === b) && at >= overlap.from - 3 * m.longest && at < overlap.until);
      for (const [i, claim] of ofPair.entries()) {
        if (claim.at < overlap.from || claim.packet.priority === 0) continue;
        const better = ofPair.slice(0, i).findLast(({ who }) => who !== claim.who);
        if (better === undefined || better.packet.priority === 0 || claim.heardAt - better.heardAt > 2.9 * m.shortest) continue;
        if (!outranks(better.packet, claim.packet)) continue;
        // Told off by a third meanwhile, it looks like one that has yielded.
        const yielded = (h: (typeof m.heard)[number]): boolean => h.who !== a && h.who !== b && outranks(h.packet, better.packet);
        if (m.heard.some((h) => h.heardAt > better.heardAt && h.heardAt < claim.heardAt && yielded(h))) continue;
        const rest = ofPair.slice(i + 1);
        // What its master sends soon after, or was overtaken on the way to the listener, may be an answer.
        const answerable = (at: number): boolean => at > claim.heardAt - 3_000 && at < claim.heardAt + Math.max(JITTER, m.longest / 4);
        if (ofPair.some(({ who, heardAt }) => who === better.who && answerable(heardAt))) continue;
        const wentOn = rest.find(({ who, heardAt }) => who === better.who && heardAt > claim.heardAt + m.shortest / 2);
        // After so long a silence it looks gone, and its next advert like a return.
        if (wentOn === undefined || wentOn.heardAt - better.heardAt > 2.9 * m.shortest) continue;
        const latest = rest.findLast(({ who, heardAt }) => who === claim.who && heardAt < wentOn.heardAt) ?? claim;
        if (!outranks(better.packet, latest.packet)) continue;
        const visible = !accepts(better.packet, latest.packet);
        const again = rest.find(
          ({ who, heardAt }) => who === claim.who && heardAt > wentOn.heardAt && heardAt < claim.heardAt + 2 * m.shortest,
        );
        if (!visible && again === undefined) continue;
        const decisive = visible ? wentOn.heardAt : (again?.heardAt ?? 0);
        const due = Math.max(decisive + m.longest, claim.heardAt + GRACE * m.longest) + 0.05 * m.longest + JITTER;
        // Of three masters of which each refuses the others, who heard whom does not show.
        if (m.overlaps.some((o) => o !== overlap && o.from <= due && o.until >= overlap.from)) continue;
        if (due >= overlap.until || !hearsAll(m, { from: better.at, until: due })) continue;
        if (touches(raised, overlap.from, due)) return [];
        return [
          `P1 ${named(overlap)}: the claim of ${text(claim.heardAt)} went unanswered ${visible ? "with another configuration" : "twice"}, not raised by ${text(due)}`,
        ];
      }
      return [];
    });
};

/** Nothing is reported but two masters that are together for longer than the allowance, or lately were. */
export const reportsNothingElse: Rule = (m) =>
  raisedSpans(m.story, "split_brain").flatMap(({ from }) => {
    const around = { from: from - GRACE * m.longest - JITTER, until: from + m.longest };
    const together = shared(around, splits(m.run));
    return isRefusal(m, from) || together > allowance(m, { from: around.from, until: from })
      ? []
      : [`P2 raised at ${text(from)}: two masters for no more than ${text(together)} around that`];
  });

/** A claim beside a better one of just before, which refuses it, is that of a second master; that the better one died meanwhile does not show. */
function isRefusal({ heard, longest }: Measure, at: number): boolean {
  const claim = heard.findLast(({ heardAt }) => heardAt <= at);
  const better = heard.findLast(({ who, heardAt }) => who !== claim?.who && heardAt <= at);
  if (claim === undefined || better === undefined || better.packet.priority === 0) return false;
  if (claim.heardAt - better.heardAt > 4 * longest + JITTER) return false;
  return outranks(better.packet, claim.packet) && !accepts(better.packet, claim.packet);
}

/** Once the split is over, it is cleared in time. */
export const clearsInTime: Rule = (m) => {
  const raised = raisedSpans(m.story, "split_brain");
  const all = splits(m.run);
  return all.flatMap(({ from, until: end }, i) => {
    if (end >= m.run.spec.end) return [];
    const { due: earliest, why } = clearingDue(m, end);
    // One that was silent for long already held it until the end.
    const due = earliest === undefined ? undefined : Math.max(earliest, end);
    if (due === undefined || due >= m.run.spec.end || (all[i + 1]?.from ?? Number.POSITIVE_INFINITY) <= due) return [];
    // Whoever else claims it for a moment, or has just ceased to, may keep the report up.
    if (m.overlaps.some(({ until }) => until < end && until > end - 5 * m.longest)) return [];
    if (m.run.states.some(({ at, state }) => state === "master" && at > end && at <= due)) return [];
    if (!hearsAll(m, { from: end - 5 * m.longest, until: due })) return [];
    const late = raised.find((span) => span.from < due && span.until > due && span.from >= from);
    return late === undefined ? [] : [`P3 the split that ended at ${text(end)} (${why}) is not cleared by ${text(due)}`];
  });
};

/** When a split that ended at `end` has to be cleared at the latest. */
function clearingDue(m: Measure, end: number): { due: number | undefined; why: string } {
  const overlap = m.overlaps.find(({ until }) => until === end);
  if (overlap === undefined) return { due: undefined, why: "" };
  const loser = overlap.pair.find((who) => m.reigns(who).some(({ until }) => until === end));
  const change = m.run.states.find(({ at, who }) => at === end && who === loser);
  const ofLoser = m.heard.filter(({ who, at }) => who === loser && at <= end);
  const last = ofLoser.at(-1);
  if (loser === undefined || change === undefined || last === undefined) return { due: undefined, why: "" };
  if (last.packet.priority === 0) return { due: last.heardAt + 1_000, why: "one resigned" };
  // Of two that reject each other one may be silent for long: that it is gone cannot be told.
  if (rejectEachOther(m, overlap)) return { due: undefined, why: "" };
  if (change.state !== "backup") {
    // The claim of any other may be older: one that yielded before is over sooner.
    return { due: last.heardAt + claimLifetime(last.packet.version, last.packet.interval) + 1, why: "one died" };
  }
  const next = m.heard.find(({ who, heardAt }) => who !== loser && heardAt > last.heardAt);
  // As far as was heard it need not have yielded: its priority fell and it had not said so. It looks dead.
  if (next !== undefined && outranks(last.packet, next.packet))
    return { due: last.heardAt + claimLifetime(last.packet.version, last.packet.interval) + 1, why: "a better one yielded unheard" };
  // Who was told off is heard no more: that is known an interval and a half after the first better advert since its last one,
  // which with `higher_prio_send_advert` came after it was told off.
  const told = next?.heardAt ?? end;
  return { due: Math.max(end + 2 * m.longest, told + 1.5 * m.longest) + (CLOCKS - 1) * 2 * m.longest + JITTER, why: "one yielded" };
}

/**
 * Two masters for no longer than this are never a split, in microseconds. One lost packet may leave two for an interval. Where
 * more were lost, the adverts can be the same as those of masters that reject each other, and only races are sure to be none;
 * with a freeze besides, nothing is. Masters that do reject each other are a split at once.
 */
function allowance(m: Measure, { from, until }: Span): number {
  const { run, shortest, longest } = m;
  if (m.overlaps.some((o) => o.from <= until && o.until >= from && rejectEachOther(m, o))) return Number.NEGATIVE_INFINITY;
  const others = run.spec.speakers.length - 1;
  const lost = run.adverts.filter(({ at, reached }) => at >= from - longest && at <= until && reached.length < others).length;
  const freezes = run.spec.steps.filter((step) => step.do === "pause" && step.at <= until && step.until >= from - longest).length;
  // A freeze may lose what came meanwhile.
  if (lost + freezes <= 1) return 0.9 * shortest;
  return freezes > 0 ? Number.NEGATIVE_INFINITY : 0.3 * shortest;
}

/** Whether two masters sent adverts, while they overlapped or just before, that the other does not take. */
function rejectEachOther({ run, longest }: Measure, { pair: [a, b], from, until }: Overlap): boolean {
  const sent = (who: number) => run.adverts.filter(({ who: by, at }) => by === who && at >= from - 1.5 * longest && at <= until);
  const ofB = sent(b);
  return sent(a).some(({ packet }) => ofB.some((other) => !accepts(packet, other.packet)));
}

/** While both go on advertising and are heard, the report stands; where a third that was better falls silent it may pause for an interval. */
export const clearsNotBefore: Rule = (m) =>
  raisedSpans(m.story, "split_brain").flatMap(({ until: cleared }) => {
    if (cleared >= m.run.spec.end) return [];
    const around = { from: cleared - 3 * m.longest, until: cleared + 1.5 * m.longest };
    const lasting = m.overlaps.find(
      (o) =>
        !isConflict(m, o) &&
        o.from <= around.from &&
        o.until >= around.until &&
        o.pair.every((who) => transmits(m, who, around, 1.4 * m.shortest)),
    );
    const third = m.overlaps.some((o) => o !== lasting && o.until >= cleared - 5 * m.longest && o.from <= cleared);
    return lasting === undefined || third || !hearsAll(m, around)
      ? []
      : [`P3 cleared at ${text(cleared)} although ${named(lasting)} go on`];
  });

/** While it is raised there are two claims or more. */
export const countsTheClaims: Rule = ({ story }) =>
  story.lonely.slice(0, 1).map((at) => `P4 raised with fewer than two claims at ${text(at)}`);

/** Nobody advertises for the master-down time of the slowest backup: that, and nothing else, is `no_master`. */
export const reportsNoMaster: Rule = (m) => {
  const { heard, deaf, run } = m;
  const raised = raisedSpans(m.story, "no_master");
  const lifetimes = heard.map(({ packet }) => claimLifetime(packet.version, packet.interval));
  const shortest = Math.min(...lifetimes);
  const longest = Math.max(...lifetimes);
  const complaints: string[] = [];
  for (const { from, until } of raised) {
    // A claim that ended by resignation is not waited for while an older one of another sender lives.
    const before = heard.filter(({ heardAt }) => heardAt < from);
    const claim = before.findLast(
      ({ who, packet }, i) => packet.priority > 0 && !before.slice(i).some((later) => later.who === who && later.packet.priority === 0),
    );
    const ears = Math.max(...deaf.filter((span) => span.from < from).map((span) => span.until));
    if (from - Math.max(claim?.heardAt ?? 0, ears) < shortest) complaints.push(`P5 no_master raised too early at ${text(from)}`);
    const next = heard.find(({ heardAt, packet }) => heardAt > from && packet.priority > 0);
    if (next !== undefined && until > next.heardAt) complaints.push(`P5 no_master still raised at ${text(next.heardAt)}`);
  }
  const first = heard.find(({ packet }) => packet.priority > 0)?.heardAt ?? Number.POSITIVE_INFINITY;
  for (const [i, { heardAt }] of heard.entries()) {
    const due = heardAt + longest;
    if (heardAt < first || due >= Math.min(heard[i + 1]?.heardAt ?? Number.POSITIVE_INFINITY, run.spec.end)) continue;
    if (deaf.some((span) => span.until > heardAt && span.from <= due)) continue;
    if (!touches(raised, due, due)) complaints.push(`P5 no_master not raised at ${text(due)}`);
  }
  return complaints;
};

/** A reign of one advert makes no change that counts: fewer than six real ones are no flapping. */
export const reportsNoFlappingOfRaces: Rule = (m) => {
  if (m.overlaps.some((overlap) => rejectEachOther(m, overlap))) return []; // Who of them is master is anybody's guess.
  const runs: { readonly who: number; adverts: number }[] = [];
  for (const { who, packet } of m.heard) {
    const last = runs.at(-1);
    if (packet.priority === 0) continue;
    if (last?.who === who) last.adverts += 1;
    else runs.push({ who, adverts: 1 });
  }
  const lasting = runs.filter(({ adverts }) => adverts > 1);
  const changes = lasting.filter(({ who }, i) => i > 0 && lasting[i - 1]?.who !== who).length;
  return changes < 6 && raisedSpans(m.story, "flapping").length > 0 ? [`P5 flapping with ${changes} changes`] : [];
};

/** A condition is cleared only after it was raised, and raised again only after it was cleared. */
export const raisesAndClearsInTurn: Rule = ({ story }) => {
  const active = new Map<string, boolean>();
  return story.events.flatMap((event) => {
    if (event.kind !== "condition_raised" && event.kind !== "condition_cleared") return [];
    const raised = event.kind === "condition_raised";
    const was = active.get(event.condition) ?? false;
    active.set(event.condition, raised);
    return was === raised ? [`P7 ${event.condition} ${raised ? "raised twice" : "cleared but never raised"} at ${text(event.at)}`] : [];
  });
};

/** Events come in the order of their instants. */
export const keepsTheOrder: Rule = ({ story }) =>
  story.events.flatMap((event, i) => {
    const before = story.events[i - 1];
    if (before === undefined || before.at <= event.at) return [];
    return [`P8 ${event.kind} of ${text(event.at)} comes after ${before.kind} of ${text(before.at)}`];
  });

export const splitRules: readonly Rule[] = [
  reportsEverySplit,
  reportsSilentSplits,
  reportsNothingElse,
  clearsInTime,
  clearsNotBefore,
  countsTheClaims,
];
export const otherRules: readonly Rule[] = [reportsNoMaster, reportsNoFlappingOfRaces, raisesAndClearsInTurn, keepsTheOrder];
