import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConfiguredInstance, KeepalivedConfig } from "../../../src/core/keepalived-config.ts";
import { configOf } from "../../../src/keepalived/conf/config.ts";
import { parseConf } from "../../../src/keepalived/conf/parse.ts";
import { disk, MAIN } from "./files.ts";

const read = (text: string): KeepalivedConfig => configOf(parseConf(MAIN, disk({ [MAIN]: text }), { configId: "lb1" }));
const only = (body: string, before = ""): ConfiguredInstance => {
  const [instance] = read(`${before}\nvrrp_instance V {\n${body}\n}`).instances;
  if (instance === undefined) throw new Error("no instance");
  return instance;
};
const four = "virtual_router_id 51\nvirtual_ipaddress { 192.0.2.100/24 }";
const six = "virtual_router_id 51\nvirtual_ipaddress {\nfe80::100/64\n2001:DB8::0100/64\n}";

test("an instance with nothing but what it needs has keepalived's defaults", () => {
  assert.deepEqual(only(four), {
    name: "V",
    interface: "eth0",
    family: "ipv4",
    vrid: 51,
    version: 2,
    initialState: "BACKUP",
    priority: 100,
    interval: 1_000_000,
    downTimerAdverts: 3,
    auth: "none",
    addresses: [{ address: "192.0.2.100", prefixLength: 24, dev: null, advertised: true, dad: false }],
    vmac: null,
    nopreempt: false,
    preemptDelay: 0,
    unicastPeers: [],
    sourceAddress: null,
    tracks: [],
    file: MAIN,
    line: 2,
  });
});

for (const [name, body, before, expected] of [
  ["IPv6 is version 3 whatever the globals say", six, "global_defs { vrrp_version 2 }", { family: "ipv6", version: 3 }],
  ["IPv6 with a version of its own", `version 2\n${six}`, "", { version: 2 }],
  [
    "the globals' version and interface",
    four,
    "global_defs {\nvrrp_version 3\ndefault_interface bond0\n}",
    { version: 3, interface: "bond0" },
  ],
  ["MASTER without a priority is the owner", `state MASTER\n${four}`, "", { initialState: "MASTER", priority: 255 }],
  ["MASTER with a priority", `state MASTER\npriority 150\n${four}`, "", { priority: 150 }],
  ["a priority that is none", `priority 300\n${four}`, "", { priority: 100 }],
  ["an unknown state is BACKUP", `state EQUAL\n${four}`, "", { initialState: "BACKUP" }],
  ["version 2 rounds the interval", `advert_int 0.1\n${four}`, "", { interval: 1_000_000 }],
  ["version 3 has hundredths", `version 3\nadvert_int 0.25\n${four}`, "", { interval: 250_000 }],
  ["version 3 ends at 40.95 s", `version 3\nadvert_int 200\n${four}`, "", { interval: 40_950_000 }],
  ["a password under version 2", `authentication {\nauth_type PASS\nauth_pass x\n}\n${four}`, "", { auth: "simple" }],
  ["AH", `authentication {\nauth_type AH\nauth_pass x\n}\n${four}`, "", { auth: "ah" }],
  ["a password under version 3 is ignored", `version 3\nauthentication {\nauth_type PASS\nauth_pass x\n}\n${four}`, "", { auth: "none" }],
  ["the MAC of use_vmac is no name", `use_vmac 02:00:00:00:00:33\n${four}`, "", { vmac: "vrrp.51" }],
  ["a name of use_vmac", `use_vmac vr51\n${four}`, "", { vmac: "vr51" }],
  ["flags without and with a word", `nopreempt\npreempt_delay 2.5\n${four}`, "", { nopreempt: true, preemptDelay: 2_500_000 }],
  ["a flag that is off", `nopreempt off\n${four}`, "", { nopreempt: false }],
  [
    "unicast",
    `unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2 min_ttl 255\n192.0.2.3\n}\n${four}`,
    "",
    { sourceAddress: "192.0.2.1", unicastPeers: ["192.0.2.2", "192.0.2.3"] },
  ],
  ["the down timer of the globals", four, "global_defs { vrrp_down_timer_adverts 5 }", { downTimerAdverts: 5 }],
] as const) {
  test(`instance: ${name}`, () => {
    const instance = only(body, before) as unknown as Record<string, unknown>;
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, instance[key]])), expected);
  });
}

