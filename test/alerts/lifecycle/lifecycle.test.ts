import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert } from "../../../src/alerts/alert.ts";
import { parseMatcher } from "../../../src/lib/label-matcher.ts";
import { seconds } from "../../../src/lib/time.ts";
import { Feed, receiver } from "./feed.ts";

test("a condition is told after group_wait, and its end after group_interval", () => {
  const feed = new Feed().raise(5, "split_brain").clear(8, "split_brain").to(60);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPSplitBrain 51", "16 a: resolved VRRPSplitBrain 51"]);
  const [, resolved] = feed.heard;
  assert.equal(resolved?.notification.alerts[0]?.starts_at, "2026-01-01T00:00:05.000000Z");
  assert.equal(resolved?.notification.alerts[0]?.ends_at, "2026-01-01T00:00:08.000000Z");
});

test("an end long after is told after group_wait", () => {
  assert.deepEqual(new Feed().raise(5, "split_brain").clear(100, "split_brain").to(200).lines(), [
    "6 a: firing VRRPSplitBrain 51",
    "101 a: resolved VRRPSplitBrain 51",
  ]);
});

test("a segment that fails together is one notification, and its healing another", () => {
  const feed = new Feed();
  for (let vrid = 1; vrid <= 255; vrid++) feed.raise(5 + vrid / 1_000, "no_master", vrid);
  for (let vrid = 1; vrid <= 255; vrid++) feed.clear(40 + vrid / 1_000, "no_master", vrid);
  feed.to(100);
  assert.deepEqual(
    feed.heard.map(({ notification: { alerts, truncated } }) => [alerts.length, alerts[0]?.status, truncated]),
    [
      [255, "firing", 0],
      [255, "resolved", 0],
    ],
  );
});

test("a receiver with a limit gets the most severe ones, and a count of the rest", () => {
  const feed = new Feed([receiver("a", { maxAlerts: 3 })]);
  for (let vrid = 1; vrid <= 5; vrid++) feed.raise(5, "slow_adverts", vrid);
  feed.raise(5.5, "no_master", 9).to(20);
  const [only] = feed.heard;
  assert.deepEqual(
    only?.notification.alerts.map(({ labels }) => labels["alertname"]),
    ["VRRPNoMaster", "VRRPSlowAdverts", "VRRPSlowAdverts"],
  );
  assert.equal(only?.notification.truncated, 3);
  assert.equal(feed.heard.length, 1);
  assert.equal(feed.lifecycle.teller.truncated.get("a"), 3);
});

test("more ends than a receiver takes at once are told one notification after the other", () => {
  const feed = new Feed([receiver("a", { maxAlerts: 3 })]);
  for (let vrid = 1; vrid <= 3; vrid++) feed.raise(5, "no_master", vrid);
  for (let vrid = 4; vrid <= 6; vrid++) feed.raise(30, "no_master", vrid);
  for (let vrid = 1; vrid <= 6; vrid++) feed.clear(60, "no_master", vrid);
  feed.to(100);
  const ended = feed.heard.flatMap(({ notification: { alerts } }) => alerts.filter(({ status }) => status === "resolved"));
  assert.deepEqual(ended.map(({ labels }) => Number(labels["vrid"])).sort(), [1, 2, 3, 4, 5, 6]);
  assert.ok(feed.heard.every(({ notification: { alerts } }) => alerts.length <= 3));
});

test("two segments are two notifications", () => {
  const feed = new Feed().raise(5, "no_master", 51).raise(5, "no_master", 51, { interface: "eth1" }).to(20);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPNoMaster 51", "6 a: firing VRRPNoMaster 51"]);
});

test("one alert that two interfaces of a segment raise is over when both are", () => {
  const feed = new Feed().raise(5, "no_master").raise(6.5, "no_master", 51, { interface: "bond0" });
  feed.clear(30, "no_master").to(50);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPNoMaster 51"]);
  feed.clear(60, "no_master", 51, { interface: "bond0" }).to(80);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPNoMaster 51", "61 a: resolved VRRPNoMaster 51"]);
});

test("what comes later in a group waits for group_interval and brings what fires besides, but the first critical one does not wait", () => {
  const feed = new Feed().raise(5, "slow_adverts", 1).raise(7, "no_master", 2).raise(8.5, "no_master", 3).to(60);
  assert.deepEqual(feed.lines(), [
    "6 a: firing VRRPSlowAdverts 1",
    "8 a: firing VRRPNoMaster 2, firing VRRPSlowAdverts 1",
    "18 a: firing VRRPNoMaster 2, firing VRRPNoMaster 3, firing VRRPSlowAdverts 1",
  ]);
});

