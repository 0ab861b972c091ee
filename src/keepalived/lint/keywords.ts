import type { Statement } from "../conf/statement.ts";

/**
 * The keywords of keepalived 2.2.7, block by block: those of keepalived.conf(5) that Debian's build takes, and what else it takes
 * when each word that stands in the program is tried in each block.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Blocks whose statements are checked here; what other blocks hold (IPVS, BFD, routes) is not judged. */
const inBlock: Readonly<Record<string, readonly string[]>> = {
  "": words(`
    global_defs static_ipaddress static_routes static_rules track_group vrrp_sync_group vrrp_instance vrrp_script vrrp_track_process
    track_file vrrp_track_file garp_group linkbeat_interfaces interface_up_down_delays bfd_instance virtual_server virtual_server_group
    SSL net_namespace net_namespace_ipvs namespace_with_ipsets instance use_pid_dir child_wait_time linkbeat_use_polling`),
  global_defs: words(`
    tmp_config_directory config_save_dir process_names process_name vrrp_process_name checker_process_name bfd_process_name
    startup_script startup_script_timeout shutdown_script shutdown_script_timeout notification_email notification_email_from
    smtp_server smtp_helo_name smtp_connect_timeout smtp_alert smtp_alert_vrrp smtp_alert_checker checker_log_all_failures
    no_email_faults router_id vrrp_mcast_group4 vrrp_mcast_group6 default_interface lvs_sync_daemon lvs_timeouts
    lvs_flush lvs_flush_on_stop vrrp_garp_master_delay vrrp_garp_master_repeat vrrp_garp_lower_prio_delay vrrp_down_timer_adverts
    vrrp_garp_lower_prio_repeat vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat vrrp_garp_interval vrrp_gna_interval
    vrrp_min_garp vrrp_garp_extra_if vrrp_lower_prio_no_advert vrrp_higher_prio_send_advert vrrp_version nftables
    nftables_priority nftables_counters nftables_ifindex nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark
    vrrp_iptables disable_local_igmp vrrp_check_unicast_src vrrp_skip_check_adv_addr vrrp_strict
    vrrp_notify_priority_changes max_auto_priority min_auto_priority_delay vrrp_priority checker_priority bfd_priority
    vrrp_no_swap checker_no_swap bfd_no_swap vrrp_cpu_affinity checker_cpu_affinity bfd_cpu_affinity vrrp_rt_priority
    checker_rt_priority bfd_rt_priority vrrp_rlimit_rttime checker_rlimit_rttime bfd_rlimit_rttime vrrp_rlimit_rtime
    checker_rlimit_rtime bfd_rlimit_rtime snmp_socket enable_snmp_vrrp enable_snmp_keepalived enable_snmp_checker enable_snmp_rfc
    enable_snmp_rfcv2 enable_snmp_rfcv3 enable_traps enable_dbus dbus_service_name script_user enable_script_security
    notify_fifo notify_fifo_script vrrp_notify_fifo vrrp_notify_fifo_script lvs_notify_fifo lvs_notify_fifo_script
    fifo_write_vrrp_states_on_reload dynamic_interfaces vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force
    vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force
    lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs process_monitor_rcv_bufs_force
    vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier rs_init_notifies no_checker_emails umask vrrp_startup_delay log_unknown_vrids
    vmac_prefix vmac_addr_prefix random_seed reload_check_config reload_time_file reload_repeat reload_file data_use_instance
    lvs_flush_onstop lvs_process_name`),
  vrrp_instance: words(`
    state interface vrf use_vmac use_vmac_addr vmac_xmit_base use_ipvlan native_ipv6 dont_track_primary track_interface track_script
    track_file track_process track_bfd mcast_src_ip unicast_src_ip mcast_dst_ip track_src_ip version check_unicast_src unicast_peer
    unicast_fault_no_peer unicast_ttl old_unicast_checksum garp_master_delay garp_master_repeat garp_lower_prio_delay
    garp_lower_prio_repeat garp_master_refresh garp_master_refresh_repeat garp_extra_if down_timer_adverts lower_prio_no_advert
    higher_prio_send_advert virtual_router_id priority advert_int authentication virtual_ipaddress virtual_ipaddress_excluded
    promote_secondaries virtual_routes virtual_rules accept no_accept nopreempt preempt preempt_delay skip_check_adv_addr
    strict_mode debug notify_master notify_backup notify_fault notify_stop notify_deleted notify notify_master_rx_lower_pri
    notify_priority_changes smtp_alert kernel_rx_buf_size`),
  vrrp_sync_group: words(`
    group track_interface track_script track_file track_process track_bfd notify_master notify_backup notify_fault notify_stop
    notify notify_priority_changes smtp_alert sync_group_tracking_weight`),
  vrrp_script: words("script interval timeout weight rise fall user init_fail"),
  vrrp_track_process: words("process param_match weight quorum quorum_max fork_delay terminate_delay delay full_command"),
  track_file: words("file weight init_file"),
  vrrp_track_file: words("file weight init_file"),
  authentication: words("auth_type auth_pass"),
};

