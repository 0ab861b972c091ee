import assert from "node:assert/strict";
import { test } from "node:test";
import { Timeline, testCases } from "./case.ts";
import { cases } from "./cases/slow-adverts.ts";

testCases("slow_adverts", cases);

test("who came late is named, whoever is master by now", () => {
  const t = new Timeline().adverts(0, 3_000, "192.0.2.1", 150).advert(6_000, "192.0.2.1", 150).adverts(6_500, 9_500, "192.0.2.2", 200);
  const active = t.engine.snapshot().host.routers[0]?.conditions.active.find(({ condition }) => condition === "slow_adverts");
  assert.equal(active?.evidence["master"], "192.0.2.1");
  assert.match(active?.summary ?? "", /adverts of 192\.0\.2\.1 come late/);
});
