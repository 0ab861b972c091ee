import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostFact } from "../../../src/core/host-facts.ts";
import { instant } from "../../../src/lib/time.ts";
import { link } from "../../helpers/link.ts";
import { Scenario } from "../../helpers/scenario.ts";
import {
  added,
  changed,
  configured,
  ended,
  eth0,
  held,
  host,
  instance,
  notify,
  present,
  removed,
  router,
  running,
  state,
  VIP,
  view,
  wallAt,
} from "./facts.ts";

const own = { direction: "out" as const, mac: "02:00:00:00:00:01" };

test("keepalived's own words are its state, from when it said them", () => {
  const s = host(new Scenario()).fact(500, notify("backup", 100)).fact(3_000, notify("master", 100));
  assert.equal(state(s), "master by notify since 3000");
  assert.equal(view(s).instances[0]?.priority, 100);
});

test("a repeated word keeps the time of the first", () => {
  const s = host(new Scenario()).fact(500, notify("backup")).fact(900, notify("backup"));
  assert.equal(state(s), "backup by notify since 500");
});

test("a call that waited counts from when it happened, and changes nothing where later news is known", () => {
  const s = host(new Scenario()).fact(5_000, notify("master", null, { source: "spool", happened: wallAt(1_000) }));
  assert.equal(state(s), "master by notify since 1000");
  s.fact(6_000, notify("fault", null, { source: "spool", happened: wallAt(500) }));
  assert.equal(state(s), "master by notify since 1000");
});

test("a clock that is set back an hour, or a call from the future, hides no later word", () => {
  const s = host(new Scenario()).fact(1_000, notify("master", 100));
  const hour = 3_600_000;
  const input = (atMs: number, wallMs: number, fact: HostFact): unknown =>
    s.engine.handleHost({ ...fact, at: instant(atMs * 1_000), wall: wallAt(wallMs) });
  input(2_000, 2_000 - hour, notify("backup", 100));
  assert.match(state(s), /^backup by notify/);
  input(3_000, 3_000 - hour, ended(-10_000));
  input(5_000, 5_000 - hour, {
    kind: "keepalived_process",
    process: { running: true, startedWall: wallAt(4_900 - hour), reloadedWall: null, mayHaveReloadedWall: null, version: null },
  });
  assert.match(state(s), /^init by process/, "what the old process said is forgotten");
  input(6_000, 6_000 - hour, notify("backup", 100, { source: "spool", happened: wallAt(hour) }));
  input(7_000, 7_000 - hour, notify("master", 100));
  assert.match(state(s), /^master by notify/);
});

test("a call of before the present process says nothing of it", () => {
  const s = host(new Scenario()).fact(5_000, notify("master", null, { source: "spool", happened: wallAt(-20_000) }));
  assert.equal(state(s), "unknown by none since before");
});

test("what lay in the FIFO before we opened it holds, without a time", () => {
  const s = host(new Scenario()).fact(10, notify("master", 100, { happened: null }));
  assert.equal(state(s), "master by notify since before");
});

test("a killed keepalived is stopped although its last word was MASTER and its address is still there", () => {
  const s = host(new Scenario())
    .fact(1_000, notify("master", 100))
    .fact(1_001, added(held(2, VIP)))
    .fact(9_000, ended(-10_000));
  assert.equal(state(s), "stop by process since 9000");
  assert.equal(router(s).isMasterHere, false);
  assert.deepEqual(router(s).contradictions, [`keepalived is not master here (stop), but this host has ${VIP}`]);
});

test("a word of STOP gives the time of the stop, the process confirms it", () => {
  const s = host(new Scenario()).fact(1_000, notify("master")).fact(8_000, notify("stop", 100)).fact(9_000, ended(-10_000));
  assert.equal(state(s), "stop by notify since 8000");
});

test("a new process has not said what the old one said", () => {
  const s = host(new Scenario()).fact(1_000, notify("master", 100)).fact(9_000, ended(-10_000)).fact(12_000, running(11_900));
  assert.equal(state(s), "init by process since 11900");
  assert.equal(view(s).restarts, 1);
});

