import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMatcher } from "../../../src/lib/label-matcher.ts";
import { seconds } from "../../../src/lib/time.ts";
import { Feed, receiver } from "./feed.ts";

const matcher = (text: string) => {
  const parsed = parseMatcher(text);
  assert.ok(parsed.ok);
  return parsed.value;
};

test("who knows what fires is not told again, and a new receiver is told", () => {
  const feed = new Feed([receiver("a")]).raise(5, "split_brain").to(10);
  feed.reconfigure([receiver("a", { maxAlerts: 5 }), receiver("b")]);
  feed.to(60).clear(100, "split_brain").to(200);
  assert.deepEqual(feed.lines(), [
    "6 a: firing VRRPSplitBrain 51",
    "11 b: firing VRRPSplitBrain 51",
    "101 a: resolved VRRPSplitBrain 51",
    "101 b: resolved VRRPSplitBrain 51",
  ]);
});

test("a new receiver hears nothing of what is over, nor of what only happened", () => {
  const feed = new Feed([receiver("a", { severities: ["critical", "info"] })]);
  feed.raise(5, "split_brain").clear(20, "split_brain").raise(25, "master_changed").to(27);
  feed.reconfigure([receiver("a", { severities: ["critical", "info"] }), receiver("b", { severities: ["critical", "info"] })]);
  assert.deepEqual(
    feed
      .to(300)
      .lines()
      .filter((line) => line.includes(" b:")),
    [],
  );
});

test("who was told that something fires hears of its end, also where it would not be told of such any more", () => {
  const feed = new Feed([receiver("a")]).raise(5, "split_brain").raise(5, "slow_adverts", 52).to(10);
  feed.reconfigure([receiver("a", { matchers: [matcher('vrid="52"')] })]);
  feed.clear(100, "split_brain").to(200).raise(300, "split_brain").to(400);
  assert.deepEqual(feed.lines().slice(1), ["101 a: firing VRRPSlowAdverts 52, resolved VRRPSplitBrain 51"]);
});

test("what waits for group_wait is told by the new receivers and times", () => {
  const feed = new Feed([receiver("a"), receiver("gone")]).raise(5, "split_brain");
  feed.reconfigure([receiver("a")], { groupWait: seconds(3) });
  assert.deepEqual(feed.to(60).lines(), ["8 a: firing VRRPSplitBrain 51"]);
  assert.deepEqual(
    feed.stored().conversations.map(({ receiver: name }) => name),
    ["a"],
  );
});

test("a receiver that comes back is told what fires by then", () => {
  const feed = new Feed([receiver("a")]).raise(5, "split_brain").to(10);
  feed.reconfigure([]);
  feed.to(20);
  feed.reconfigure([receiver("a")]);
  assert.deepEqual(feed.to(30).lines(), ["6 a: firing VRRPSplitBrain 51", "21 a: firing VRRPSplitBrain 51"]);
});
