import assert from "node:assert/strict";
import { test } from "node:test";
import { RoutePoller } from "../../src/netlink/route-poller.ts";
import { SystemLinks } from "../../src/netlink/system-links.ts";

type Interfaces = ReturnType<NonNullable<ConstructorParameters<typeof SystemLinks>[0]>>;

const present = (...names: readonly string[]): Interfaces =>
  Object.fromEntries(names.map((name) => [name, [{ internal: name.startsWith("lo"), mac: "02:00:00:00:00:0A" }]]));

test("a first list that cannot be read ends the start", async () => {
  const poller = new RoutePoller({ dump: () => Promise.reject(new Error("refused")), warn: () => {} });
  await assert.rejects(poller.start(), /refused/);
  poller.close();
});

test("the table is complete once the poller has started", async () => {
  const system = new SystemLinks(() => present("lo0", "en0"));
  const poller = new RoutePoller({ dump: async () => system.dump(), warn: () => {} });
  await poller.start();
  assert.deepEqual(
    poller.table.all().map(({ name, loopback, up, mac }) => [name, loopback, up, mac]),
    [
      ["lo0", true, true, "02:00:00:00:00:0a"],
      ["en0", false, true, "02:00:00:00:00:0a"],
    ],
  );
  poller.close();
});

test("a device that vanishes from Node's list counts as down and comes back under the same index", () => {
  let names = ["en0", "en1"];
  const system = new SystemLinks(() => present(...names));
  const facts = (): unknown[] => system.dump().links.map(({ index, name, up }) => [index, name, up]);
  facts();
  names = ["en1"];
  assert.deepEqual(facts(), [
    [1, "en0", false],
    [2, "en1", true],
  ]);
  names = ["en0", "en1"];
  assert.deepEqual(facts(), [
    [1, "en0", true],
    [2, "en1", true],
  ]);
});

test("names that come and go do not pile up", () => {
  let round = 0;
  const system = new SystemLinks(() => present("en0", `tap${round}`));
  for (; round < 1_000; round++) system.dump();
  assert.ok(system.dump().links.length <= 256);
  assert.ok(system.dump().links.some(({ name, up }) => name === "en0" && up));
});