test("a word of the new process that comes before its process is seen is kept", () => {
  const s = host(new Scenario())
    .fact(1_000, notify("master", 100))
    .fact(9_000, ended(-10_000))
    .fact(11_950, notify("backup", 100))
    .fact(12_400, running(11_900));
  assert.equal(state(s), "backup by notify since 11950");
});

test("a word after the end of the process shows that another one runs", () => {
  const s = host(new Scenario()).fact(9_000, ended(-10_000)).fact(11_950, notify("backup", 100));
  assert.equal(state(s), "backup by notify since 11950");
});

test("without a word, own adverts show the master", () => {
  const s = host(new Scenario()).advert(100, "192.0.2.1", 100, own);
  assert.equal(state(s), "master by inferred since before");
});

test("without a word, the address shows the master even while another host claims to be", () => {
  const s = host(new Scenario())
    .fact(50, added(held(2, VIP)))
    .advert(100, "192.0.2.2", 90);
  assert.equal(state(s), "master by inferred since before");
  assert.deepEqual(router(s).contradictions, ["keepalived is master here, but the adverts of 192.0.2.2 show another master"]);
});

test("without a word, no address and a better master elsewhere show the backup", () => {
  const s = host(new Scenario()).advert(100, "192.0.2.2", 150);
  assert.equal(state(s), "backup by inferred since before");
});

test("without a word, who should take over from a lesser master and does not may be anything", () => {
  const s = host(new Scenario()).advert(100, "192.0.2.2", 50);
  assert.equal(state(s), "unknown by none since before");
  const content = host(new Scenario(), 0, [instance({ nopreempt: true })]).advert(100, "192.0.2.2", 50);
  assert.equal(state(content), "backup by inferred since before");
});

test("without a word, an interface that is down shows the fault", () => {
  const s = host(new Scenario());
  s.fact(100, changed(eth0, { ...eth0, up: false }));
  assert.equal(state(s), "fault by inferred since before");
});

test("nothing is concluded where it is not known whether keepalived runs", () => {
  const s = new Scenario()
    .fact(0, configured([instance()]))
    .fact(0, added(held(2, "192.0.2.1")))
    .advert(100, "192.0.2.2", 150);
  assert.equal(state(s), "unknown by none since before");
});

test("what is inferred first is no change, what follows is", () => {
  const s = host(new Scenario()).advert(100, "192.0.2.2", 150);
  s.fact(4_000, added(held(2, VIP))).advert(4_001, "192.0.2.1", 100, own);
  assert.deepEqual(
    s.trace().filter((line) => line.includes("VI_1")),
    ["4000 VI_1 backup->master by inferred"],
  );
  assert.equal(view(s).instances[0]?.becameMaster, 1);
  assert.equal(view(s).instances[0]?.releasedMaster, 0);
});

test("adverts from outside with an address of this host are told, its own are not", () => {
  const forged = host(new Scenario()).advert(100, "192.0.2.1", 200);
  assert.deepEqual(router(forged).sendersHere, ["192.0.2.1"]);
  assert.match(router(forged).contradictions.join(), /adverts from 192\.0\.2\.1 arrive from outside/);
  const real = host(new Scenario())
    .fact(50, added(held(2, VIP)))
    .advert(100, "192.0.2.1", 200, own);
  assert.deepEqual(router(real).sendersHere, ["192.0.2.1"]);
  assert.deepEqual(router(real).contradictions, []);
});

test("a sender with the link-local address of another interface of this host is not here", () => {
  const six = instance({ family: "ipv6", vrid: 60 });
  const s = host(new Scenario(), 0, [six])
    .fact(0, present(link(3, "eth1")))
    .fact(0, added(held(3, "fe80::1"), held(2, "fe80::2")))
    .advert(100, "fe80::1", 200, { vrid: 60 })
    .advert(200, "fe80::2", 100, { vrid: 60, direction: "out" });
  assert.deepEqual(router(s, 60).sendersHere, ["fe80::2"]);
  assert.doesNotMatch(router(s, 60).contradictions.join(), /arrive from outside/);
});

