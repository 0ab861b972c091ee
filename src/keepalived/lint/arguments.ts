import type { Statement } from "../conf/statement.ts";
import { quoted, type Report } from "./finding.ts";
import { notifyKeywords } from "./keywords.ts";
import { decimal, whole } from "./values.ts";
import type { Block, ConfView } from "./view.ts";

/** What has to stand after a keyword. */
type Argument =
  /** A value, which other rules judge. */
  | { readonly kind: "text" }
  /** Nothing, or on, off, true, false, yes, no. */
  | { readonly kind: "flag" }
  /** One of these words, or nothing. */
  | { readonly kind: "choice"; readonly words: readonly string[] }
  | { readonly kind: "whole" | "decimal"; readonly min: number; readonly max: number; readonly optional: boolean; readonly all: boolean };

const UNSIGNED = 4_294_967_295;
const INTEGER = 2_147_483_647;

const text: Argument = { kind: "text" };
const flag: Argument = { kind: "flag" };
const choice = (...words: readonly string[]): Argument => ({ kind: "choice", words });
const count = (min: number, max = UNSIGNED): Argument => ({ kind: "whole", min, max, optional: false, all: false });
const number = (min: number, max: number): Argument => ({ kind: "decimal", min, max, optional: false, all: false });
/** Seconds, after the word `all` or without it. */
const countOrAll = (min: number, max: number): Argument => ({ kind: "whole", min, max, optional: false, all: true });
const each = (argument: Argument, keywords: string): Record<string, Argument> =>
  Object.fromEntries(keywords.split(/\s+/).map((keyword) => [keyword, argument]));

const notifyScripts = each(text, "notify notify_master notify_backup notify_fault notify_stop");
const weight = { weight: count(-254, 254) };
const trackFile: Readonly<Record<string, Argument>> = { file: text, ...weight };

/**
 * What keepalived 2.2.7 takes after its keywords, block by block: each tried with the real one, which ends with a complaint for all
 * else. What is not listed is judged by a rule of its own, or takes anything.
 */
const inBlock: Readonly<Record<string, Readonly<Record<string, Argument>>>> = {
  global_defs: {
    ...each(
      text,
      `config_save_dir snmp_socket vrrp_process_name checker_process_name bfd_process_name process_name notification_email_from
       smtp_server startup_script shutdown_script default_interface lvs_sync_daemon vrrp_notify_fifo vrrp_notify_fifo_script
       lvs_notify_fifo lvs_notify_fifo_script notify_fifo notify_fifo_script dbus_service_name script_user vmac_prefix
       vmac_addr_prefix reload_time_file tmp_config_directory router_id vrrp_mcast_group4 vrrp_mcast_group6 vrrp_version umask
       vrrp_rx_bufs_policy`,
    ),
    ...each(
      flag,
      `smtp_alert smtp_alert_vrrp smtp_alert_checker checker_log_all_failures vrrp_min_garp vrrp_lower_prio_no_advert
       vrrp_higher_prio_send_advert vrrp_notify_priority_changes rs_init_notifies no_checker_emails data_use_instance
       vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs_force
       lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs_force`,
    ),
    ...each(count(0, 4_294), "vrrp_garp_master_delay vrrp_garp_lower_prio_delay"),
    ...each(count(1), "vrrp_garp_master_repeat vrrp_garp_master_refresh_repeat vrrp_rx_bufs_multiplier nftables_ipvs_start_fwmark"),
    ...each(count(0), "vrrp_garp_master_refresh vrrp_garp_lower_prio_repeat random_seed"),
    ...each(
      count(0),
      `vrrp_netlink_cmd_rcv_bufs vrrp_netlink_monitor_rcv_bufs process_monitor_rcv_bufs lvs_netlink_cmd_rcv_bufs
       lvs_netlink_monitor_rcv_bufs`,
    ),
    ...each(count(1), `vrrp_rlimit_rttime vrrp_rlimit_rtime checker_rlimit_rttime checker_rlimit_rtime bfd_rlimit_rttime bfd_rlimit_rtime`),
    ...each(count(-20, 19), "vrrp_priority checker_priority bfd_priority"),
    ...each(count(1, 99), "vrrp_rt_priority checker_rt_priority bfd_rt_priority"),
    ...each(count(-INTEGER, INTEGER), "nftables_priority nftables_ipvs_priority"),
    ...each(count(1, 1_000), "startup_script_timeout shutdown_script_timeout"),
    ...each(number(0.000001, 4_294.967295), "vrrp_garp_interval vrrp_gna_interval"),
    vrrp_startup_delay: number(0.001, 4_294.967295),
    vrrp_down_timer_adverts: count(1, 100),
    vrrp_garp_extra_if: countOrAll(1, 86_400),
    smtp_connect_timeout: count(1, 4_294),
    min_auto_priority_delay: count(1, 10_000_000),
    max_auto_priority: { kind: "whole", min: -1, max: 99, optional: true, all: false },
    dynamic_interfaces: choice("allow_if_changes"),
  },
  vrrp_instance: {
    ...notifyScripts,
    ...each(
      text,
      `state interface virtual_router_id priority advert_int version mcast_src_ip unicast_src_ip mcast_dst_ip preempt_delay vrf
       notify_master_rx_lower_pri`,
    ),
    ...each(flag, "smtp_alert lower_prio_no_advert higher_prio_send_advert skip_check_adv_addr strict_mode notify_priority_changes"),
    ...each(count(0, 4_294), "garp_master_delay garp_lower_prio_delay"),
    ...each(count(1), "garp_master_repeat garp_master_refresh_repeat"),
    ...each(count(0), "garp_master_refresh garp_lower_prio_repeat kernel_rx_buf_size"),
    garp_extra_if: countOrAll(0, 86_400),
    down_timer_adverts: count(1, 100),
    debug: count(0, 4),
    unicast_ttl: count(0, 255),
    old_unicast_checksum: choice("never"),
  },
  vrrp_sync_group: { ...notifyScripts, ...each(flag, "smtp_alert notify_priority_changes") },
  vrrp_script: {
    ...each(text, "script weight user"),
    ...each(count(1, 4_294), "interval timeout"),
    ...each(count(1, INTEGER), "rise fall"),
  },
  vrrp_track_process: {
    ...weight,
    ...each(number(0.000001, 3_600), "delay fork_delay terminate_delay"),
    process: text,
    quorum: count(1, 65_535),
    quorum_max: count(0, 65_535),
    param_match: choice("initial", "partial", "exact"),
  },
  track_file: trackFile,
  vrrp_track_file: trackFile,
  authentication: each(text, "auth_type auth_pass"),
};

