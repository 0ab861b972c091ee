import assert from "node:assert/strict";
import { test } from "node:test";
import type { Input } from "../../../src/core/input.ts";
import { instant, wallTime } from "../../../src/lib/time.ts";
import type { AddressClaim } from "../../../src/wire/decoded.ts";
import { link } from "../../helpers/link.ts";
import { EPOCH_US, Scenario } from "../../helpers/scenario.ts";
import { added, changed, configured, eth0, held, host, instance, present, removed, running, VIP, vip } from "./facts.ts";

const macA = "02:00:00:00:00:01";
const macB = "02:00:00:00:00:02";

const claim = (ms: number, mac: string, fields: Partial<AddressClaim> = {}, name = "eth0"): Input => {
  const at = instant(ms * 1_000);
  return {
    kind: "claim",
    at,
    wall: wallTime(EPOCH_US + at),
    interface: name,
    direction: "in",
    claim: { family: "ipv4", address: VIP, mac, linkSource: mac, how: "gratuitous_arp", ...fields },
  };
};

const where = (s: Scenario, address = VIP): string[] =>
  vip(s, address).devices.map(({ dev, present: here, configured: has }) => `${dev} ${here ? "present" : has ? "down" : "absent"}`);

test("before the kernel's list is known, nothing is said about an address", () => {
  const s = new Scenario().fact(0, configured([instance()])).advert(1, "192.0.2.2", 100);
  assert.deepEqual(where(s), []);
});

test("an address that is already there when we look is present, and no change", () => {
  const s = new Scenario()
    .fact(0, configured([instance()]))
    .fact(0, present(eth0))
    .fact(0, added(held(2, VIP)));
  assert.deepEqual(where(s), ["eth0 present"]);
  assert.deepEqual(vip(s).changes, { added: 0, removed: 0 });
  assert.deepEqual(s.trace(), []);
});

test("an address that an advert names later is looked for among those known", () => {
  const s = new Scenario()
    .fact(0, present(eth0))
    .fact(0, added(held(2, VIP)))
    .advert(1, "192.0.2.2", 100);
  assert.deepEqual(where(s), ["eth0 present"]);
});

test("a listener has none of the addresses that it hears of, on the interface where they would be", () => {
  const s = new Scenario()
    .fact(0, present(eth0))
    .fact(0, added(held(2, "192.0.2.9")))
    .advert(1, "192.0.2.2", 100);
  assert.deepEqual(where(s), ["eth0 absent"]);
});

test("an address on a link that is down is not present, and is again when the link comes back", () => {
  const s = host(new Scenario()).fact(1, added(held(2, VIP)));
  s.fact(10, changed(eth0, { ...eth0, up: false }));
  assert.deepEqual(where(s), ["eth0 down"]);
  s.fact(20, changed({ ...eth0, up: false }, eth0));
  assert.deepEqual(where(s), ["eth0 present"]);
  assert.deepEqual(vip(s).changes, { added: 1, removed: 0 }, "the kernel neither gained nor lost it");
});

test("an address of FRR's macvlan that is held down is not present", () => {
  const macvlan = link(7, "vrrp4-2-51", { kind: "macvlan", parent: 2, up: false });
  const s = new Scenario()
    .fact(0, present(eth0, macvlan))
    .fact(0, added(held(7, VIP)))
    .advert(1, "192.0.2.2", 100);
  assert.deepEqual(where(s), ["vrrp4-2-51 down"]);
});

test("with use_vmac the address belongs on the macvlan, whether it is there or not", () => {
  const macvlan = link(7, "vrrp.51", { kind: "macvlan", parent: 2 });
  const s = host(new Scenario(), 0, [instance({ vmac: "vrrp.51" })]).fact(0, present(macvlan));
  assert.deepEqual(where(s), ["vrrp.51 absent"]);
  s.fact(1, added(held(7, VIP)));
  assert.deepEqual(where(s), ["vrrp.51 present"]);
});

test("without keepalived.conf the macvlan that has the address is where it belongs", () => {
  const macvlan = link(7, "vrrp.51", { kind: "macvlan", parent: 2 });
  const s = new Scenario()
    .fact(0, present(eth0, macvlan))
    .fact(0, added(held(7, VIP)))
    .advert(1, "192.0.2.2", 100);
  assert.deepEqual(where(s), ["vrrp.51 present"]);
});

test("an address that is on another device than it should be is shown on both", () => {
  const s = host(new Scenario())
    .fact(0, present(link(3, "eth1")))
    .fact(1, added(held(3, VIP)));
  assert.deepEqual(where(s), ["eth0 absent", "eth1 present"]);
});