test("becoming and releasing master are counted, beginning to look is not", () => {
  const s = host(new Scenario());
  for (const [ms, event] of [
    [0, "backup"],
    [1_000, "master"],
    [2_000, "backup"],
    [3_000, "master"],
    [4_000, "fault"],
  ] as const)
    s.fact(ms, notify(event));
  assert.equal(view(s).instances[0]?.becameMaster, 2);
  assert.equal(view(s).instances[0]?.releasedMaster, 2);
});

test("an instance without a readable configuration is followed by name, and joined where the user says which router it is", () => {
  const unknown = new Scenario().fact(0, running(-10_000)).fact(1, notify("master", 100)).advert(100, "192.0.2.1", 100, own);
  assert.equal(state(unknown), "master by notify since 1");
  assert.equal(router(unknown).instance, null);
  assert.equal(router(unknown).isMasterHere, true, "the wire says so");

  const id = { interface: "eth0", family: "ipv4", vrid: 51 } as const;
  const told = new Scenario({ expectedRouters: [id], expected: () => ({ addresses: [VIP], instance: "VI_1" }) });
  told.fact(0, running(-10_000)).fact(1, notify("backup", 100)).advert(100, "192.0.2.1", 100, own);
  assert.equal(router(told).instance?.name, "VI_1");
  assert.deepEqual(router(told).contradictions, ["keepalived is not master here (backup), but this host sends its adverts"]);
});

test("a virtual router of keepalived.conf is shown before any advert, and goes with the file", () => {
  const s = host(new Scenario());
  assert.equal(router(s).wire, null);
  assert.deepEqual(
    router(s).vips.map(({ address }) => address),
    [VIP],
  );
  s.fact(1_000, configured([]));
  assert.deepEqual(view(s).routers, []);
});

test("an instance that left the file is kept while the running keepalived speaks of it", () => {
  const s = host(new Scenario()).fact(100, notify("master", 100)).fact(1_000, configured([]));
  assert.equal(state(s), "master by notify since 100");
  s.fact(2_000, notify("deleted", 100));
  assert.equal(state(s), "no such instance");
});

test("what a reload took out of the running keepalived is gone, though it only said FAULT of it", () => {
  const s = host(new Scenario(), 0, [instance(), instance({ name: "VI_2", vrid: 52 })]).fact(10, notify("backup", 100, { name: "VI_2" }));
  s.fact(5_000, configured([instance()], {}, 4_900));
  assert.equal(state(s, "VI_2"), "backup by notify since 10", "the running keepalived still has it");
  s.fact(6_000, notify("fault", 100, { name: "VI_2" })).fact(6_500, running(-10_000, 6_000));
  assert.equal(state(s, "VI_2"), "no such instance");
  assert.equal(view(s).routers.length, 1);
});

test("an instance that the file moves to another virtual router stays in its own until the file is loaded", () => {
  const own52 = { ...own, vrid: 52 };
  const edited = (): Scenario =>
    host(new Scenario())
      .fact(50, added(held(2, VIP)))
      .fact(60, notify("master", 100))
      .advert(100, "192.0.2.1", 100, own)
      .fact(5_000, configured([instance({ vrid: 52 })], {}, 4_900));
  const routers = (s: Scenario): string =>
    view(s)
      .routers.map(({ id, instance }) => `${id.vrid} ${instance?.state ?? "none"}`)
      .join();
  const s = edited();
  assert.equal(routers(s), "51 master");
  assert.deepEqual(router(s).contradictions, []);
  assert.deepEqual(
    router(s).drift.map(({ kind }) => kind),
    ["file"],
  );
  assert.equal(routers(s.fact(6_000, running(-10_000, 5_900))), "51 none,52 master", "it was reloaded");
  assert.equal(routers(edited().advert(5_100, "192.0.2.1", 100, own52)), "51 none,52 master", "its adverts are there");
  assert.equal(routers(edited().fact(6_000, configured([instance()], {}, 5_900))), "51 master", "it was taken back");
});