test("a receiver of single alerts is told of each change alone, and not again of the rest", () => {
  const feed = new Feed([receiver("a", { perAlert: true })])
    .raise(5, "no_master", 1)
    .raise(5.2, "no_master", 2)
    .clear(60, "no_master", 1)
    .to(99);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPNoMaster 1", "6 a: firing VRRPNoMaster 2", "61 a: resolved VRRPNoMaster 1"]);
});

test("what goes on is told again every repeat_interval, as long as it can be judged", () => {
  const feed = new Feed().raise(5, "no_master").to(6 + 4 * 3_600);
  feed.judged = false;
  feed.to(8 * 3_600 + 100);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPNoMaster 51", "14406 a (repeat): firing VRRPNoMaster 51"]);
});

test("receivers are told by severity and labels", () => {
  const matcher = parseMatcher('vrid=~"5."');
  assert.ok(matcher.ok);
  const feed = new Feed([receiver("critical", { severities: ["critical"] }), receiver("fifties", { matchers: [matcher.value] })]);
  feed.raise(5, "no_master", 51).raise(5, "slow_adverts", 51).raise(5, "no_master", 7).to(20);
  assert.deepEqual(feed.lines(), ["6 critical: firing VRRPNoMaster 7, firing VRRPNoMaster 51", "6 fifties: firing VRRPNoMaster 51"]);
});

test("who does not want ends is told of none", () => {
  const feed = new Feed([receiver("a", { sendResolved: false })])
    .raise(5, "no_master")
    .clear(60, "no_master")
    .raise(90, "no_master")
    .to(99);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPNoMaster 51", "91 a: firing VRRPNoMaster 51"]);
});

test("what was over before anybody could be told is told as a story with its times", () => {
  const feed = new Feed().raise(5, "split_brain").clear(5.4, "split_brain").to(20);
  assert.deepEqual(feed.lines(), ["6 a: resolved VRRPSplitBrain 51"]);
});

test("episodes that nobody was told of are counted", () => {
  const feed = new Feed().raise(5, "slow_adverts");
  for (let at = 7; at < 15; at += 2) feed.clear(at, "slow_adverts").raise(at + 1, "slow_adverts");
  feed.to(60);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPSlowAdverts 51", "16 a: firing VRRPSlowAdverts 51"]);
  assert.equal(feed.heard[1]?.notification.alerts[0]?.times, 4);
});

test("a consequence is no story, neither while its cause fires nor when both are over", () => {
  const feed = new Feed()
    .raise(5, "address_mismatch")
    .raise(5.5, "split_brain")
    .clear(50, "split_brain")
    .clear(50.1, "address_mismatch")
    .to(200);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPSplitBrain 51", "51 a: resolved VRRPSplitBrain 51"]);
});

test("a consequence that outlives its cause is told a minute later", () => {
  const feed = new Feed().raise(5, "split_brain").raise(5, "address_mismatch").clear(50, "split_brain").to(200);
  assert.deepEqual(feed.lines(), [
    "6 a: firing VRRPSplitBrain 51",
    "51 a: resolved VRRPSplitBrain 51",
    "111 a: firing VRRPAddressMismatch 51",
  ]);
});

test("who was told of something that turns out to be a consequence is told that it is over", () => {
  const feed = new Feed().raise(5, "address_mismatch").raise(30, "split_brain").clear(60, "address_mismatch").to(90);
  assert.deepEqual(feed.lines(), [
    "6 a: firing VRRPAddressMismatch 51",
    "31 a: firing VRRPSplitBrain 51",
    "61 a: firing VRRPSplitBrain 51, resolved VRRPAddressMismatch 51",
  ]);
});

test("another virtual router's split explains nothing", () => {
  const feed = new Feed().raise(5, "split_brain", 1).raise(5, "address_mismatch", 2).to(20);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPSplitBrain 1, firing VRRPAddressMismatch 2"]);
});

test("a silence holds back what begins, lets an end through, and what fires at its end is told then", () => {
  const feed = new Feed().raise(5, "no_master", 1).to(10);
  feed.silenced = () => true;
  feed.raise(20, "no_master", 2).clear(30, "no_master", 1).to(60);
  feed.silenced = () => false;
  feed.to(70);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPNoMaster 1", "31 a: resolved VRRPNoMaster 1", "62 a: firing VRRPNoMaster 2"]);
});

