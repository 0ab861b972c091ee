import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConfiguredInstance, KeepalivedConfig } from "../../../src/core/keepalived-config.ts";
import type { LeftOut } from "../../../src/keepalived/conf/config.ts";
import { readKeepalivedConfig } from "../../../src/keepalived/conf/config.ts";
import { parseConf } from "../../../src/keepalived/conf/parse.ts";
import { ok } from "../../../src/lib/result.ts";
import { millis, seconds } from "../../../src/lib/time.ts";

function read(text: string): { config: KeepalivedConfig; leftOut: readonly LeftOut[] } {
  const parsed = parseConf("/k.conf", { read: () => ok(text), list: () => [] });
  assert.deepEqual(parsed.problems, []);
  return readKeepalivedConfig(parsed.statements);
}

const instance = (name: string, vrid: number, ...lines: string[]): string =>
  `vrrp_instance ${name} {\n interface eth0\n virtual_router_id ${vrid}\n ${lines.join("\n ")}\n}\n`;
const vips = (...addresses: string[]): string => `virtual_ipaddress {\n ${addresses.join("\n ")}\n}`;

/** The one instance that the lines make. */
function one(...lines: string[]): ConfiguredInstance {
  const [first] = read(instance("A", 51, ...lines)).config.instances;
  assert.ok(first);
  return first;
}

const password = (type: string): string => `authentication {\n auth_type ${type}\n auth_pass abc\n}`;

