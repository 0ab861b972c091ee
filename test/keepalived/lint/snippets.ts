/**
 * Files for keepalived's own judgement and ours. `bad` says which codes of severity error we give; the real keepalived must complain
 * exactly of those snippets that have one.
 */
export interface Snippet {
  readonly title: string;
  readonly text: string;
  /** Codes of severity error, as a set; empty for a file without fault. */
  readonly errors: readonly string[];
}

/** Without these keepalived 2.2.7 looks for a user that may not exist; and its own test ends itself under another user than root. */
const global = (lines = ""): string => `global_defs {
    router_id lab
    script_user root
    enable_script_security
${lines}}
`;

const VIP = "    virtual_ipaddress {\n        192.0.2.100/24\n    }\n";
const VIP6 = "    virtual_ipaddress {\n        fe80::51/64\n        2001:db8::100/64\n    }\n";

interface InstanceParts {
  readonly name?: string;
  readonly vrid?: string;
  readonly state?: string;
  readonly priority?: string;
  readonly addresses?: string;
  readonly more?: string;
}

const instance = ({
  name = "VI_1",
  vrid = "51",
  state = "BACKUP",
  priority = "100",
  addresses = VIP,
  more = "",
}: InstanceParts = {}): string =>
  `vrrp_instance ${name} {
    state ${state}
    interface eth0
    virtual_router_id ${vrid}
    priority ${priority}
${more}${addresses}}
`;

const good = (title: string, text: string): Snippet => ({ title, text, errors: [] });
const bad = (title: string, text: string, ...errors: readonly string[]): Snippet => ({ title, text, errors });

const PASS = "    authentication {\n        auth_type PASS\n        auth_pass lab12345\n    }\n";
const many = (count: number, make: (index: number) => string): string =>
  `    virtual_ipaddress {\n${Array.from({ length: count }, (_, i) => `        ${make(i)}\n`).join("")}    }\n`;
const list = (...lines: readonly string[]): string =>
  `    virtual_ipaddress {\n${lines.map((line) => `        ${line}\n`).join("")}    }\n`;
const script = (name: string, more = ""): string => `vrrp_script ${name} {\n    script /bin/true\n${more}}\n`;
const twoInstances = instance() + instance({ name: "VI_6", addresses: VIP6 });