test("what came and went within a silence is no story", () => {
  const feed = new Feed();
  feed.silenced = () => true;
  feed.raise(5, "no_master").clear(30, "no_master").to(60);
  feed.silenced = () => false;
  assert.deepEqual(feed.to(90).lines(), []);
  assert.equal(feed.lifecycle.alerts.size, 0, "nothing is remembered of it");
});

test("what comes and goes all the time is told so, and how it stands once it is quiet", () => {
  const feed = new Feed();
  for (let at = 20; at < 400; at += 40) feed.raise(at, "slow_adverts").clear(at + 20, "slow_adverts");
  feed.to(1_000);
  const notes = (alert: Alert | undefined): string | undefined => alert?.annotations.damped;
  assert.equal(feed.heard.length, 8, feed.lines().join("\n"));
  assert.deepEqual(feed.lines().slice(5), [
    "121 a: resolved VRRPSlowAdverts 51",
    "141 a (damped): firing VRRPSlowAdverts 51",
    "701 a: resolved VRRPSlowAdverts 51",
  ]);
  assert.match(notes(feed.heard[6]?.notification.alerts[0]) ?? "", /told 6 times within 10 min; nothing more .* for 5 min/);
  feed.raise(2_000, "slow_adverts").to(2_100);
  assert.equal(feed.lines().at(-1), "2001 a: firing VRRPSlowAdverts 51");
});

test("what is not followed any more is neither over nor repeated", () => {
  const feed = new Feed()
    .raise(5, "no_master")
    .clear(60, "no_master", 51, { resolved: false })
    .to(5 * 3_600);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPNoMaster 51"]);
});

test("a change of master is told each time, and never as over", () => {
  const feed = new Feed([receiver("a", { severities: ["info"] })])
    .raise(5, "master_changed")
    .raise(40, "master_changed")
    .to(5 * 3_600);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPMasterChanged 51", "41 a: firing VRRPMasterChanged 51"]);
  const [first, second] = feed.heard.map(({ notification }) => notification.alerts[0]?.sequence ?? 0);
  assert.ok((first ?? 0) < (second ?? 0));
});

test("after a restart what fired is not told anew, and its end is told", () => {
  const before = new Feed().raise(5, "no_master", 1).raise(5, "no_master", 2).raise(5, "no_master", 3).to(20);
  const feed = before
    .restart(25)
    .raise(30, "no_master", 1)
    .reconcile(60, () => null)
    .reconcile(70, (vrid) => vrid === 1)
    .to(99)
    .clear(120, "no_master", 1)
    .to(200);
  assert.deepEqual(feed.lines(), [
    "71 a: firing VRRPNoMaster 1, resolved VRRPNoMaster 2, resolved VRRPNoMaster 3",
    "121 a: resolved VRRPNoMaster 1",
  ]);
  assert.equal(feed.heard[1]?.notification.alerts[0]?.starts_at, "2026-01-01T00:00:05.000000Z", "its first beginning");
});

test("after a restart somebody is told of what had not been told yet, and repeats go on in their rhythm", () => {
  const before = new Feed().raise(5, "no_master", 1).to(20).raise(20.5, "no_master", 2).to(20.9);
  const feed = before
    .restart(25)
    .raise(26, "no_master", 1)
    .raise(26, "no_master", 2)
    .to(4 * 3_600 + 40);
  assert.deepEqual(feed.lines(), [
    "26 a: firing VRRPNoMaster 1, firing VRRPNoMaster 2",
    "14426 a (repeat): firing VRRPNoMaster 1, firing VRRPNoMaster 2",
  ]);
});

test("numbers grow beyond those of an episode that is forgotten", () => {
  const feed = new Feed().raise(5, "no_master").clear(30, "no_master").to(2_000);
  assert.equal(feed.lifecycle.alerts.size, 0);
  feed.raise(2_000, "no_master").to(2_010);
  const numbers = feed.heard.map(({ notification }) => notification.alerts[0]?.sequence ?? 0);
  assert.deepEqual(
    [...numbers].sort((a, b) => a - b),
    numbers,
  );
  assert.equal(new Set(numbers).size, 3);
});

test("a critical alert has a place beside any number of others", () => {
  const feed = new Feed();
  for (let i = 0; i < 8_192; i++) feed.raise(5, "slow_adverts", i % 255, { vlan: Math.floor(i / 255) + 1 });
  feed.raise(5.5, "no_master", 7).to(20);
  assert.equal(feed.lifecycle.alerts.size, 8_192);
  assert.ok(feed.lines().some((line) => line.includes("firing VRRPNoMaster 7")));
});