/** Keywords that keepalived takes once: it complains of a second one, and keeps the first. */
const once: Readonly<Record<string, readonly string[]>> = {
  global_defs: ["notify_fifo", "vrrp_notify_fifo", "lvs_notify_fifo"].flatMap((fifo) => [fifo, `${fifo}_script`]),
  vrrp_instance: notifyKeywords.filter((keyword) => keyword !== "notify_deleted"),
  vrrp_sync_group: ["group", ...notifyKeywords.filter((keyword) => Object.hasOwn(notifyScripts, keyword))],
  vrrp_track_process: ["process"],
  track_file: ["file"],
  vrrp_track_file: ["file"],
};

/** What stands after the keywords, and keywords that stand twice. */
export function checkArguments(view: ConfView, report: Report): void {
  const first = new Set(view.instances.map(({ statement }) => statement));
  // global_defs may stand in parts, which are one.
  checkBlock("global_defs", view.globals, null, report);
  for (const statement of view.statements) {
    const [keyword = "", name] = statement.words;
    if (keyword === "global_defs" || !Object.hasOwn(inBlock, keyword)) continue;
    if (keyword === "vrrp_instance" && !first.has(statement)) continue;
    const instance = keyword === "vrrp_instance" ? (name ?? null) : null;
    const block = statement.block ?? [];
    checkBlock(keyword, block, instance, report);
    for (const inner of block) if (inner.words[0] === "authentication") checkBlock("authentication", inner.block ?? [], instance, report);
  }
}

function checkBlock(name: string, block: Block, instance: string | null, report: Report): void {
  const known = inBlock[name] ?? {};
  const seen = new Map<string, Statement>();
  for (const statement of block) {
    const [keyword = ""] = statement.words;
    if (Object.hasOwn(known, keyword)) checkArgument(known[keyword] ?? text, statement, instance, report);
    if (once[name]?.includes(keyword) !== true) continue;
    const before = seen.get(keyword);
    if (before === undefined) seen.set(keyword, statement);
    else report("set_twice", statement, `${keyword} is already set in ${before.file}:${before.line}`, instance);
  }
}

const flags: readonly string[] = ["on", "off", "true", "false", "yes", "no"];

function checkArgument(argument: Argument, statement: Statement, instance: string | null, report: Report): void {
  const [keyword = "", ...values] = statement.words;
  const value = "all" in argument && argument.all && values[0] === "all" ? values[1] : values[0];
  if (value === undefined) {
    const needed = argument.kind === "text" || ("optional" in argument && !argument.optional);
    if (needed) report("missing_argument", statement, `${keyword} has no value`, instance);
    return;
  }
  const wrong = complaint(argument, value);
  if (wrong !== undefined) report(wrong.code, statement, `${keyword} ${quoted(value)} is ${wrong.text}`, instance);
}

function complaint(
  argument: Argument,
  value: string,
): { readonly code: "flag_bad" | "word_bad" | "number_bad"; readonly text: string } | undefined {
  if (argument.kind === "text") return undefined;
  if (argument.kind === "flag") return flags.includes(value) ? undefined : { code: "flag_bad", text: "neither on nor off" };
  if (argument.kind === "choice")
    return argument.words.includes(value) ? undefined : { code: "word_bad", text: `not ${argument.words.join(" or ")}` };
  const { min, max } = argument;
  const bounds = max >= INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  if (argument.kind === "whole")
    return whole(value, min, max) === undefined ? { code: "number_bad", text: `not a whole number ${bounds}` } : undefined;
  const read = decimal(value);
  return read === undefined || read < min || read > max ? { code: "number_bad", text: `not a number ${bounds}` } : undefined;
}