test("addresses: canonical text, default prefixes, words, the other family left out, the excluded ones kept", () => {
  const instance = only(`virtual_router_id 60
virtual_ipaddress {
  fe80::100/64 dev eth1 -nodad
  2001:DB8::0100 home
  192.0.2.1
  not-an-address
}
virtual_ipaddress_excluded {
  192.0.2.200/24 dev eth2 label eth2:v
}`);
  assert.deepEqual(instance.addresses, [
    { address: "fe80::100", prefixLength: 64, dev: "eth1", advertised: true, dad: true },
    { address: "2001:db8::100", prefixLength: 128, dev: null, advertised: true, dad: false },
    { address: "192.0.2.200", prefixLength: 24, dev: "eth2", advertised: false, dad: false },
  ]);
});

test("what does not fit a packet is not advertised", () => {
  const many = Array.from({ length: 92 }, (_, i) => `2001:db8::${(i + 1).toString(16)}/64`).join("\n");
  const { addresses } = only(`virtual_router_id 1\nvirtual_ipaddress {\n${many}\n}`);
  assert.equal(addresses.filter(({ advertised }) => advertised).length, 89);
  assert.equal(addresses.length, 92);
});

test("both families of one VRID with use_vmac have interfaces of their own", () => {
  const { instances } = read(`vrrp_instance A {\nuse_vmac\n${four}\n}\nvrrp_instance B {\nuse_vmac\n${six}\n}`);
  assert.deepEqual(
    instances.map(({ vmac }) => vmac),
    ["vrrp.51", "vrrp6.51"],
  );
});

test("an instance without VRID, a second of one name, and a second of one VRID are left out", () => {
  const { instances } = read(`
vrrp_instance A { interface eth0 }
vrrp_instance B {\n${four}\n}
vrrp_instance B {\n${six}\n}
vrrp_instance C {\n${four}\n}
vrrp_instance D {\n${six}\n}`);
  assert.deepEqual(
    instances.map(({ name }) => name),
    ["B", "D"],
  );
});

test("tracks of the instance and of its group, with the weight of the script where the track has none", () => {
  const { instances, syncGroups } = read(`
vrrp_script chk { script "/bin/true"\nweight -30\n}
vrrp_script fatal { script "/bin/true" }
vrrp_sync_group G {
  group {
    A
    B
  }
  track_interface { eth1 }
}
vrrp_instance A {
  track_script {
    chk
    fatal
    other weight 5
  }
  ${four}
}`);
  assert.deepEqual(instances[0]?.tracks, [
    { kind: "script", name: "chk", weight: -30 },
    { kind: "script", name: "fatal", weight: 0 },
    { kind: "script", name: "other", weight: 5 },
    { kind: "interface", name: "eth1", weight: 0 },
  ]);
  assert.deepEqual(syncGroups, [{ name: "G", members: ["A", "B"] }]);
});

test("the FIFOs, and whether keepalived starts a reader for them", () => {
  const config = read(
    "global_defs {\nvrrp_notify_fifo /run/a.fifo user\nnotify_fifo /run/b.fifo\nnotify_fifo_script /bin/x\nscript_user nobody\n}",
  );
  assert.deepEqual(config.vrrpNotifyFifo, { path: "/run/a.fifo", script: false });
  assert.deepEqual(config.notifyFifo, { path: "/run/b.fifo", script: true });
  assert.equal(config.scriptUser, "nobody");
});