test("instances that change places in the file do so when it is loaded", () => {
  const s = host(new Scenario(), 0, [instance(), instance({ name: "VI_2", vrid: 52 })])
    .fact(10, notify("master", 100))
    .fact(11, notify("backup", 100, { name: "VI_2" }))
    .fact(
      5_000,
      configured([instance({ vrid: 52 }), instance({ name: "VI_2", vrid: 51 }), instance({ name: "VI_3", vrid: 51 })], {}, 4_900),
    );
  const names = (): string => [51, 52].map((vrid) => `${router(s, vrid).instance?.name}`).join();
  assert.equal(names(), "VI_1,VI_2");
  s.fact(6_000, running(-10_000, 5_900)).fact(6_001, configured([instance({ vrid: 52 }), instance({ name: "VI_2", vrid: 51 })], {}, 4_900));
  assert.equal(names(), "VI_2,VI_1");
});

test("the effective priority is that of the adverts or of the last call, whichever is newer", () => {
  const s = host(new Scenario()).fact(10, notify("master", 100)).advert(1_000, "192.0.2.1", 70, own);
  assert.equal(view(s).instances[0]?.priority, 70, "keepalived need not say what tracking does");
  s.fact(1_500, notify("master_priority", 40));
  assert.equal(view(s).instances[0]?.priority, 40);
  s.advert(2_000, "192.0.2.1", 0, own).fact(2_001, notify("backup", 40));
  assert.equal(view(s).instances[0]?.priority, 40);
});

test("forged notify calls cannot make more instances than the bound", () => {
  const s = new Scenario();
  for (let i = 0; i < 3_000; i++) s.fact(i, notify("master", null, { name: `X${i}`, source: "socket" }));
  assert.equal(view(s).instances.length, 1_024);
  assert.equal(view(s).notifies.get("socket instance master"), 3_000);
  s.fact(4_000, configured([instance()]));
  assert.equal(view(s).instances.length, 1_024);
  assert.ok(
    view(s).instances.some(({ name }) => name === "VI_1"),
    "what the file lists has room",
  );
});

test("the state of a sync group is what keepalived says, else what all its members are", () => {
  const members = [instance(), instance({ name: "VI_6", family: "ipv6", vrid: 60, addresses: [] })];
  const groups = { syncGroups: [{ name: "G1", members: ["VI_1", "VI_6"] }] };
  const s = host(new Scenario(), 0, members).fact(1, configured(members, groups));
  const group = (): string => view(s).syncGroups[0]?.state ?? "";
  assert.equal(group(), "unknown");
  s.fact(10, notify("master")).fact(11, notify("backup", null, { name: "VI_6" }));
  assert.equal(group(), "unknown");
  s.fact(12, notify("master", null, { name: "VI_6" }));
  assert.equal(group(), "master");
  s.fact(13, notify("fault", 0, { name: "G1", kind: "group" }));
  assert.equal(group(), "fault");
  s.fact(14, ended(-10_000));
  assert.equal(group(), "stop");
});

test("removing and adding the address by hand is told, with the device", () => {
  const s = host(new Scenario())
    .fact(10, notify("master", 100))
    .fact(11, added(held(2, VIP)))
    .fact(5_000, removed(held(2, VIP)));
  assert.deepEqual(
    s.trace().filter((line) => line.includes(VIP)),
    [`11 ${VIP} added eth0`, `5000 ${VIP} removed eth0`],
  );
  assert.deepEqual(router(s).contradictions, [`keepalived is master here, but ${VIP} is not on eth0`]);
});

test("words that a takeover by another host and the missing address refute were not keepalived's last", () => {
  const s = host(new Scenario())
    .fact(500, added(held(2, VIP)))
    .fact(501, notify("master", 100))
    .advert(502, "192.0.2.1", 100, own)
    .advert(1_502, "192.0.2.2", 150);
  assert.equal(state(s), "master by notify since 501", "both may be master");
  s.fact(1_503, removed(held(2, VIP)));
  assert.match(state(s), /^backup by inferred/);
  s.fact(9_000, notify("master", 100));
  assert.match(state(s), /^master by notify/, "it speaks before the takeover is on the wire");
});

