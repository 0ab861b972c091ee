export type LintSeverity = "error" | "warning" | "note";

/** What a code means, declared once: docs/keepalived-check.md is made of it. */
export interface LintCodeEntry {
  readonly severity: LintSeverity;
  /** One sentence, with what keepalived does about it. */
  readonly meaning: string;
  readonly remedy: string;
}

export interface Finding {
  readonly code: LintCode;
  readonly severity: LintSeverity;
  readonly file: string;
  readonly line: number;
  /** One sentence. Never holds a password. */
  readonly message: string;
  readonly remedy: string;
  /** The vrrp_instance that is concerned; null where it is none in particular. */
  readonly instance: string | null;
}

const error = (meaning: string, remedy: string): LintCodeEntry => ({ severity: "error", meaning, remedy });
const warning = (meaning: string, remedy: string): LintCodeEntry => ({ severity: "warning", meaning, remedy });
const note = (meaning: string, remedy: string): LintCodeEntry => ({ severity: "note", meaning, remedy });

/**
 * Every code, by topic. Codes are stable. `error`: keepalived 2.2.7 complains (`keepalived -t` fails), or the routers cannot work
 * together; `warning`: works, but seldom as meant; `note`: advice.
 */
export const lintCodes = {
  // the file as such
  unreadable: error("The file, or one that it includes, cannot be read.", "Check the path and the permissions."),
  not_text: error("The file holds NUL bytes.", "Write it as plain text."),
  too_large: error(
    "The file, a line, or all files together are larger than is read.",
    "Split the file, or check that it is a configuration.",
  ),
  too_many: error("There are more statements than are read.", "Check that a sequence does not make more lines than meant."),
  too_deep: error("Blocks or includes are nested deeper than is read.", "Check the braces and the includes."),
  unbalanced_braces: error(
    "Braces do not match: keepalived reads the rest as part of the wrong block.",
    "Add the missing brace, or remove the extra one.",
  ),
  include_missing: warning("An include names no file: keepalived goes on without it.", "Correct the path, or remove the include."),
  include_loop: error("A file includes itself.", "Remove one of the includes."),
  unterminated_quote: warning("A double quote is not closed on its line.", 'Add the missing ".'),
  recursive_definition: error("A definition uses itself.", "Give it a value without its own name."),
  bad_sequence: error("A ~SEQ or ~LST is not well formed.", "Write ~SEQ(NAME, START, END) or ~SEQ(NAME, START, STEP, END)."),
  unknown_keyword: error(
    "keepalived 2.2.7 does not know this keyword here: the line is ignored, and a block that follows it derails what comes after.",
    "Correct the spelling, or move the line into the block that it belongs to.",
  ),
  later_keyword: error(
    "The keyword came with a later version of keepalived, which reports it as unknown until then.",
    "Remove it, or update keepalived on every node and name its version: --keepalived-version.",
  ),
  deprecated_keyword: error("The keyword is deprecated: keepalived takes it, and complains.", "Use what has replaced it."),
  missing_argument: error("The keyword needs a value and has none.", "Add the value, or remove the line."),
  missing_block: error(
    "The keyword opens a block and no { follows: keepalived takes the lines that come next for it.",
    "Add { after the keyword, and } after its last line.",
  ),
  set_twice: error("The keyword stands twice, and keepalived takes it once: it keeps the first.", "Remove one of the two lines."),
  flag_bad: error(
    "The keyword is a switch, and the word after it is none: keepalived ignores the line.",
    "Write on or off (or true, false, yes, no), or the keyword alone for on.",
  ),
  word_bad: error("keepalived does not know the word after this keyword.", "Correct the word, or write the keyword alone."),
  block_arguments: error("What the block lists stands beside its keyword: keepalived ignores it.", "Put it between { and }, one a line."),
  missing_name: error("The block needs one name: keepalived ignores it.", "Write the name between the keyword and the brace."),

  // vrrp_instance
  no_instance: note("The file has no vrrp_instance: there is nothing that VRRP does.", "Add a vrrp_instance, or check the includes."),
  duplicate_instance: error(
    "Two instances have the same name: keepalived ignores the second.",
    "Give each vrrp_instance a name of its own.",
  ),
  duplicate_vrid: error(
    "Two instances of one family use the same virtual router ID on one interface: keepalived does not start.",
    "Give each its own virtual_router_id. An IPv4 and an IPv6 instance may share one.",
  ),
  vrid_missing: error(
    "The instance has no virtual_router_id: keepalived does not start.",
    "Add virtual_router_id, the same on every node.",
  ),
  vrid_out_of_range: error("The virtual router ID is not a number from 1 to 255: keepalived does not start.", "Use 1 to 255."),
  priority_out_of_range: error(
    "The priority is not a number from 1 to 255: keepalived uses 100.",
    "Use 1 to 254; 255 is for the owner of the addresses.",
  ),
  priority_missing: note(
    "The instance has no priority: keepalived uses 100, or 255 where the state is MASTER.",
    "Write the priority, a different one on each node.",
  ),
  state_unknown: error(
    "The state is neither MASTER nor BACKUP (in capitals): keepalived uses BACKUP.",
    "Write BACKUP on every node; the priorities elect the master.",
  ),
  interface_missing: error(
    "The instance names no interface: keepalived does not start; default_interface is for static addresses only.",
    "Add interface.",
  ),
  version_unknown: error("The VRRP version is neither 2 nor 3: keepalived ignores it.", "Write 3, which IPv6 needs, or 2."),
  version_after_ipv6: error(
    "version 2 stands after what has already made the instance one of IPv6 (an address, a source, a peer or native_ipv6): keepalived ignores it.",
    "Remove the line: IPv6 belongs to version 3.",
  ),
  version_2_ipv6: warning(
    "VRRP version 2 is defined for IPv4 only: no other implementation understands version 2 over IPv6.",
    "Remove version 2 from this instance.",
  ),
  master_nopreempt: error(
    "nopreempt does not work with state MASTER: keepalived clears it, and the node takes over when it comes back.",
    "Write state BACKUP on every node that has nopreempt.",
  ),
  master_preempt_delay: error(
    "preempt_delay does not work with state MASTER: keepalived clears it.",
    "Write state BACKUP on every node that has preempt_delay.",
  ),
  nopreempt_owner: error(
    "nopreempt does not work with priority 255, the owner of the addresses: keepalived clears it.",
    "Use a priority of at most 254, or remove nopreempt.",
  ),
  nopreempt_preempt_delay: error("preempt_delay has no effect with nopreempt: keepalived clears it.", "Remove one of the two."),
  preempt_delay_out_of_range: error("preempt_delay is not between 0 and 1000 s: keepalived ignores it.", "Use 0 to 1000 seconds."),
  interval_out_of_range: error(
    "advert_int is not between 0.01 and 255 s: keepalived uses 1 s.",
    "Use 0.01 to 40.95 s with version 3, 1 to 255 s with version 2.",
  ),
  interval_fraction_v2: error(
    "Version 2 has whole seconds only: keepalived rounds advert_int.",
    "Use a whole number, or version 3 on every node.",
  ),
  interval_too_long_v3: error("Version 3 has no interval above 40.95 s: keepalived uses 40.95 s.", "Use 40.95 or less."),
  interval_unit_v3: error("Version 3 counts in hundredths of a second: keepalived rounds advert_int.", "Use a multiple of 0.01."),
  native_ipv6: note(
    "native_ipv6 is deprecated: it makes the instance one of IPv6, which its first address does anyway.",
    "Remove the line.",
  ),
  native_ipv6_late: error("native_ipv6 stands in an instance of IPv4: keepalived complains and ignores it.", "Remove the line."),
  interface_loopback: error(
    "VRRP does not run on the loopback interface: keepalived ignores the line.",
    "Name the interface of the segment; an address may be put on lo with `dev lo`.",
  ),
  vrf_interface: error(
    "An instance has an interface or a vrf, not both: keepalived ignores the one that comes later.",
    "Remove one of the two lines.",
  ),
  number_bad: error("The value is no number, or out of the range of the keyword: keepalived ignores it.", "Use a number within the range."),
  vmac_unicast: error(
    "use_vmac with unicast peers needs vmac_xmit_base: keepalived sets it, and complains.",
    "Add vmac_xmit_base to the instance.",
  ),
  ipvlan_source: error("use_ipvlan for IPv4 needs a source address: the instance stays in the state FAULT.", "Write it after use_ipvlan."),
  vmac_base_alone: error("vmac_xmit_base needs use_vmac: keepalived ignores it.", "Add use_vmac, or remove vmac_xmit_base."),
  vmac_name_taken: error(
    "Two instances use one name for their virtual interface: keepalived gives the second another name.",
    "Give each its own name, or none: keepalived makes one of the VRID.",
  ),
  vmac_name: error(
    "The name of the virtual interface is longer than 15 characters: keepalived ignores it.",
    "Use a name of at most 15 characters.",
  ),
  strict_authentication: error(
    "Strict mode does not allow authentication: keepalived ignores it.",
    "Remove the authentication block, or vrrp_strict.",
  ),
  strict_master: error(
    "In strict mode state MASTER is for the owner of the addresses, with priority 255: keepalived starts as BACKUP.",
    "Write state BACKUP.",
  ),
  strict_setting: error(
    "Strict mode does not allow this setting: keepalived puts it back to what the RFC says.",
    "Remove the line, or strict mode.",
  ),
  strict_accept: error("In strict mode version 2 has no accept mode: keepalived clears it.", "Remove accept, or use version 3."),
  strict_first_ipv6: error("In strict mode the first IPv6 address must be link-local.", "List an address of fe80::/10 first."),
  strict_version_2_ipv6: error("In strict mode IPv6 needs version 3: keepalived sets it.", "Remove version 2."),

  // addresses
  mixed_families: error(
    "virtual_ipaddress holds both families; an instance has one, that of its first address: keepalived ignores the others.",
    "Make a second vrrp_instance for the other family; it may have the same virtual_router_id. Or list the others under virtual_ipaddress_excluded.",
  ),
  bad_address: error("The line begins with no IP address: keepalived skips it.", "Write ADDRESS/LENGTH, one a line."),
  bad_prefix: error("The prefix length does not fit the family: keepalived uses /32 or /128.", "Use 0 to 32 for IPv4, 0 to 128 for IPv6."),
  bad_address_word: error("keepalived does not know this word, or its value, in an address line.", "Correct the word, or remove it."),
  ipv6_address_word: error("IPv6 addresses have no broadcast, scope or label.", "Remove the word."),
  too_many_addresses: error(
    "More addresses than fit a packet: the rest is set, but not advertised.",
    "Move what need not be advertised to virtual_ipaddress_excluded, on every node alike.",
  ),
  no_address: error(
    "The instance has no virtual_ipaddress: version 3 does not start without one, version 2 complains.",
    "Add virtual_ipaddress with at least one address.",
  ),
  duplicate_address: warning("The same address is listed twice: keepalived takes it once, and 2.3 complains.", "Remove one of them."),
  first_ipv6_not_link_local: warning(
    "The first IPv6 address is not link-local, as RFC 9568 demands: other implementations may discard the packets.",
    "List an address such as fe80::VRID/64 first; hosts use it as their gateway.",
  ),
  address_without_length: note(
    "An IPv4 address without a prefix length becomes /32.",
    "Write the length of the segment where hosts of the segment are to be reached from this address.",
  ),
  source_bad: error(
    "mcast_src_ip or unicast_src_ip is no IP address: keepalived skips it.",
    "Write one address of this host, without a prefix length.",
  ),
  source_family: error(
    "The source address is of the other family than the instance: keepalived ignores the one that comes later.",
    "Use an address of the family of virtual_ipaddress.",
  ),
  mcast_group_bad: error(
    "mcast_dst_ip is no multicast address of the instance's family: keepalived skips it.",
    "Use a multicast address of the family, or remove the line.",
  ),

  // unicast
  mcast_group_unicast: error("mcast_dst_ip with unicast peers: keepalived ignores it.", "Remove mcast_dst_ip, or the peers."),
  unicast_without_peers: error(
    "A unicast setting, but no unicast_peer: keepalived sends multicast.",
    "Add unicast_peer with the addresses of the other nodes, or remove the unicast settings.",
  ),
  peer_bad: error("A unicast peer is no IP address: keepalived skips it.", "Write one address a line."),
  peer_family: error(
    "A unicast peer is of the other family than the instance: keepalived skips it.",
    "Use addresses of the family of virtual_ipaddress.",
  ),
  peer_is_self: warning("A unicast peer is this node's own unicast_src_ip.", "List only the other nodes."),

  // authentication
  auth_version_3: error(
    "VRRP version 3, and so every IPv6 instance, has no authentication: keepalived ignores the block.",
    "Remove the authentication block; protect the segment instead.",
  ),
  auth_pass_long: error(
    "auth_pass is longer than 8 characters: keepalived cuts it off.",
    "Use at most 8 characters, the same on every node.",
  ),
  auth_type_unknown: error("auth_type is neither PASS nor AH: there is no authentication.", "Write PASS, or remove the block."),
  auth_type_missing: warning("auth_pass without auth_type: there is no authentication.", "Add auth_type PASS, or remove the block."),
  auth_no_password: error("auth_type without auth_pass: keepalived ignores the authentication.", "Add auth_pass, or remove the block."),
  auth_ah_master: error("AH does not work with state MASTER: keepalived starts as BACKUP.", "Write state BACKUP."),
  auth_ah_ipv6: error("AH exists for IPv4 only: keepalived ignores it.", "Remove the authentication block."),

  // tracking and sync groups
  track_unknown: error(
    "What is tracked is not defined, or only further down: keepalived ignores the line.",
    "Define it above the instance, with the same name.",
  ),
  track_duplicate: error("The same thing is tracked twice: keepalived ignores the second line.", "Remove one of the lines."),
  track_own_interface: error(
    "The instance tracks its own interface, which it does anyway: keepalived ignores the line.",
    "Remove the line.",
  ),
  track_word: error(
    "keepalived does not know this word in a track line.",
    "Write NAME, or NAME weight NUMBER, or NAME weight NUMBER reverse.",
  ),
  track_weight: error("The weight is not within -253 to 253: keepalived ignores it.", "Use -253 to 253."),
  script_missing: error("The vrrp_script has no script: keepalived removes it.", "Add script with a command."),
  sync_member_unknown: error(
    "The sync group names an instance that does not exist: keepalived ignores it.",
    "Correct the name, or remove it.",
  ),
  sync_member_twice: error("An instance is in more than one sync group, or in one twice: keepalived ignores the second.", "List it once."),
  sync_single_member: error("A sync group of one instance does nothing.", "Add the other instances, or remove the group."),
  sync_empty: error("The sync group has no instance: keepalived removes it.", "Add group { ... } with its instances."),
  sync_duplicate: error("Two sync groups have the same name: keepalived ignores the second.", "Give each its own name."),
  sync_weighted_script: error(
    "A weighted script of an instance in a sync group is ignored: its members could be elected apart.",
    "Track the script in the vrrp_sync_group, without a weight, or set sync_group_tracking_weight.",
  ),

  // global_defs
  iptables_unsupported: error(
    "vrrp_iptables needs a keepalived that was built with iptables; Debian's has nftables only, and complains.",
    "Write nftables instead.",
  ),
  fifo_missing: note(
    "There is no vrrp_notify_fifo: vrrpwatch learns keepalived's own state from packets and addresses only.",
    "Add to global_defs: vrrp_notify_fifo /run/vrrpwatch/notify.fifo USER, where USER is the user that vrrpwatch runs as.",
  ),
  script_security_off: warning(
    "Scripts are configured without enable_script_security: keepalived runs them although others could change them.",
    "Add enable_script_security and script_user to global_defs.",
  ),

  // this host (--host)
  interface_absent: error(
    "This host has no interface of this name: keepalived does not start.",
    "Correct the name, or set dynamic_interfaces in global_defs.",
  ),
  script_absent: error("The script of a vrrp_script does not exist on this host: keepalived disables it.", "Correct the path."),
  script_refused: error(
    "Script security refuses the script of a vrrp_script: someone other than root may change it or a folder above it.",
    "chown root and chmod go-w the file and every folder above it.",
  ),
  script_insecure: warning(
    "Someone other than root may change the script or a folder above it; without enable_script_security keepalived runs it nevertheless.",
    "chown root and chmod go-w the file and every folder above it, and add enable_script_security.",
  ),
  script_through_link: warning(
    "The path of a tracked script goes through a folder that is a link, such as /bin: keepalived 2.3.3 disables it where it runs as root.",
    "Write the path as realpath prints it: /usr/bin/true for /bin/true.",
  ),
  script_not_executable: warning("The script may not be executed.", "chmod +x the file."),
  notify_absent: warning("The notify script does not exist on this host: nobody will be told.", "Correct the path."),
  notify_refused: warning(
    "Script security refuses the notify script: keepalived disables it when it starts, without a word from keepalived -t.",
    "chown root and chmod go-w the file and every folder above it.",
  ),

  // several files: the nodes of one cluster
  pair_priority: warning(
    "Two nodes have the same priority: the higher address wins, and both may be master for a moment.",
    "Give each node its own priority.",
  ),
  pair_interval: error(
    "The nodes have different intervals: under version 2 they refuse each other's packets, under version 3 they judge the master's silence differently.",
    "Use the same advert_int on every node.",
  ),
  pair_version: error(
    "The nodes speak different VRRP versions: each refuses the other, and both become master.",
    "Use the same version on every node.",
  ),
  pair_authentication: error(
    "The nodes authenticate differently: each refuses the other, and both become master.",
    "Use the same authentication, or none, on every node.",
  ),
  pair_addresses: error(
    "The nodes have different virtual addresses: the backup refuses the master's packets, and both become master.",
    "List the same addresses in virtual_ipaddress on every node.",
  ),
  pair_transport: error(
    "One node uses multicast, the other unicast: neither hears the other, and both become master.",
    "Use unicast_peer on every node, or on none.",
  ),
  pair_peer: warning(
    "A node's unicast_src_ip is not among the other's unicast peers.",
    "List every other node's address under unicast_peer.",
  ),
  pair_vrid: error(
    "The nodes hold the same address under different virtual router IDs: both become master.",
    "Use the same virtual_router_id on every node.",
  ),
  pair_lonely: warning(
    "Only one of the nodes has this instance: nobody takes over.",
    "Add the instance to the other nodes, or check its virtual_router_id.",
  ),
} as const satisfies Record<string, LintCodeEntry>;

export type LintCode = keyof typeof lintCodes;

/** Where a finding stands. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Reports one finding; its severity and remedy come from the declaration, unless the place has a better remedy. */
export type Report = (code: LintCode, place: Place, message: string, instance?: string | null, remedy?: string) => void;

/**
 * Words of a file in a message: short, and without what could disturb a terminal. Blanks that nobody sees, copied from a web page or left
 * by an editor, are spelled out: they are the fault.
 */
export function quoted(text: string): string {
  const plain = text
    .replaceAll(
      /[\u00a0\u2000-\u200f\u2028-\u202f\u2060-\u2069\u3000\ufeff]/g,
      (sign) => `<U+${sign.charCodeAt(0).toString(16).padStart(4, "0")}>`,
    )
    .replaceAll(/[^\x21-\x7e\u00a0-\u{10ffff}]/gu, "?");
  return `'${plain.length > 60 ? `${plain.slice(0, 60)}...` : plain}'`;
}
