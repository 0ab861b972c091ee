import { quoted, type Report } from "./finding.ts";
import { named, notifyKeywords } from "./keywords.ts";
import { lastOf, whole } from "./values.ts";
import { type ConfView, isMulticast } from "./view.ts";

/** global_defs, and what an agent on the host needs of it. */
export function checkGlobals(view: ConfView, report: Report): void {
  const { globals, statements, instances } = view;
  const iptables = lastOf(globals, "vrrp_iptables");
  if (iptables !== undefined) report("iptables_unsupported", iptables, "vrrp_iptables: this build of keepalived has no iptables");
  for (const line of named(globals, "vrrp_version"))
    if (line.words[1] !== undefined && whole(line.words[1], 2, 3) === undefined)
      report("version_unknown", line, `there is no VRRP version ${quoted(line.words[1])}`);
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

const hasScripts = ({ statements, instances, groups }: ConfView): boolean =>
  named(statements, "vrrp_script").length > 0 ||
  [...instances.map(({ block }) => block), ...groups.map(({ block }) => block ?? [])].some((block) =>
    block.some(({ words }) => notifyKeywords.includes(words[0] ?? "")),
  );