test("on the loopback device an address is a real server's, unless keepalived.conf puts it there", () => {
  const s = host(new Scenario()).fact(1, added(held(1, VIP)));
  assert.deepEqual(where(s), ["eth0 absent"]);
  const onLoopback = instance({ addresses: [{ address: VIP, prefixLength: 32, dev: "lo", advertised: true, dad: false }] });
  const t = host(new Scenario(), 0, [onLoopback]).fact(1, added(held(1, VIP)));
  assert.deepEqual(where(t), ["lo present"]);
});

test("a link-local address counts on its own segment only", () => {
  const address = "fe80::100";
  const six = instance({
    family: "ipv6",
    vrid: 60,
    addresses: [{ address, prefixLength: 64, dev: null, advertised: true, dad: false }],
  });
  const s = host(new Scenario(), 0, [six])
    .fact(0, present(link(3, "eth1")))
    .fact(1, added(held(3, address)));
  assert.deepEqual(where(s, address), ["eth0 absent"]);
  s.fact(2, added(held(2, address, { nodad: true })));
  assert.deepEqual(where(s, address), ["eth0 present"]);
});

const red = link(20, "red", { kind: "vrf" });
const blue = link(21, "blue", { kind: "vrf" });

test("the same address in another VRF is another one", () => {
  const inRed = { ...eth0, master: 20 };
  const s = host(new Scenario())
    .fact(0, present(red, blue, link(3, "eth1", { master: 21 }), link(4, "eth2", { master: 20 }), link(5, "eth3")))
    .fact(0, changed(eth0, inRed));
  s.fact(1, added(held(3, VIP), held(5, VIP)));
  assert.deepEqual(where(s), ["eth0 absent"]);
  s.fact(2, added(held(4, VIP)));
  assert.deepEqual(where(s), ["eth0 absent", "eth2 present"]);
  s.fact(3, added(held(2, VIP)));
  assert.deepEqual(where(s), ["eth0 present", "eth2 present"]);
});

test("a device is in the VRF of the bridge or bond that it belongs to", () => {
  const s = host(new Scenario())
    .fact(0, present(red, link(9, "bond0", { kind: "bond", master: 20 }), link(3, "eth1", { master: 20 })))
    .fact(0, changed(eth0, { ...eth0, master: 9 }));
  s.fact(1, added(held(3, VIP)));
  assert.deepEqual(where(s), ["eth0 absent", "eth1 present"]);
});

test("a device that changes its VRF takes its addresses out of the view", () => {
  const eth1 = link(3, "eth1");
  const s = host(new Scenario())
    .fact(0, present(blue, eth1))
    .fact(1, added(held(3, VIP)));
  assert.deepEqual(where(s), ["eth0 absent", "eth1 present"]);
  s.fact(2, changed(eth1, { ...eth1, master: 21 }));
  assert.deepEqual(where(s), ["eth0 absent"]);
});

test("an address counts where keepalived.conf puts it, in whatever VRF, and on the interface's own macvlan", () => {
  const elsewhere = instance({ addresses: [{ address: VIP, prefixLength: 24, dev: "eth1", advertised: true, dad: false }] });
  const s = host(new Scenario(), 0, [elsewhere])
    .fact(0, present(blue, link(3, "eth1", { master: 21 })))
    .fact(1, added(held(3, VIP)));
  assert.deepEqual(where(s), ["eth1 present"]);
  const macvlan = link(7, "vrrp.51", { kind: "macvlan", parent: 2 });
  const t = host(new Scenario())
    .fact(0, present(red, macvlan))
    .fact(0, changed(eth0, { ...eth0, master: 20 }))
    .fact(1, added(held(7, VIP)));
  assert.deepEqual(where(t), ["eth0 absent", "vrrp.51 present"]);
});

test("an address of a bridge over the interface counts as on the interface", () => {
  const port = link(2, "eth0", { master: 9 });
  const bridge = link(9, "br0", { kind: "bridge" });
  const s = new Scenario()
    .fact(0, present(port, bridge))
    .fact(0, added(held(9, VIP)))
    .advert(1, "192.0.2.2", 100);
  assert.deepEqual(where(s), ["br0 present"]);
});

test("the same address with two prefix lengths is one presence, and one of them going is no loss", () => {
  const s = host(new Scenario()).fact(1, added(held(2, VIP), { ...held(2, VIP), prefixLength: 32 }));
  s.fact(2, removed(held(2, VIP)));
  assert.deepEqual(where(s), ["eth0 present"]);
  assert.deepEqual(vip(s).changes, { added: 1, removed: 0 });
});

test("a device that is removed takes its address from the view even before the address event", () => {
  const s = host(new Scenario()).fact(1, added(held(2, VIP)));
  s.fact(2, { kind: "links", changes: [{ kind: "removed", link: eth0, before: null }] });
  assert.deepEqual(where(s), ["eth0 absent"]);
  assert.deepEqual(vip(s).changes, { added: 1, removed: 1 });
});