test("own adverts with the address refute an older word that keepalived is backup", () => {
  const s = host(new Scenario())
    .fact(1, notify("backup", 100, { happened: null }))
    .fact(500, added(held(2, VIP)))
    .advert(501, "192.0.2.1", 100, own);
  assert.match(state(s), /^master by inferred/);
});

test("an address that only somebody's adverts list makes nobody master", () => {
  const s = host(new Scenario()).advert(100, "192.0.2.7", 200, { addresses: [VIP, "192.0.2.1"] });
  assert.equal(state(s), "backup by inferred since before");
  assert.equal(router(s).isMasterHere, false);
  assert.deepEqual(router(s).contradictions, []);
});

test("an inferred state follows the priority of the master", () => {
  const s = host(new Scenario()).advert(100, "192.0.2.2", 50).advert(1_100, "192.0.2.2", 150);
  assert.equal(state(s), "backup by inferred since before");
  s.advert(2_100, "192.0.2.2", 50);
  assert.match(state(s), /^unknown/);
});

test("a tracked interface that is down shows the fault, one of one's own with dont_track_primary does not", () => {
  const eth1 = link(3, "eth1");
  const tracks = [{ kind: "interface", name: "eth1", weight: 0 }] as const;
  const s = host(new Scenario(), 0, [instance({ tracks })]).fact(50, present(eth1));
  s.fact(60, changed(eth1, { ...eth1, up: false })).advert(100, "192.0.2.2", 150);
  assert.equal(state(s), "fault by inferred since before");
  const other = host(new Scenario(), 0, [instance({ dontTrackPrimary: true })]).fact(60, changed(eth0, { ...eth0, up: false }));
  assert.match(state(other), /^unknown/);
});

test("without a word, a tracked script that may fail leaves open whether it is backup or in FAULT", () => {
  const tracks = [{ kind: "script", name: "chk", weight: 0 }] as const;
  assert.match(state(host(new Scenario(), 0, [instance({ tracks })]).advert(100, "192.0.2.2", 150)), /^unknown/);
});

test("a new process whose start is not known has not said what the old one said", () => {
  const process = { startedWall: null, reloadedWall: null, mayHaveReloadedWall: null, version: null };
  const s = host(new Scenario()).fact(1_000, notify("master", 100));
  s.fact(2_000, { kind: "keepalived_process", process: { ...process, running: false } });
  s.fact(3_000, { kind: "keepalived_process", process: { ...process, running: true } });
  assert.doesNotMatch(state(s), /master/);
});

test("a call that only confirms the state does not begin it", () => {
  const s = host(new Scenario()).advert(100, "192.0.2.1", 100, own).fact(5_000, notify("master_priority", 90));
  assert.equal(state(s), "master by notify since before");
});

test("an address that is new in the file and not yet in the adverts is drift, not a contradiction", () => {
  const address = (text: string) => ({ address: text, prefixLength: 24, dev: null, advertised: true, dad: false });
  const s = host(new Scenario(), 0, [instance({ addresses: [address(VIP), address("192.0.2.101")] })])
    .fact(50, added(held(2, VIP)))
    .fact(60, notify("master", 100))
    .advert(100, "192.0.2.1", 100, own);
  assert.deepEqual(router(s).contradictions, []);
  assert.deepEqual(
    router(s).drift.map(({ kind }) => kind),
    ["addresses"],
  );
});

test("what was heard before a time of deafness is no answer after it", () => {
  const s = host(new Scenario())
    .advert(100, "192.0.2.1", 100, own)
    .fact(150, added(held(2, VIP)));
  assert.equal(router(s).isMasterHere, true);
  s.capture(5_000, "deaf")
    .fact(6_000, removed(held(2, VIP)))
    .fact(6_001, notify("fault"))
    .fact(7_000, notify("backup", 100))
    .capture(8_000, "hearing");
  assert.equal(router(s).isMasterHere, false);
  assert.deepEqual(router(s).contradictions, []);
});