describe("readKeepalivedConfig", () => {
  it("fills in every default", () => {
    assert.deepEqual(read("vrrp_instance A {\n virtual_router_id 51\n}").config, {
      instances: [
        {
          name: "A",
          interface: "eth0",
          family: "ipv4",
          vrid: 51,
          version: 2,
          initialState: "BACKUP",
          priority: 100,
          interval: seconds(1),
          downTimerAdverts: 3,
          auth: "none",
          addresses: [],
          vmac: null,
          nopreempt: false,
          dontTrackPrimary: false,
          preemptDelay: 0,
          unicastPeers: [],
          sourceAddress: null,
          tracks: [],
          file: "/k.conf",
          line: 1,
        },
      ],
      syncGroups: [],
      notifyFifo: null,
      vrrpNotifyFifo: null,
      scriptUser: null,
    });
  });

  it("takes global_defs also from after the instance", () => {
    const { config } = read(
      `vrrp_instance A {\n virtual_router_id 1\n}\nglobal_defs {\n vrrp_version 3\n default_interface eth7\n vrrp_down_timer_adverts 5\n script_user nobody\n notify_fifo /run/a\n vrrp_notify_fifo "/run/b c"\n vrrp_notify_fifo_script /bin/x\n}`,
    );
    const [first] = config.instances;
    assert.deepEqual([first?.version, first?.interface, first?.downTimerAdverts], [3, "eth7", 5]);
    assert.deepEqual(config.notifyFifo, { path: "/run/a", script: false });
    assert.deepEqual(config.vrrpNotifyFifo, { path: "/run/b c", script: true });
    assert.equal(config.scriptUser, "nobody");
  });

  const cases: ReadonlyArray<readonly [string, readonly string[], Partial<ConfiguredInstance>]> = [
    ["MASTER without a priority", ["state MASTER"], { priority: 255, initialState: "MASTER" }],
    ["MASTER with a priority", ["state MASTER", "priority 90"], { priority: 90 }],
    ["a priority out of range", ["priority 300"], { priority: 100 }],
    ["another state", ["state master"], { initialState: "BACKUP", priority: 100 }],
    ["v2 intervals are whole seconds", ["advert_int 2.4"], { interval: seconds(2) }],
    ["half a second more rounds up", ["advert_int 2.5"], { interval: seconds(3) }],
    ["v2 takes at least a second", ["advert_int 0.1"], { interval: seconds(1) }],
    ["an interval out of range", ["advert_int 300"], { interval: seconds(1) }],
    ["v3 intervals are hundredths", ["version 3", "advert_int 1.256"], { interval: millis(1_260), version: 3 }],
    ["v3 ends at 40.95 s", ["version 3", "advert_int 41"], { interval: millis(40_950) }],
    ["IPv6 is always v3", [vips("fe80::1", "2001:DB8::1/64")], { family: "ipv6", version: 3 }],
    ["IPv6 unless it says 2", ["version 2", vips("fe80::1")], { family: "ipv6", version: 2 }],
    ["version 2 after IPv6 addresses is ignored", [vips("fe80::1"), "version 2"], { family: "ipv6", version: 3 }],
    ["version 2 after an IPv6 source is ignored", ["unicast_src_ip fe80::2", "version 2", vips("fe80::1")], { version: 3 }],
    ["version 2 after IPv6 peers is ignored", ["unicast_peer {\n fe80::2\n}", "version 2", vips("fe80::1")], { version: 3 }],
    [
      "version 2 after excluded addresses holds",
      ["virtual_ipaddress_excluded {\n fe80::2\n}", "version 2", vips("fe80::1")],
      { version: 2 },
    ],
    ["version 2 before native_ipv6 is undone", ["version 2", "native_ipv6", vips("fe80::1")], { version: 3 }],
    ["strict mode with IPv6 is version 3", ["version 2", "strict_mode on", vips("fe80::1")], { family: "ipv6", version: 3 }],
    ["of two versions the first holds", ["version 3", "version 2"], { version: 3 }],
    ["native_ipv6", ["native_ipv6", "mcast_src_ip 192.0.2.9"], { family: "ipv6", sourceAddress: null }],
    [
      "a source decides about the family",
      ["mcast_src_ip 192.0.2.9", vips("fe80::1")],
      { family: "ipv4", sourceAddress: "192.0.2.9", addresses: [] },
    ],
    [
      "peers",
      ["unicast_src_ip 192.0.2.9", "unicast_peer {\n 192.0.2.8 min_ttl 3\n fe80::9\n 192.0.2.7\n}"],
      { unicastPeers: ["192.0.2.8", "192.0.2.7"] },
    ],
    ["PASS", [password("PASS")], { auth: "simple" }],
    ["AH", [password("AH"), "state MASTER", "priority 90"], { auth: "ah", initialState: "BACKUP" }],
    ["another type", [password("MD5")], { auth: "none" }],
    ["no password", ["authentication {\n auth_type PASS\n}"], { auth: "none" }],
    ["authentication on one line is none", ["authentication { auth_type PASS auth_pass abc }"], { auth: "none" }],
    ["v3 has none", ["version 3", password("PASS")], { auth: "none" }],
    ["strict mode has none", ["strict_mode on", password("PASS")], { auth: "none" }],
    ["auth_hmac", ["version 3", "auth_hmac {\n key 1 abc\n}"], { auth: "hmac" }],
    ["nopreempt", ["nopreempt", "preempt_delay 1.5"], { nopreempt: true, preemptDelay: millis(1_500) }],
    ["dont_track_primary", ["dont_track_primary"], { dontTrackPrimary: true }],
    ["nopreempt taken back", ["nopreempt", "preempt"], { nopreempt: false }],
    ["MASTER preempts", ["nopreempt", "preempt_delay 5", "state MASTER", "priority 90"], { nopreempt: false, preemptDelay: seconds(0) }],
    ["use_vmac", ["use_vmac"], { vmac: "vrrp.51" }],
    ["use_vmac with a MAC", ["use_vmac 02:00:00:00:00:07"], { vmac: "vrrp.51" }],
    ["use_vmac with a name", ["use_vmac up0"], { vmac: "up0" }],
    ["use_ipvlan", ["use_ipvlan 192.0.2.1/24 bridge"], { vmac: "vrrp.51" }],
  ];
  for (const [name, lines, expected] of cases)
    it(name, () => {
      const actual = one(...lines);
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(actual[key as keyof ConfiguredInstance], value, key);
    });

  it("reads virtual addresses", () => {
    const { addresses } = one(
      vips("192.0.2.1", "192.0.2.2/24 brd + dev eth1 label eth1:0", "192.0.2.1", "2001:db8::1", "192.0.2.300", "192.0.2.4/33 -nodad"),
      "virtual_ipaddress_excluded {\n 2001:DB8:0::5/64\n}",
    );
    const plain = { dev: null, advertised: true, dad: false };
    assert.deepEqual(addresses, [
      { ...plain, address: "192.0.2.1", prefixLength: 32 },
      { ...plain, address: "192.0.2.2", prefixLength: 24, dev: "eth1" },
      { ...plain, address: "192.0.2.4", prefixLength: 32, dad: true },
      { ...plain, address: "2001:db8::5", prefixLength: 64, advertised: false },
    ]);
  });

  for (const [family, most, address] of [
    ["IPv4", 255, (i: number) => `192.0.${2 + (i >> 8)}.${i & 255}`],
    ["IPv6", 89, (i: number) => `2001:db8::${(i + 1).toString(16)}`],
  ] as const)
    it(`advertises ${most} addresses of ${family}`, () => {
      const { addresses } = one(vips(...Array.from({ length: 300 }, (_, i) => address(i))));
      assert.equal(addresses.length, 300);
      assert.deepEqual([addresses[most - 1]?.advertised, addresses[most]?.advertised], [true, false]);
    });

  it("names VMAC interfaces apart", () => {
    const text = instance("A", 2, "use_vmac", vips("192.0.2.1")) + instance("B", 2, "use_vmac", vips("fe80::1"));
    const third = "vrrp_instance C {\n interface eth1\n virtual_router_id 2\n use_vmac\n}";
    assert.deepEqual(
      read(text + third).config.instances.map(({ vmac }) => vmac),
      ["vrrp.2", "vrrp6.2", "vrrp1.2"],
    );
  });

  it("leaves out what cannot run", () => {
    const { config, leftOut } = read(
      `vrrp_instance N {\n}\n${instance("A", 1)}${instance("A", 2)}${instance("B", 1)}${instance("C", 1, vips("fe80::1"))}${instance("D", 0)}`,
    );
    assert.deepEqual(
      config.instances.map(({ name }) => name),
      ["A", "C"],
    );
    assert.deepEqual(
      leftOut.map(({ name, line }) => `${name} ${line}`),
      ["N 1", "A 8", "B 13", "D 25"],
    );
  });

  const tracked = `vrrp_script chk {\n script "/bin/true"\n weight 3\n}\nvrrp_script two {\n}\nvrrp_track_process pr {\n}\ntrack_file tf {\n}\n`;

  it("reads tracks with their weights", () => {
    const block = (kind: string, ...lines: string[]): string => `track_${kind} {\n ${lines.join("\n ")}\n}`;
    const { config } = read(
      tracked +
        instance(
          "A",
          1,
          block("script", "chk", "two weight -7 reverse", "none"),
          block("process", "pr weight -5"),
          block("file", "tf"),
          block("interface", "eth1 weight 6", "eth2"),
        ) +
        instance("O", 2, "priority 255", block("script", "chk", "two")),
    );
    assert.deepEqual(
      config.instances.map(({ tracks }) => tracks.map(({ kind, name, weight }) => `${kind} ${name} ${weight}`)),
      [["script chk 3", "script two 7", "process pr -5", "file tf 1", "interface eth1 6", "interface eth2 0"], ["script two 0"]],
    );
  });

  it("does not take what is defined later", () => {
    assert.deepEqual(read(`${instance("A", 1, "track_script {\n chk\n}")}${tracked}`).config.instances[0]?.tracks, []);
  });

  it("gives members what their sync group tracks", () => {
    const { config } = read(
      `${tracked}${instance("A", 1, "track_script {\n chk\n two\n}")}${instance("B", 2)}vrrp_sync_group G {\n group {\n A B\n  NONE\n }\n track_script {\n chk weight 4\n }\n}\nvrrp_sync_group H { \n group { NONE }\n}`,
    );
    assert.deepEqual(config.syncGroups, [{ name: "G", members: ["A", "B"] }]);
    assert.deepEqual(
      config.instances.map(({ tracks }) => tracks.map(({ name, weight }) => `${name} ${weight}`)),
      [["two 0", "chk 4"], ["chk 4"]],
    );
  });

  it("holds no password", () => {
    const text = instance("A", 1, "authentication {\n auth_type PASS\n auth_pass s3cr3t\n}");
    assert.ok(!JSON.stringify(read(text)).includes("s3cr3t"));
  });
});
