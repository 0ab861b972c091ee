import { quoted, type Report } from "./finding.ts";
import { named, notifyKeywords } from "./keywords.ts";
import { decimal, lastOf, whole } from "./values.ts";
import { type Block, type ConfView, isMulticast } from "./view.ts";

/** global_defs, and what an agent on the host needs of it. */
export function checkGlobals(view: ConfView, report: Report): void {
  const { globals, statements, instances } = view;
  const iptables = lastOf(globals, "vrrp_iptables");
  if (iptables !== undefined) report("iptables_unsupported", iptables, "vrrp_iptables: this build of keepalived has no iptables");
  for (const line of named(globals, "vrrp_version"))
    if (line.words[1] !== undefined && whole(line.words[1], 2, 3) === undefined)
      report("version_unknown", line, `there is no VRRP version ${quoted(line.words[1])}`);
  checkNumbers(globals, report);
  for (const [keyword, family] of [
    ["vrrp_mcast_group4", "ipv4"],
    ["vrrp_mcast_group6", "ipv6"],
  ] as const) {
    const line = lastOf(globals, keyword);
    const text = line?.words[1];
    if (line !== undefined && text !== undefined && !isMulticast(text, family))
      report("mcast_group_bad", line, `${keyword} ${quoted(text)} is no multicast address of its family`);
  }
  const [first] = instances;
  if (first === undefined) return;
  const place = named(statements, "global_defs")[0] ?? first.statement;
  if (lastOf(globals, "vrrp_notify_fifo") === undefined) report("fifo_missing", place, "there is no vrrp_notify_fifo");
  if (lastOf(globals, "enable_script_security") === undefined && hasScripts(view))
    report("script_security_off", place, "scripts are configured, but not enable_script_security");
}

const counts = ["vrrp_garp_master_delay", "vrrp_garp_master_refresh", "vrrp_garp_lower_prio_delay"];
const positive = ["vrrp_garp_master_repeat", "vrrp_garp_master_refresh_repeat"];
const intervals = ["vrrp_garp_interval", "vrrp_gna_interval"];

function checkNumbers(globals: Block, report: Report): void {
  for (const line of globals) {
    const [keyword = "", value] = line.words;
    if (value === undefined) continue;
    const bad =
      (counts.includes(keyword) && whole(value, 0, 2_147_483_647) === undefined) ||
      (positive.includes(keyword) && whole(value, 1, 2_147_483_647) === undefined) ||
      (intervals.includes(keyword) && (decimal(value) ?? 0) < 0.000001) ||
      (keyword === "vrrp_down_timer_adverts" && whole(value, 1, 100) === undefined);
    if (bad) report("number_bad", line, `${keyword} ${quoted(value)} is no number, or out of range`);
  }
}

const hasScripts = ({ statements, instances, groups }: ConfView): boolean =>
  named(statements, "vrrp_script").length > 0 ||
  [...instances.map(({ block }) => block), ...groups.map(({ block }) => block ?? [])].some((block) =>
    block.some(({ words }) => notifyKeywords.includes(words[0] ?? "")),
  );