test("a flood of alerts is bounded, and counted", () => {
  const feed = new Feed();
  for (let i = 0; i < 10_000; i++) feed.raise(5, "no_master", i % 255, { vlan: Math.floor(i / 255) + 1 });
  feed.to(20);
  assert.equal(feed.lifecycle.alerts.size, 8_192);
  assert.equal(feed.lifecycle.evicted, 10_000 - 8_192);
});

test("a damaged state file is not believed", () => {
  const feed = new Feed().raise(5, "no_master").to(20);
  for (const damage of [
    null,
    [],
    { version: 2 },
    { ...feed.stored(), alerts: [{ labels: { a: 1 } }] },
    { ...feed.stored(), conversations: {} },
  ]) {
    const next = new Feed();
    assert.equal(next.take(damage), false);
    assert.equal(next.lifecycle.alerts.size, 0);
  }
});

test("a virtual router whose segment has another name at the end than at the beginning is over all the same", () => {
  const feed = new Feed().raise(5, "no_master", 51, { interface: "eth0" }).to(10);
  feed.renamed = "192.0.2.0/24";
  feed.clear(60, "no_master", 51, { interface: "eth0" }).to(100);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPNoMaster 51", "61 a: resolved VRRPNoMaster 51"]);
});

test("what ended unheard of is found to be over", () => {
  const feed = new Feed()
    .raise(5, "no_master", 1)
    .raise(5, "no_master", 2)
    .to(60)
    .reconcile(60, () => null)
    .to(70);
  assert.equal(feed.heard.length, 1);
  feed.reconcile(70, () => false).to(99);
  assert.deepEqual(feed.lines()[1], "71 a: resolved VRRPNoMaster 1, resolved VRRPNoMaster 2");
});

test("a consequence is none of its own after a restart either, before its cause is heard of again", () => {
  const before = new Feed().raise(5, "split_brain").raise(5.2, "address_mismatch").to(20);
  const feed = before.restart(25).to(40).raise(40, "address_mismatch").raise(40, "split_brain").to(60);
  assert.deepEqual(feed.lines(), []);
  feed.clear(70, "split_brain").clear(70, "address_mismatch").to(99);
  assert.deepEqual(feed.lines(), ["71 a: resolved VRRPSplitBrain 51"]);
});

test("what could not be repeated at its time is repeated when it can", () => {
  const feed = new Feed().raise(5, "no_master").to(14_400);
  feed.judged = false;
  feed.to(14_500);
  feed.judged = true;
  feed.to(14_600);
  assert.deepEqual(feed.lines(), ["6 a: firing VRRPNoMaster 51", "14501 a (repeat): firing VRRPNoMaster 51"]);
});

test("an end is told once, however long others of its group go on, and over a restart", () => {
  const feed = new Feed([receiver("a")], { keepResolved: seconds(900) });
  feed.raise(5, "no_master", 1).clear(60, "no_master", 1).raise(700, "no_master", 2).to(705);
  const again = feed.restart(706).to(800);
  const ends = [...feed.lines(), ...again.lines()].filter((line) => line.includes("resolved"));
  assert.deepEqual(ends, ["61 a: resolved VRRPNoMaster 1"]);
});

test("damping ends where it settles as it was told last, and its end is told at once", () => {
  const feed = new Feed();
  for (let at = 20; at < 180; at += 40) feed.raise(at, "slow_adverts").clear(at + 20, "slow_adverts");
  feed.raise(180, "slow_adverts").to(700);
  const settled = feed.lines().slice(6);
  assert.deepEqual(settled, ["141 a (damped): firing VRRPSlowAdverts 51", "481 a: firing VRRPSlowAdverts 51"]);
  feed.clear(3_600, "slow_adverts").to(3_700);
  assert.equal(feed.lines().at(-1), "3601 a: resolved VRRPSlowAdverts 51");
});

test("damping ends also where nothing has changed since it was said", () => {
  const feed = new Feed();
  for (let at = 20; at < 140; at += 40) feed.raise(at, "slow_adverts").clear(at + 20, "slow_adverts");
  feed.raise(140, "slow_adverts").to(700);
  assert.deepEqual(feed.lines().slice(6), ["141 a (damped): firing VRRPSlowAdverts 51", "440 a (repeat): firing VRRPSlowAdverts 51"]);
});

