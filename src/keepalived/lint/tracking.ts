import type { Statement } from "../conf/statement.ts";
import { quoted, type Report } from "./finding.ts";
import { named } from "./keywords.ts";
import { argument, lastOf, whole } from "./values.ts";
import type { Block, ConfView } from "./view.ts";

/** What a track block refers to. */
const definitions: Readonly<Record<string, readonly string[]>> = {
  track_script: ["vrrp_script"],
  track_file: ["track_file", "vrrp_track_file"],
  track_process: ["vrrp_track_process"],
  track_bfd: ["bfd_instance"],
};

/** Scripts, processes and files that are tracked, and sync groups. */
export function checkTracking(view: ConfView, report: Report): void {
  for (const script of named(view.statements, "vrrp_script")) {
    checkScriptNumbers(script.block ?? [], report);
    if (script.words[1] !== undefined && lastOf(script.block ?? [], "script") === undefined)
      report("script_missing", script, `vrrp_script ${quoted(script.words[1])} has no script`);
  }
  const known = new Set<string>();
  const checked = new Set<string>();
  // In the order of the file: keepalived looks a name up when it reads the line.
  for (const statement of view.statements) {
    const [keyword = "", name] = statement.words;
    if (keyword === "vrrp_instance" || keyword === "vrrp_sync_group") {
      const key = `${keyword} ${name}`;
      if (name === undefined || checked.has(key)) continue;
      checked.add(key);
      checkTracks(statement, keyword === "vrrp_instance" ? name : null, known, report);
    } else if (name !== undefined && (keyword !== "vrrp_script" || lastOf(statement.block ?? [], "script") !== undefined)) {
      known.add(`${keyword} ${name}`);
    }
  }
  checkGroups(view, report);
}

function checkScriptNumbers(block: Block, report: Report): void {
  for (const line of block) {
    const [keyword = "", value] = line.words;
    if (value === undefined) continue;
    if (keyword === "weight" && whole(value, -253, 253) === undefined)
      report("track_weight", line, `the weight ${quoted(value)} is not within -253 to 253`);
  }
}

function checkTracks({ block }: Statement, instance: string | null, known: ReadonlySet<string>, report: Report): void {
  for (const list of block ?? []) {
    const [keyword = ""] = list.words;
    const kinds = definitions[keyword];
    if (kinds === undefined && keyword !== "track_interface") continue;
    const seen = new Set<string>();
    for (const line of list.block ?? []) {
      const [name = ""] = line.words;
      if (kinds !== undefined && !kinds.some((kind) => known.has(`${kind} ${name}`)))
        report("track_unknown", line, `${keyword}: no ${kinds[0]} ${quoted(name)} is defined above`, instance);
      else if (seen.has(name)) report("track_duplicate", line, `${keyword}: ${quoted(name)} is listed twice`, instance);
      else if (kinds === undefined && instance !== null && name === argument(block ?? [], "interface"))
        report("track_own_interface", line, `${quoted(name)} is the interface of ${instance} itself`, instance);
      seen.add(name);
      checkTrackWords(line, instance, report);
    }
  }
}

function checkTrackWords(line: Statement, instance: string | null, report: Report): void {
  const weight = weightIn(line);
  if (weight !== undefined && whole(weight, -253, 253) === undefined)
    report("track_weight", line, `the weight ${quoted(weight)} is not within -253 to 253`, instance);
  const at = line.words.indexOf("weight");
  const word = line.words.find((one, index) => index > 0 && (at < 1 || index < at || index > at + 1) && !trackWords.has(one));
  if (word !== undefined) report("track_word", line, `keepalived knows no word ${quoted(word)} in a track line`, instance);
}

const trackWords: ReadonlySet<string> = new Set(["reverse", "noreverse", "no_reverse"]);

function weightIn({ words }: Statement): string | undefined {
  const at = words.indexOf("weight");
  return at < 1 ? undefined : (words[at + 1] ?? "");
}

function checkGroups(view: ConfView, report: Report): void {
  const memberOf = new Map<string, string>();
  const names = new Set(view.instances.map(({ name }) => name));
  const weighted = new Set<string>();
  const seen = new Set<string>();
  for (const group of view.groups) {
    const name = group.words[1];
    if (name === undefined || seen.has(name)) continue;
    seen.add(name);
    const lists = named(group.block ?? [], "group");
    const place = lists.at(-1) ?? group;
    const members = lists.flatMap((list) => (list.block ?? []).flatMap((line) => line.words.map((member) => ({ member, line }))));
    let valid = 0;
    for (const { member, line } of members) {
      const other = memberOf.get(member);
      if (!names.has(member))
        report("sync_member_unknown", line, `the sync group ${quoted(name)} names ${quoted(member)}, which is no vrrp_instance`, member);
      else if (other !== undefined)
        report("sync_member_twice", line, `${quoted(member)} is already in the sync group ${quoted(other)}`, member);
      else {
        memberOf.set(member, name);
        valid += 1;
      }
    }
    if (members.length === 0) report("sync_empty", place, `the sync group ${quoted(name)} has no instance`);
    else if (valid === 1) report("sync_single_member", place, `the sync group ${quoted(name)} has one instance only`);
    else if (valid === 0) report("sync_empty", place, `no instance of the sync group ${quoted(name)} exists`);
    if (lastOf(group.block ?? [], "sync_group_tracking_weight") === undefined) weighted.add(name);
  }
  checkWeights(view, memberOf, weighted, report);
}

/** Weights of scripts that an instance of a group tracks by itself, where the group does not allow them. */
function checkWeights(view: ConfView, memberOf: ReadonlyMap<string, string>, strict: ReadonlySet<string>, report: Report): void {
  const own = new Map(
    named(view.statements, "vrrp_script").map(({ words, block }) => [words[1] ?? "", argument(block ?? [], "weight")] as const),
  );
  for (const { name, block } of view.instances) {
    const group = memberOf.get(name);
    if (group === undefined || !strict.has(group)) continue;
    for (const line of linesOf(block, "track_script")) {
      const script = line.words[0] ?? "";
      const weight = whole(weightIn(line) ?? own.get(script), -253, 253) ?? 0;
      if (weight !== 0 && own.has(script))
        report(
          "sync_weighted_script",
          line,
          `the script ${quoted(script)} has a weight, and ${name} is in the sync group ${quoted(group)}`,
          name,
        );
    }
  }
}

const linesOf = (block: Block, keyword: string): readonly Statement[] => named(block, keyword).flatMap((list) => list.block ?? []);