/** Keywords that 2.2.7 still takes, and complains of, with what replaces them. */
const deprecated: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  global_defs: { vrrp_vmac_garp_intvl: "vrrp_garp_extra_if" },
  vrrp_instance: {
    vmac_garp_intvl: "garp_extra_if",
    lvs_sync_daemon_interface: "lvs_sync_daemon in global_defs",
    linkbeat_use_polling: "a linkbeat_interfaces block",
  },
  vrrp_sync_group: { global_tracking: "track_interface, track_script or track_file in the group" },
};

/** Keywords that came after 2.2.7, with the version that has them first. */
const later: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  global_defs: {
    json_version: "2.2.8",
    dbus_no_interface_name: "2.3.0",
    thread_timer_expired: "2.3.2",
    timer_expired_backup: "2.2.8",
    state_dump_file: "2.3.3",
    stats_dump_file: "2.3.3",
    json_dump_file: "2.3.3",
    vrrp_owner_ignore_adverts: "2.3.3",
    vrrp_delay_after_boot: "2.4.0",
  },
  vrrp_instance: {
    v3_checksum_as_v2: "2.2.8",
    no_virtual_ipaddress: "2.2.8",
    timer_expired_backup: "2.2.8",
    owner_ignore_adverts: "2.3.3",
    auth_hmac: "2.4.0",
  },
};

/** The keywords of a block of this name; undefined where its statements are no keywords or are not judged here. */
export const keywordsOf = (block: string): readonly string[] | undefined => (Object.hasOwn(inBlock, block) ? inBlock[block] : undefined);

/** What replaces a keyword that this block should not have any more. */
export const replacementOf = (block: string, keyword: string): string | undefined => valueIn(deprecated, block, keyword);

/** The version of keepalived that has this keyword in this block first, where that is after 2.2.7. */
export const laterVersionOf = (block: string, keyword: string): string | undefined => valueIn(later, block, keyword);

function valueIn(table: Readonly<Record<string, Readonly<Record<string, string>>>>, block: string, keyword: string): string | undefined {
  const known = Object.hasOwn(table, block) ? table[block] : undefined;
  return known !== undefined && Object.hasOwn(known, keyword) ? known[keyword] : undefined;
}

/** The blocks in which a keyword is known. */
export const blocksWith = (keyword: string): readonly string[] => Object.keys(inBlock).filter((block) => inBlock[block]?.includes(keyword));

/** Keywords of an instance that hold a script, with the script as their first word. */
export const notifyKeywords: readonly string[] = words(
  "notify notify_master notify_backup notify_fault notify_stop notify_deleted notify_master_rx_lower_pri",
);

/** Statements of the file as such with this keyword. */
export const named = (statements: readonly Statement[], keyword: string): readonly Statement[] =>
  statements.filter((statement) => statement.words[0] === keyword);