test("who wants no ends is spared what comes and goes all the time as well", () => {
  const feed = new Feed([receiver("a", { sendResolved: false })]);
  for (let at = 20; at < 1_000; at += 40) feed.raise(at, "slow_adverts").clear(at + 20, "slow_adverts");
  feed.to(1_100);
  assert.ok(feed.heard.length <= 8, `${feed.heard.length} notifications`);
  assert.equal(feed.heard.filter(({ notification: { reason } }) => reason === "damped").length, 1);
});

test("numbers grow although the clock is stepped back, also over a restart", () => {
  const feed = new Feed().raise(5, "no_master").clear(30, "no_master").to(2_000);
  feed.stepWall(-3_600);
  feed.raise(2_000, "no_master").to(2_010);
  const again = feed.restart(2_020);
  again.stepWall(-7_200);
  again.clear(2_030, "no_master").to(2_100).raise(2_700, "no_master").to(2_800);
  const numbers = [...feed.heard, ...again.heard].map(({ notification }) => notification.alerts[0]?.sequence ?? 0);
  assert.equal(numbers.length, 5);
  assert.deepEqual(
    [...numbers].sort((a, b) => a - b),
    numbers,
  );
  assert.equal(new Set(numbers).size, 5);
});

test("each alert of a receiver of single alerts is repeated in its own time", () => {
  const feed = new Feed([receiver("a", { perAlert: true, damps: false })]).raise(5, "no_master", 1);
  for (let at = 3_600; at < 20_000; at += 3_600) feed.raise(at, "slow_adverts", 2).clear(at + 600, "slow_adverts", 2);
  feed.to(20_000);
  assert.deepEqual(
    feed.lines().filter((line) => line.includes("repeat")),
    ["14406 a (repeat): firing VRRPNoMaster 1"],
  );
});

test("a repeat that does not fit has the most severe ones", () => {
  const feed = new Feed([receiver("a", { maxAlerts: 2 })]);
  feed.raise(5, "slow_adverts", 1).raise(5, "slow_adverts", 2).raise(20, "no_master", 3).to(15_000);
  const [repeat] = feed.heard.filter(({ notification: { reason } }) => reason === "repeat");
  assert.equal(repeat?.notification.alerts[0]?.labels["alertname"], "VRRPNoMaster");
  assert.equal(repeat?.notification.truncated, 1);
});

test("an episode is measured by its own causes, not by those of the one before", () => {
  const feed = new Feed([receiver("a")], { keepResolved: seconds(900) });
  feed.raise(5, "split_brain").raise(5.2, "address_mismatch").clear(30, "address_mismatch").clear(31, "split_brain");
  feed.raise(200, "address_mismatch").to(260);
  assert.equal(feed.lines().at(-1), "201 a: firing VRRPAddressMismatch 51");
});

test("after a restart one alert of two interfaces is over when both are", () => {
  const before = new Feed().raise(5, "no_master").raise(5, "no_master", 51, { interface: "bond0" }).to(20);
  const feed = before.restart(25).raise(26, "no_master").clear(40, "no_master").to(60);
  assert.deepEqual(feed.lines(), []);
  feed.clear(61, "no_master", 51, { interface: "bond0" }).to(80);
  assert.deepEqual(feed.lines(), ["62 a: resolved VRRPNoMaster 51"]);
});

test("a change of master within a silence is no news at its end, and two at once are counted", () => {
  const feed = new Feed([receiver("a", { severities: ["info"] })]);
  feed.silenced = () => true;
  feed.raise(5, "master_changed").to(20);
  feed.silenced = () => false;
  feed.to(40);
  assert.deepEqual(feed.lines(), []);
  feed.raise(50, "master_changed").raise(50.5, "master_changed").to(70);
  assert.deepEqual(feed.lines(), ["51 a: firing VRRPMasterChanged 51"]);
  assert.equal(feed.heard[0]?.notification.alerts[0]?.times, 2);
});

test("thousands of alerts in hundreds of segments are looked at in little time", () => {
  const feed = new Feed([receiver("a"), receiver("b"), receiver("c")]);
  for (let i = 0; i < 8_000; i++) feed.raise(5, "no_master", i % 255, { vlan: Math.floor(i / 255) + 1, interface: `net${i % 500}` });
  let calls = 0;
  const { teller } = feed.lifecycle;
  const isHeld = teller.isHeld.bind(teller);
  teller.isHeld = (...given) => {
    calls += 1;
    return isHeld(...given);
  };
  feed.to(7);
  assert.ok(calls <= 3 * 8_000, `${calls} looks`);
});
