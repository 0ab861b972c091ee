import { nearest } from "../../lib/nearest.ts";
import type { ConfProblem, Statement } from "../conf/statement.ts";
import { type LintCode, lintCodes, quoted, type Report } from "./finding.ts";
import { blocksWith, keywordsOf, laterVersionOf, replacementOf } from "./keywords.ts";
import type { Block, ConfView } from "./view.ts";

/** What a person is told for each problem of the parser: bounds and braces have one code, whichever was met. */
export const parserCodes = {
  absent: "unreadable",
  unreadable: "unreadable",
  not_a_file: "unreadable",
  not_text: "not_text",
  too_large: "too_large",
  include_missing: "include_missing",
  include_loop: "include_loop",
  include_depth: "too_deep",
  too_many_files: "too_many",
  missing_brace: "unbalanced_braces",
  extra_brace: "unbalanced_braces",
  unexpected_brace: "unbalanced_braces",
  block_depth: "too_deep",
  too_many_statements: "too_many",
  too_many_expansions: "too_many",
  recursive_definition: "recursive_definition",
  bad_sequence: "bad_sequence",
  unterminated_quote: "unterminated_quote",
} as const satisfies Readonly<Record<ConfProblem["code"], LintCode>>;

/** What the parser found wrong with the files as such. */
export function reportProblems(problems: readonly ConfProblem[], report: Report): void {
  for (const { code, file, line, message } of problems) report(parserCodes[code], { file, line }, message);
}

/** Keywords that nobody knows, in the blocks whose keywords are known. */
export function checkStructure(view: ConfView, version: string, report: Report): void {
  checkBlock("", view.statements, null, version, report);
  if (view.instances.length === 0) {
    const [first] = view.statements;
    if (first !== undefined) report("no_instance", first, lintCodes.no_instance.meaning);
  }
}

/** Blocks within these are judged by the rules of their own topic, or not at all. */
const nested: ReadonlySet<string> = new Set(["authentication"]);

/** Blocks without a name of their own. */
const listBlocks: ReadonlySet<string> = new Set([
  "authentication",
  "group",
  "track_bfd",
  "track_file",
  "track_interface",
  "track_process",
  "track_script",
  "unicast_peer",
  "virtual_ipaddress",
  "virtual_ipaddress_excluded",
]);

function checkBlock(name: string, block: Block, instance: string | null, version: string, report: Report): void {
  const known = keywordsOf(name);
  if (known === undefined) return;
  for (const [i, statement] of block.entries()) {
    const [keyword = ""] = statement.words;
    if (!known.includes(keyword)) {
      if (isBarePassword(block[i - 1]))
        report(
          "unknown_keyword",
          statement,
          "the line after auth_pass is no keyword: if it is the password, write it behind auth_pass",
          instance,
        );
      else if (!hasBy(version, name, keyword)) unknown(name, keyword, statement, instance, report);
    }
    if (listBlocks.has(keyword) && name !== "" && statement.block === null)
      report("missing_block", statement, `no { follows ${keyword}`, instance);
    if (listBlocks.has(keyword) && statement.words.length > 1 && name !== "")
      report("block_arguments", statement, `${keyword} opens a block: what it lists belongs between the braces`, instance);
    const inside = statement.block ?? [];
    if (name === "") checkBlock(keyword, inside, keyword === "vrrp_instance" ? (statement.words[1] ?? null) : null, version, report);
    else if (nested.has(keyword)) checkBlock(keyword, inside, instance, version, report);
  }
}

/** Whether a keyword that came after 2.2.7 is there in this version. */
function hasBy(version: string, block: string, keyword: string): boolean {
  const first = laterVersionOf(block, keyword);
  return first !== undefined && first.localeCompare(version, "en", { numeric: true }) <= 0;
}

/** Whoever writes `auth_pass` alone on a line may have the password on the next. */
const isBarePassword = (statement: Statement | undefined): boolean =>
  statement?.words[0] === "auth_pass" && (statement.secretLength ?? 0) === 0;

function unknown(block: string, keyword: string, statement: Statement, instance: string | null, report: Report): void {
  const version = laterVersionOf(block, keyword);
  if (version !== undefined) {
    report("later_keyword", statement, `${keyword} needs keepalived ${version} or later`, instance);
    return;
  }
  const replacement = replacementOf(block, keyword);
  if (replacement !== undefined) {
    report("deprecated_keyword", statement, `${keyword} is deprecated`, instance, `Use ${replacement}.`);
    return;
  }
  const near = nearest(keyword, keywordsOf(block) ?? []);
  const elsewhere = blocksWith(keyword);
  const where = block === "" ? "outside of all blocks" : `in ${block}`;
  let remedy: string | undefined;
  if (near !== null) remedy = `Did you mean ${near}?`;
  else if (elsewhere.length > 0) remedy = `Move it to ${elsewhere.map((one) => (one === "" ? "the top level" : one)).join(" or ")}.`;
  report("unknown_keyword", statement, `keepalived knows no keyword ${quoted(keyword)} ${where}`, instance, remedy);
}

/** Blocks that need a name, and names that are used twice. */
export function checkNames(view: ConfView, report: Report): void {
  const seen = new Map<string, Statement>();
  for (const statement of view.statements) {
    const [keyword = "", name] = statement.words;
    if (!["vrrp_instance", "vrrp_sync_group", "vrrp_script", "track_file", "vrrp_track_file", "vrrp_track_process"].includes(keyword))
      continue;
    if (name === undefined || statement.words.length > 2) {
      report("missing_name", statement, name === undefined ? `${keyword} has no name` : `${keyword} has more than one name`);
      continue;
    }
    const key = `${keyword} ${name}`;
    const first = seen.get(key);
    const code = keyword === "vrrp_instance" ? "duplicate_instance" : keyword === "vrrp_sync_group" ? "sync_duplicate" : undefined;
    if (first === undefined) seen.set(key, statement);
    else if (code !== undefined)
      report(code, statement, `${keyword} ${quoted(name)} is already defined in ${first.file}:${first.line}`, name);
  }
}
