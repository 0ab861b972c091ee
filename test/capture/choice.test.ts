import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseInterfaces, missingInterfaces, outerVlanId, ownedVlans } from "../../src/capture/choice.ts";
import type { Link } from "../../src/lib/link.ts";
import { link as plainLink } from "../helpers/link.ts";
import { advert, taggedAdvert } from "../native/frames.ts";

let nextIndex = 1;
const link = (name: string, fields: Partial<Link> = {}): Link => plainLink(fields.index ?? nextIndex++, name, fields);

/** A host with one of everything. */
const lo = link("lo", { loopback: true, hardwareType: 772 });
const eth0 = link("eth0");
const eth1 = link("eth1");
const eth2 = link("eth2");
const eth3 = link("eth3", { up: false });
const bond0 = link("bond0", { kind: "bond" });
const bonded = link("eth4", { master: bond0.index });
const br0 = link("br0", { kind: "bridge" });
const port = link("vnet0", { kind: "tun", master: br0.index });
const bondInBridge = link("bond1", { kind: "bond", master: br0.index });
const bondedInBridge = link("eth5", { master: bondInBridge.index });
const vrf = link("vrf-blue", { kind: "vrf" });
const inVrf = link("eth6", { master: vrf.index });
const vlan10 = link("eth0.10", { kind: "vlan", parent: eth0.index, vlanId: 10 });
const vlan20 = link("eth0.20", { kind: "vlan", parent: eth0.index, vlanId: 20 });
const vlanOnBridge = link("br0.30", { kind: "vlan", parent: br0.index, vlanId: 30 });
const macvlan = link("vrrp.51", { kind: "macvlan", parent: eth0.index });
const macvlanOnVlan = link("vrrp.52", { kind: "macvlan", parent: vlan10.index });
const ipvlanOnPort = link("ipvl0", { kind: "ipvlan", parent: port.index });
const wireguard = link("wg0", { kind: "wireguard", hardwareType: 65_534 });
const docker = link("docker0", { kind: "bridge" });
const veth = link("veth1a2b", { kind: "veth", master: docker.index });
const links = [
  lo,
  eth0,
  eth1,
  eth2,
  eth3,
  bond0,
  bonded,
  br0,
  port,
  bondInBridge,
  bondedInBridge,
  vrf,
  inVrf,
  vlan10,
  vlan20,
  vlanOnBridge,
  macvlan,
  macvlanOnVlan,
  ipvlanOnPort,
  wireguard,
  docker,
  veth,
];

function reasons(patterns: readonly string[]): Record<string, string> {
  return Object.fromEntries([...chooseInterfaces(links, patterns).values()].map(({ link: { name }, why }) => [name, why]));
}

function captured(patterns: readonly string[]): string[] {
  return [...chooseInterfaces(links, patterns).values()].filter((choice) => choice.captured).map((choice) => choice.link.name);
}

test("by default every Ethernet device is captured at which a frame is seen first, and each other says why not", () => {
  assert.deepEqual(reasons(["*"]), {
    lo: "loopback",
    eth0: "captured",
    eth1: "captured",
    eth2: "captured",
    eth3: "down",
    bond0: "captured",
    eth4: "member_of_captured",
    br0: "captured",
    vnet0: "member_of_captured",
    bond1: "member_of_captured",
    eth5: "member_of_captured",
    "vrf-blue": "captured",
    eth6: "captured",
    "eth0.10": "captured",
    "eth0.20": "captured",
    "br0.30": "captured",
    "vrrp.51": "parent_is_captured",
    "vrrp.52": "parent_is_captured",
    ipvl0: "parent_is_captured",
    wg0: "not_ethernet",
    docker0: "captured",
    veth1a2b: "member_of_captured",
  });
});

test("members are captured where their master is excluded", () => {
  assert.ok(captured(["*", "!br0"]).includes("vnet0"));
  assert.equal(reasons(["*", "!br0"])["br0"], "excluded");
});

test("a macvlan is captured where its parent is not selected", () => {
  assert.deepEqual(captured(["vrrp*"]), ["vrrp.51", "vrrp.52"]);
});

test("a member and a macvlan that are named in full are captured besides their master and parent", () => {
  const names = captured(["*", "eth4", "vrrp.51"]);
  assert.ok(names.includes("eth4") && names.includes("bond0") && names.includes("vrrp.51") && names.includes("eth0"));
});

test("wildcards select, exclusions weigh more, and a full name weighs most", () => {
  assert.deepEqual(captured(["eth?", "!eth1", "!eth?[12]", "!eth2"]), ["eth0", "eth4", "eth5", "eth6"]);
  assert.deepEqual(captured(["eth*", "!eth0*", "eth0.10"]).sort(), ["eth0.10", "eth1", "eth2", "eth4", "eth5", "eth6"]);
});

test("exclusions alone mean everything else", () => {
  const names = captured(["!docker*", "!veth*"]);
  assert.ok(names.includes("eth0") && !names.includes("docker0") && !names.includes("veth1a2b"));
});

test("a bridge that is down keeps its ports left out, so that virtual routers do not move to them", () => {
  const choices = chooseInterfaces(
    links.map((one) => (one === br0 ? { ...br0, up: false } : one)),
    ["*"],
  );
  assert.equal(choices.get(port.index)?.why, "member_of_captured");
  assert.deepEqual([choices.get(br0.index)?.chosen, choices.get(br0.index)?.captured], [true, false]);
});

test("a table that shows two devices as each other's master does not hang", () => {
  const a = link("a0", { index: 101, kind: "bridge", master: 102 });
  const b = link("b0", { index: 102, kind: "bridge", master: 101 });
  assert.equal(chooseInterfaces([a, b], ["*"]).size, 2);
});

test("a name given in full that does not exist is reported as missing, a wildcard and an exclusion are not", () => {
  assert.deepEqual(missingInterfaces(links, ["eth9", "eth0", "foo*", "!bar0"]), ["eth9"]);
});

test("a VLAN id belongs to the device that this host has for it on that very parent", () => {
  const owned = ownedVlans(links);
  assert.deepEqual([...(owned.get(eth0.index) ?? [])], [10, 20]);
  assert.deepEqual([...(owned.get(br0.index) ?? [])], [30]);
  assert.equal(owned.get(eth1.index), undefined);
});

test("the outer VLAN id is read from the stripped tag or from the bytes", () => {
  const bytes = (hex: string): Uint8Array => Buffer.from(hex, "hex");
  assert.equal(outerVlanId(-1, bytes(advert())), 0);
  assert.equal(outerVlanId(0x600a, bytes(advert())), 10);
  assert.equal(outerVlanId(-1, bytes(taggedAdvert([{ type: "8100", vid: 20 }]))), 20);
  assert.equal(
    outerVlanId(
      -1,
      bytes(
        taggedAdvert([
          { type: "88a8", vid: 30 },
          { type: "8100", vid: 10 },
        ]),
      ),
    ),
    30,
  );
  assert.equal(outerVlanId(20, bytes(taggedAdvert([{ type: "8100", vid: 10 }]))), 20);
  assert.equal(outerVlanId(-1, new Uint8Array(3)), 0);
});