test("duplicate address detection that fails is told once", () => {
  const address = "2001:db8::100";
  const six = instance({ family: "ipv6", vrid: 60, addresses: [{ address, prefixLength: 64, dev: null, advertised: true, dad: true }] });
  const s = host(new Scenario(), 0, [six]).fact(1, added(held(2, address, { tentative: true })));
  assert.equal(vip(s, address).devices[0]?.tentative, true);
  const failed = held(2, address, { tentative: true, dadFailed: true });
  s.fact(900, { kind: "addresses", changes: [{ kind: "changed", address: failed, before: held(2, address, { tentative: true }) }] });
  assert.equal(vip(s, address).devices[0]?.dadFailed, true);
  assert.deepEqual(
    s.trace().filter((line) => line.includes(address)),
    [`1 ${address} added eth0`, `900 ${address} dad_failed eth0`],
  );
});

test("announcements are counted by who makes them: the master, another sender, a stranger", () => {
  const s = new Scenario()
    .advert(0, "192.0.2.1", 150, { mac: macA })
    .advert(1, "192.0.2.2", 100, { mac: macB })
    .advert(2, "192.0.2.1", 150, { mac: macA });
  s.input(claim(10, macA)).input(claim(11, macA)).input(claim(12, macB)).input(claim(13, "02:00:00:00:00:99"));
  assert.deepEqual(vip(s).announcements, { master: 2, backup: 1, foreign: 1 });
});

test("an answer is a claim but no announcement", () => {
  const s = new Scenario().advert(0, "192.0.2.1", 150, { mac: macA }).input(claim(10, macB, { how: "arp_reply" }));
  assert.deepEqual(vip(s).announcements, { master: 0, backup: 0, foreign: 0 });
  assert.equal(vip(s).ownerMismatch, true);
});

test("the virtual MAC is the master's", () => {
  const s = new Scenario().advert(0, "192.0.2.1", 150, { mac: macA }).input(claim(10, "00:00:5e:00:01:33"));
  assert.equal(vip(s).ownerMismatch, false);
  assert.equal(vip(s).announcements.master, 1);
});

test("a claim on another segment or VLAN, or for another address, is nothing here", () => {
  const s = new Scenario().advert(0, "192.0.2.1", 150, { mac: macA });
  s.input(claim(10, macB, {}, "eth1"))
    .input(claim(11, macB, { vlan: 10 }))
    .input(claim(12, macB, { address: "192.0.2.200" }));
  assert.equal(vip(s).ownerMismatch, null);
  assert.equal(vip(s).claimedBy, null);
});

test("who announced last and is not master any more is a mismatch, for as long as nobody corrects it", () => {
  const s = new Scenario().adverts(0, 2_000, "192.0.2.1", 100, { mac: macA }).input(claim(2_001, macA));
  assert.equal(vip(s).ownerMismatch, false);
  s.advert(2_500, "192.0.2.2", 150, { mac: macB });
  assert.equal(vip(s).ownerMismatch, true);
  s.advert(3_500, "192.0.2.2", 150, { mac: macB }).input(claim(4_000, macB));
  assert.equal(vip(s).ownerMismatch, false);
  assert.equal(vip(s).ownerMismatchTotal, 1_500_000);
});

test("while nobody is master, or nothing is heard, nobody can say who should have the address", () => {
  const s = new Scenario().advert(0, "192.0.2.1", 100, { mac: macA }).input(claim(1, macA)).advert(500, "192.0.2.1", 0, { mac: macA });
  assert.equal(vip(s).ownerMismatch, null);
  const deaf = new Scenario().advert(0, "192.0.2.1", 100, { mac: macA }).input(claim(1, macB)).capture(10, "deaf");
  assert.equal(vip(deaf).ownerMismatch, null);
  assert.equal(vip(deaf.idle(5_000)).ownerMismatchTotal, 9_000);
});

test("an address that the adverts drop is followed no more, with its counts", () => {
  const s = new Scenario().fact(0, present(eth0)).fact(0, added(held(2, "192.0.2.1")));
  s.advert(0, "192.0.2.2", 100).advert(1_000, "192.0.2.2", 100, { addresses: ["192.0.2.101"] });
  assert.throws(() => vip(s));
  assert.deepEqual(where(s, "192.0.2.101"), ["eth0 absent"]);
});

test("addresses of the file that no advert names are followed too", () => {
  const excluded = { address: "2001:db8::5", prefixLength: 64, dev: null, advertised: false, dad: false };
  const s = host(new Scenario(), 0, [instance({ addresses: [...instance().addresses, excluded] })]).fact(1, added(held(2, "2001:db8::5")));
  assert.deepEqual(where(s, "2001:db8::5"), ["eth0 present"]);
  assert.deepEqual(vip(s, "2001:db8::5").origins, ["keepalived"]);
  s.fact(2, running(-10_000)).advert(3, "192.0.2.2", 100);
  assert.deepEqual(vip(s).origins, ["keepalived", "wire"]);
});