export const snippets: readonly Snippet[] = [
  good("one IPv4 instance", global() + instance()),
  good("one IPv6 instance, link-local first", global() + instance({ addresses: VIP6 })),
  good("dual stack in two instances with one VRID", global() + twoInstances),
  good(
    "dual stack with virtual_ipaddress_excluded",
    global() + instance({ more: "    virtual_ipaddress_excluded {\n        2001:db8::100/64\n    }\n" }),
  ),
  good("IPv6 without a link-local address", global() + instance({ addresses: list("2001:db8::100/64") })),
  good("native_ipv6", global() + instance({ addresses: VIP6, more: "    native_ipv6\n" })),
  good(
    "IPv6 unicast",
    global() + instance({ addresses: VIP6, more: "    unicast_src_ip 2001:db8::1\n    unicast_peer {\n        2001:db8::2\n    }\n" }),
  ),
  good("use_vmac with IPv6", global() + instance({ addresses: VIP6, more: "    use_vmac\n    vmac_xmit_base\n" })),
  good("IPv4 with version 3 and a short interval", global("    vrrp_version 3\n") + instance({ more: "    advert_int 0.25\n" })),
  good("authentication under version 2", global() + instance({ more: PASS })),
  good("auth_pass alone", global() + instance({ more: "    authentication {\n        auth_pass abc\n    }\n" })),
  good("state MASTER", global() + instance({ state: "MASTER" })),
  good("BACKUP with nopreempt", global() + instance({ more: "    nopreempt\n" })),
  good("BACKUP with preempt_delay", global() + instance({ more: "    preempt_delay 30\n" })),
  good("a file without any statement", "! nothing\n"),
  good("255 IPv4 addresses", global() + instance({ addresses: many(255, (i) => `198.51.100.${i}/32`) })),
  good("89 IPv6 addresses", global() + instance({ addresses: many(89, (i) => `fe80::${(i + 1).toString(16)}/64`) })),
  good("an address twice", global() + instance({ addresses: list("192.0.2.100/24", "192.0.2.100/24") })),
  good(
    "all words of an address line",
    global() +
      instance({
        addresses: list(
          "192.0.2.100/24 brd + dev eth0 scope global label eth0:1 no_track",
          "192.0.2.101 peer 192.0.2.102 noprefixroute preferred_lft forever",
        ),
      }),
  ),
  good(
    "words of an IPv6 line",
    global() + instance({ addresses: list("fe80::51/64 dev eth0 -nodad home", "2001:db8::1/64 preferred_lft 300 no_track") }),
  ),
  good(
    "a script that is tracked",
    global() + script("s", "    weight -20\n    interval 2\n    fall 3\n") + instance({ more: "    track_script {\n        s\n    }\n" }),
  ),
  good(
    "a sync group of both families",
    `${global()}vrrp_sync_group G {\n    group {\n        VI_1\n        VI_6\n    }\n}\n${twoInstances}`,
  ),
  good("track_interface with a weight", global() + instance({ more: "    track_interface {\n        other weight -10\n    }\n" })),
  good("version 3 in the instance", global() + instance({ more: "    version 3\n    advert_int 0.5\n" })),
  good("version 2 over IPv6", global() + instance({ addresses: VIP6, more: "    version 2\n" })),
  good("vrrp_notify_fifo", global("    vrrp_notify_fifo /run/vw-lint.fifo\n") + instance()),
  good("mcast_src_ip", global() + instance({ more: "    mcast_src_ip 192.0.2.1\n" })),
  good("strict mode without authentication", global("    vrrp_strict\n") + instance()),
  good("strict mode, MASTER and owner", global("    vrrp_strict\n") + instance({ state: "MASTER", priority: "255" })),
  good("an include that names no file", `${global()}include /nonexistent/vw-*.conf\n${instance()}`),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: keepalived's own way to write a definition
  good("definitions and sequences", `$BASE=198.51.100\n${global()}${instance({ addresses: list("~SEQ(N,1,3) ${BASE}.${N}/32") })}`),
  good("comments in odd places", `${global()}# one\n${instance({ more: "    advert_int 1 ! seconds\n" })}! end\n`),
  good(
    "notify and garp settings",
    global() +
      instance({
        more: "    garp_master_delay 2\n    garp_master_repeat 3\n    notify /bin/true\n    promote_secondaries\n    dont_track_primary\n",
      }),
  ),
  good("longest interval of version 3", global() + instance({ addresses: VIP6, more: "    advert_int 40.95\n" })),
  good("no priority and no state", `${global()}vrrp_instance V {\n    interface eth0\n    virtual_router_id 7\n${VIP}}\n`),
  good(
    "the same VRID in two multicast groups",
    global() + instance() + instance({ name: "VI_2", more: "    mcast_dst_ip 224.0.0.55\n", addresses: list("192.0.2.101/24") }),
  ),

  bad("both families in one instance", global() + instance({ addresses: list("192.0.2.100/24", "2001:db8::100/64") }), "mixed_families"),
  bad("both families, IPv6 first", global() + instance({ addresses: list("fe80::51/64", "192.0.2.100/24") }), "mixed_families"),
  bad("authentication with IPv6", global() + instance({ addresses: VIP6, more: PASS }), "auth_version_3"),
  bad("authentication under version 3", global("    vrrp_version 3\n") + instance({ more: PASS }), "auth_version_3"),
  bad("state EQUAL", global() + instance({ state: "EQUAL", addresses: VIP6 }), "state_unknown"),
  bad("state in small letters", global() + instance({ state: "master" }), "state_unknown"),
  bad("fraction under version 2", global() + instance({ more: "    advert_int 0.1\n" }), "interval_fraction_v2"),
  bad("interval of nothing", global() + instance({ more: "    advert_int 0\n" }), "interval_out_of_range"),
  bad("interval that is too long", global() + instance({ more: "    advert_int 300\n" }), "interval_out_of_range"),
  bad("interval in milliseconds", global() + instance({ addresses: VIP6, more: "    advert_int 0.015\n" }), "interval_unit_v3"),
  bad("41 s under version 3", global() + instance({ addresses: VIP6, more: "    advert_int 41\n" }), "interval_too_long_v3"),
  bad("interval that is no number", global() + instance({ more: "    advert_int 1s\n" }), "interval_out_of_range"),
  bad("nopreempt with MASTER", global() + instance({ state: "MASTER", more: "    nopreempt\n" }), "master_nopreempt"),
  bad("preempt_delay with MASTER", global() + instance({ state: "MASTER", more: "    preempt_delay 5\n" }), "master_preempt_delay"),
  bad("preempt_delay out of range", global() + instance({ more: "    preempt_delay 2000\n" }), "preempt_delay_out_of_range"),
  bad("VRID 0", global() + instance({ vrid: "0" }), "vrid_out_of_range"),
  bad("VRID 256", global() + instance({ vrid: "256" }), "vrid_out_of_range"),
  bad("no VRID", `${global()}vrrp_instance V {\n    interface eth0\n${VIP}}\n`, "vrid_missing"),
  bad("no interface", `${global()}vrrp_instance V {\n    virtual_router_id 7\n${VIP}}\n`, "interface_missing"),
  bad("priority 0", global() + instance({ priority: "0" }), "priority_out_of_range"),
  bad("priority 256", global() + instance({ priority: "256" }), "priority_out_of_range"),
  bad("a VRID twice", global() + instance() + instance({ name: "VI_2", addresses: list("192.0.2.101/24") }), "duplicate_vrid"),
  bad(
    "an IPv6 VRID twice",
    global() + instance({ addresses: VIP6 }) + instance({ name: "VI_2", addresses: list("fe80::52/64") }),
    "duplicate_vrid",
  ),
  bad("a name twice", global() + instance() + instance({ vrid: "52" }), "duplicate_instance"),
  bad("password too long", global() + instance({ more: PASS.replace("lab12345", "lab123456") }), "auth_pass_long"),
  bad("MD5", global() + instance({ more: PASS.replace("PASS", "MD5") }), "auth_type_unknown"),
  bad("no password", global() + instance({ more: "    authentication {\n        auth_type PASS\n    }\n" }), "auth_no_password"),
  bad("AH with MASTER", global() + instance({ state: "MASTER", more: PASS.replace("PASS", "AH") }), "auth_ah_master"),
  bad("AH with IPv6", global() + instance({ addresses: VIP6, more: `    version 2\n${PASS.replace("PASS", "AH")}` }), "auth_ah_ipv6"),
  bad("unknown keyword", global() + instance({ more: "    advert_interval 1\n" }), "unknown_keyword"),
  bad("unknown keyword in global_defs", global("    vrrp_verison 3\n") + instance(), "unknown_keyword"),
  bad("unknown block", `${global()}${instance()}vrrp_instnace V {\n    interface eth0\n}\n`, "unknown_keyword"),
  bad("unknown keyword in authentication", global() + instance({ more: PASS.replace("auth_type", "auth_kind") }), "unknown_keyword"),
  bad("a keyword of 2.2.8", global() + instance({ more: "    v3_checksum_as_v2\n" }), "later_keyword"),
  bad("a keyword of 2.2.8 in global_defs", global("    json_version 2\n") + instance(), "later_keyword"),
  bad("authentication of 2.4", global() + instance({ addresses: VIP6, more: "    owner_ignore_adverts\n" }), "later_keyword"),
  bad("a global keyword in an instance", global() + instance({ more: "    vrrp_version 3\n" }), "unknown_keyword"),
  bad(
    "a word of an option without its value",
    `${global()}vrrp_instance V {\n    interface eth0\n    virtual_router_id 7\n    priority\n${VIP}}\n`,
    "missing_argument",
  ),
  bad("no name", `${global()}vrrp_instance {\n    interface eth0\n    virtual_router_id 7\n${VIP}}\n`, "missing_name"),
  bad("no virtual address under version 2", global() + instance({ addresses: "" }), "no_address"),
  bad("no virtual address under version 3", global("    vrrp_version 3\n") + instance({ addresses: "" }), "no_address"),
  bad("address that is none", global() + instance({ addresses: list("192.0.2.100/24", "192.0.2.300/24") }), "bad_address"),
  bad("prefix that is too long", global() + instance({ addresses: list("192.0.2.100/33") }), "bad_prefix"),
  bad("IPv6 prefix that is too long", global() + instance({ addresses: list("fe80::51/129") }), "bad_prefix"),
  bad("unknown word of an address", global() + instance({ addresses: list("192.0.2.100/24 foo") }), "bad_address_word"),
  bad("word without value", global() + instance({ addresses: list("192.0.2.100/24 dev") }), "bad_address_word"),
  bad("broadcast with IPv6", global() + instance({ addresses: list("fe80::51/64", "2001:db8::1/64 brd +") }), "ipv6_address_word"),
  bad("label with IPv6", global() + instance({ addresses: list("fe80::51/64 label eth0:1") }), "ipv6_address_word"),
  bad(
    "label that is too long",
    global() + instance({ addresses: list("192.0.2.1/24", "192.0.2.100/24 label eth0:averylongname") }),
    "bad_address_word",
  ),
  bad("256 IPv4 addresses", global() + instance({ addresses: many(256, (i) => `198.51.100.${i}/32`) }), "too_many_addresses"),
  bad("90 IPv6 addresses", global() + instance({ addresses: many(90, (i) => `fe80::${(i + 1).toString(16)}/64`) }), "too_many_addresses"),
  bad("version 4", global() + instance({ more: "    version 4\n" }), "version_unknown"),
  bad("version 4 for all", global("    vrrp_version 4\n") + instance(), "version_unknown"),
  bad("version 2 after IPv6 addresses", global() + instance({ addresses: `${VIP6}    version 2\n` }), "version_after_ipv6"),
  bad(
    "version 2 after native_ipv6",
    global() + instance({ more: "    native_ipv6\n    version 2\n", addresses: VIP6 }),
    "version_after_ipv6",
  ),
  bad(
    "version 2 after an IPv6 source",
    global() + instance({ more: "    mcast_src_ip fe80::2\n    version 2\n", addresses: VIP6 }),
    "version_after_ipv6",
  ),
  bad("vrrp_iptables without argument", global("    vrrp_iptables\n") + instance(), "iptables_unsupported"),
  bad("vrrp_iptables with argument", global("    vrrp_iptables keepalived\n") + instance(), "iptables_unsupported"),
  bad("unicast_src_ip without peers", global() + instance({ more: "    unicast_src_ip 192.0.2.1\n" }), "unicast_without_peers"),
  bad("empty unicast_peer", global() + instance({ more: "    unicast_peer {\n    }\n" }), "unicast_without_peers"),
  bad(
    "peer of the other family",
    global() + instance({ addresses: VIP6, more: "    unicast_peer {\n        2001:db8::2\n        192.0.2.2\n    }\n" }),
    "peer_family",
  ),
  bad(
    "peer that is none",
    global() + instance({ more: "    unicast_peer {\n        192.0.2.2\n        192.0.2.999\n    }\n" }),
    "peer_bad",
  ),
  bad(
    "use_vmac with unicast",
    global() + instance({ addresses: VIP6, more: "    use_vmac\n    unicast_peer {\n        2001:db8::2\n    }\n" }),
    "vmac_unicast",
  ),
  bad("mcast_src_ip that is none", global() + instance({ more: "    mcast_src_ip 300.1.1.1\n" }), "source_bad"),
  bad(
    "mcast_src_ip of the other family, after the addresses",
    global() + instance({ addresses: `${VIP}    mcast_src_ip 2001:db8::1\n` }),
    "source_family",
  ),
  bad(
    "mcast_src_ip of the other family, before the addresses",
    global() + instance({ more: "    mcast_src_ip 2001:db8::1\n" }),
    "mixed_families",
    "no_address",
  ),
  bad("mcast_dst_ip that is no group", global() + instance({ more: "    mcast_dst_ip 192.0.2.9\n" }), "mcast_group_bad"),
  bad("track_script that is not there", global() + instance({ more: "    track_script {\n        nope\n    }\n" }), "track_unknown"),
  bad(
    "track_script defined further down",
    global() + instance({ more: "    track_script {\n        s\n    }\n" }) + script("s"),
    "track_unknown",
  ),
  bad("track_file that is not there", global() + instance({ more: "    track_file {\n        nope\n    }\n" }), "track_unknown"),
  bad("vrrp_script without script", `${global()}vrrp_script s {\n    interval 2\n}\n${instance()}`, "script_missing"),
  bad(
    "sync group with an unknown member",
    `${global()}vrrp_sync_group G {\n    group {\n        VI_1\n        VI_6\n        VI_9\n    }\n}\n${twoInstances}`,
    "sync_member_unknown",
  ),
  bad("sync group of one", `${global()}vrrp_sync_group G {\n    group {\n        VI_1\n    }\n}\n${instance()}`, "sync_single_member"),
  bad("sync group of none", `${global()}vrrp_sync_group G {\n}\n${instance()}`, "sync_empty"),
  bad(
    "weighted script in a sync group",
    `${global()}${script("s", "    weight 10\n")}vrrp_sync_group G {\n    group {\n        VI_1\n        VI_6\n    }\n}\n${instance({ more: "    track_script {\n        s\n    }\n" })}${instance({ name: "VI_6", addresses: VIP6 })}`,
    "sync_weighted_script",
  ),
  bad("strict mode with authentication", global("    vrrp_strict\n") + instance({ more: PASS }), "strict_authentication"),
  bad("strict mode with MASTER", global("    vrrp_strict\n") + instance({ state: "MASTER" }), "strict_master"),
  bad(
    "strict mode, first IPv6 address not link-local",
    global("    vrrp_strict\n") + instance({ addresses: list("2001:db8::1/64") }),
    "strict_first_ipv6",
  ),
  bad(
    "strict mode with IPv6 version 2",
    global() + instance({ more: "    version 2\n    strict_mode\n", addresses: VIP6 }),
    "strict_version_2_ipv6",
  ),
  bad("a brace that is missing", `${global()}${instance()}`.replace(/\}\n$/, ""), "unbalanced_braces"),
  bad("a brace too many", `${global()}${instance()}}\n`, "unbalanced_braces"),
  bad("an interface that is not there", global() + instance().replace("eth0", "eth9"), "interface_absent"),
  bad(
    "an address on an interface that is not there",
    global() + instance({ addresses: list("192.0.2.100/24 dev eth9") }),
    "interface_absent",
  ),

  good(
    "peer with a prefix length and limits",
    global() +
      instance({ more: "    unicast_src_ip 192.0.2.1/24\n    unicast_peer {\n        192.0.2.2/24 min_ttl 1 max_ttl 255\n    }\n" }),
  ),
  good("an interval that begins with a point", global() + instance({ more: "    version 3\n    advert_int .5\n" })),
  good("a prefix of nothing", global() + instance({ addresses: list("192.0.2.100/") })),
  good("script security switched off", global().replace("    enable_script_security\n", "") + script("s") + instance()),
  good("a notify script that is not there", global() + instance({ more: "    notify /nonexistent/notify.sh\n" })),
  good("an owner that accepts", global() + instance({ priority: "255", more: "    accept\n" })),
  good("use_ipvlan with a source", global() + instance({ more: "    use_ipvlan 192.0.2.9\n" })),
  good("statements twice", global() + instance({ more: "    priority 90\n    advert_int 1.5\n    advert_int 1\n" })),
  bad("nopreempt with preempt_delay", global() + instance({ more: "    nopreempt\n    preempt_delay 30\n" }), "nopreempt_preempt_delay"),
  bad("nopreempt of the owner", global() + instance({ state: "MASTER", priority: "255", more: "    nopreempt\n" }), "nopreempt_owner"),
  bad("strict mode with accept under version 2", global("    vrrp_strict\n") + instance({ more: "    accept\n" }), "strict_accept"),
  bad("use_ipvlan without a source", global() + instance({ more: "    use_ipvlan\n" }), "ipvlan_source"),
  bad("name of a virtual interface", global() + instance({ more: "    use_vmac averyveryverylongname\n" }), "vmac_name"),
  bad("own interface tracked", global() + instance({ more: "    track_interface {\n        eth0\n    }\n" }), "track_own_interface"),
  bad(
    "an interface tracked twice",
    global() + instance({ more: "    track_interface {\n        other\n        other\n    }\n" }),
    "track_duplicate",
  ),
  bad("weight out of range", global() + instance({ more: "    track_interface {\n        other weight 300\n    }\n" }), "track_weight"),
  bad("unknown word of a track line", global() + instance({ more: "    track_interface {\n        other foo\n    }\n" }), "track_word"),
  bad(
    "tracked interface that is not there",
    global() + instance({ more: "    track_interface {\n        eth9\n    }\n" }),
    "interface_absent",
  ),
  bad("numbers of a script", global() + script("s", "    rise 0\n") + instance(), "number_bad"),
  bad("weight of a script", global() + script("s", "    weight 300\n") + instance(), "track_weight"),
  bad("a script that is not there", global() + script("s").replace("/bin/true", "/nonexistent/check.sh") + instance(), "script_absent"),
  bad("unicast_ttl without peers", global() + instance({ more: "    unicast_ttl 3\n" }), "unicast_without_peers"),
  bad(
    "unicast_ttl out of range",
    global() + instance({ more: "    unicast_ttl 300\n    unicast_peer {\n        192.0.2.2\n    }\n" }),
    "number_bad",
  ),
  bad("unknown word of a peer", global() + instance({ more: "    unicast_peer {\n        192.0.2.2 port 5\n    }\n" }), "peer_bad"),
  bad(
    "peers beside their keyword",
    global() + instance({ more: "    unicast_peer 192.0.2.2 {\n        192.0.2.3\n    }\n" }),
    "block_arguments",
  ),
  bad("two names", `${global()}${instance({ name: "VI_1 VI_2" })}`, "missing_name"),
  bad(
    "default_interface is none for instances",
    `${global("    default_interface eth0\n")}vrrp_instance V {\n    virtual_router_id 7\n${VIP}}\n`,
    "interface_missing",
  ),
  bad("garp settings that are no numbers", global("    vrrp_garp_master_delay x\n") + instance(), "number_bad"),
  bad("interval of gratuitous ARP", global("    vrrp_garp_interval 0\n") + instance(), "number_bad"),
  bad("group for all that is none", global("    vrrp_mcast_group4 192.0.2.1\n") + instance(), "mcast_group_bad"),
  bad(
    "sync group twice",
    `${global()}${"vrrp_sync_group G {\n    group {\n        VI_1\n        VI_6\n    }\n}\n".repeat(2)}${twoInstances}`,
    "sync_duplicate",
  ),
  bad(
    "an instance in two groups",
    `${global()}${["G", "H"].map((name) => `vrrp_sync_group ${name} {\n    group {\n        VI_1\n        VI_6\n    }\n}\n`).join("")}${twoInstances}`,
    "sync_member_twice",
    "sync_empty",
  ),
  bad("addresses with a zone", global() + instance({ addresses: list("fe80::51/64", "fe80::1%eth0/64") }), "bad_address"),
  bad("addresses with a mask", global() + instance({ addresses: list("192.0.2.100/255.255.255.0") }), "bad_prefix"),
  bad(
    "addresses with commas",
    global() + instance({ addresses: list("192.0.2.100/24, 192.0.2.101/24") }),
    "bad_prefix",
    "bad_address_word",
  ),
  bad("deprecated keywords", global() + instance({ more: "    lvs_sync_daemon_interface eth0\n" }), "deprecated_keyword"),
  bad("deprecated keywords in global_defs", global("    vrrp_vmac_garp_intvl 1\n") + instance(), "deprecated_keyword"),
  bad("deprecated keywords of an instance", global() + instance({ more: "    vmac_garp_intvl 1\n" }), "deprecated_keyword"),
  bad("ipsets", global("    vrrp_ipsets keepalived\n") + instance(), "unknown_keyword"),
  bad(
    "notify_deleted of a sync group",
    `${global()}vrrp_sync_group G {\n    notify_deleted /bin/true\n    group {\n        VI_1\n        VI_6\n    }\n}\n${twoInstances}`,
    "unknown_keyword",
  ),
  good("rules", global() + instance({ more: "    virtual_rules {\n        from 192.0.2.0/24 table 1\n    }\n" })),
  good("routes", global() + instance({ more: "    virtual_routes {\n        default gw 192.0.2.254\n    }\n" })),
  good("virtual servers", `${global()}${instance()}virtual_server 192.0.2.100 80 {\n    protocol TCP\n}\n`),
  good("static addresses", `${global()}static_ipaddress {\n    192.0.2.300/24 dev eth0\n}\n${instance()}`),
  bad("a block keyword without its block", global() + instance({ more: "    track_script\n" }), "missing_block"),
  bad("a FIFO that is set twice", global("    vrrp_notify_fifo /tmp/a.fifo\n    vrrp_notify_fifo /tmp/b.fifo\n") + instance(), "set_twice"),
  bad("a flag that is neither on nor off", global() + instance({ more: "    smtp_alert maybe\n" }), "flag_bad"),
  bad("a word that keepalived does not know there", global("    dynamic_interfaces always\n") + instance(), "word_bad"),
  bad("a loopback interface", global() + instance().replace("interface eth0", "interface lo"), "interface_loopback"),
  bad("vmac_xmit_base without use_vmac", global() + instance({ more: "    vmac_xmit_base\n" }), "vmac_base_alone"),
  bad(
    "one VMAC name in two instances",
    global() +
      instance({ more: "    use_vmac vm1\n" }) +
      instance({ name: "VI_2", vrid: "52", addresses: list("192.0.2.101/24"), more: "    use_vmac vm1\n" }),
    "vmac_name_taken",
  ),
  bad(
    "settings that strict mode excludes",
    global("    vrrp_strict\n") + instance({ more: "    version 3\n    use_vmac\n    vmac_xmit_base\n" }),
    "strict_setting",
  ),
  bad(
    "a group with unicast peers",
    global() + instance({ more: "    mcast_dst_ip 224.0.0.55\n    unicast_peer {\n        192.0.2.2\n    }\n" }),
    "mcast_group_unicast",
  ),
  bad("a VRF beside an interface", global() + instance({ more: "    vrf eth0\n" }), "vrf_interface"),
  bad("native_ipv6 after IPv4 addresses", global() + instance({ addresses: `${VIP}    native_ipv6\n` }), "native_ipv6_late"),
  good("a sign before a number", global() + instance({ more: "    advert_int +5\n" })),
  bad("a byte order mark", `\ufeff${global()}${instance()}`, "unknown_keyword"),
  bad("a space of a web page in front of a keyword", global() + instance({ more: "\u00a0   nopreempt\n" }), "unknown_keyword"),
];
