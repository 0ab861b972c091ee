import assert from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../../src/lib/time.ts";
import { renderExposition } from "../../src/metrics/render.ts";
import { host } from "../core/host/facts.ts";
import { Scenario } from "../helpers/scenario.ts";
import { sampleAgent } from "./sample.ts";

const own = "192.0.2.1";
const A = "192.0.2.2";
const B = "192.0.2.3";

/** Adverts sent and received, and the resignations among them, as the counters of VI_1 have them. */
function counted(s: Scenario): number[] {
  const text = renderExposition(s.engine.snapshot(), sampleAgent({ compat: true }), "text");
  return ["advertisements_sent", "advertisements_received", "priority_zero_sent", "priority_zero_received"].map((name) =>
    Number(new RegExp(`^keepalived_${name}_total{iname="VI_1",intf="eth0",vrid="51"} (.*)$`, "m").exec(text)?.[1]),
  );
}

test("adverts are counted by direction, also those of an address that was this host's first and another's then", () => {
  const s = host(new Scenario()).adverts(0, 3_000, own, 100, { direction: "out" }).advert(3_500, own, 0, { direction: "out" });
  s.adverts(4_100, 6_100, own, 150).advert(6_500, own, 0).adverts(7_100, 8_100, A, 120);
  assert.deepEqual(counted(s), [5, 6, 1, 1]);
});

test("the counters do not go back when a sender is forgotten", () => {
  const s = host(new Scenario({ forgetAfter: seconds(60) })).adverts(0, 3_000, own, 100, { direction: "out" });
  s.advert(3_500, own, 0, { direction: "out" }).adverts(4_100, 6_100, A, 150).advert(6_500, A, 0).adverts(7_100, 200_100, B, 120);
  assert.deepEqual(
    s.engine.snapshot().routers[0]?.senders.map(({ source }) => source),
    [B],
  );
  assert.deepEqual(counted(s), [5, 4 + 194, 1, 1]);
});

test("nor when one has to make room for others", () => {
  const s = host(new Scenario({ maxSenders: 2 })).adverts(0, 3_000, A, 200);
  for (let i = 0; i < 10; i++) s.advert(3_100 + i, `198.51.100.${i}`, 0);
  assert.equal(s.engine.snapshot().evictions.sender, 9);
  assert.deepEqual(counted(s), [0, 14, 0, 10]);
});
