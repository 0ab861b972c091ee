import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../../src/core/engine.ts";
import { instant, millis, wallTime } from "../../src/lib/time.ts";
import { advertInput, EPOCH_US, makeAdvert } from "../helpers/scenario.ts";

/** A small generator of its own, so that every run floods alike. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("a million adverts with random VRID, source, VLAN and addresses stay within every bound and leave the real one alone", () => {
  const engine = new Engine();
  const next = random(1);
  for (let t = 0; t < 3_000; t += 1_000) engine.handle(advertInput(t, "192.0.2.11", 150));
  let at = 3_000_000;
  for (let i = 0; i < 1_000_000; i++) {
    at += 10;
    const vrid = 1 + next(255);
    const source = `198.51.${next(256)}.${next(256)}`;
    const advert = makeAdvert(source, next(256), {
      vrid: vrid === 51 ? 50 : vrid,
      vlan: 1 + next(4_094),
      interval: millis(10 * (1 + next(4_095))),
      addresses: Array.from({ length: i % 1_000 === 0 ? 255 : 1 }, (_, n) => `192.0.2.${n}`),
    });
    engine.handle({
      kind: "advert",
      at: instant(at),
      wall: wallTime(EPOCH_US + at),
      interface: "eth0",
      direction: "in",
      advert,
      ipId: next(65_536),
    });
    if (i % 100_000 === 0) engine.handle(advertInput(at / 1_000, "192.0.2.11", 150));
  }
  const { routers, evictions, interfaces } = engine.snapshot();
  assert.ok(routers.length <= 512);
  assert.ok(
    routers.every((r) => r.senders.length <= 8 && r.addresses.length <= 16 && r.senders.every((s) => s.lastAdvert.addresses.length <= 16)),
  );
  assert.ok(interfaces.length <= 1);
  assert.ok(evictions.virtual_router > 900_000);
  assert.ok(evictions.address > 0);
  assert.equal(routers.find((r) => r.id.vrid === 51 && r.id.vlan === undefined)?.master?.source, "192.0.2.11");
});

test("senders that change with every advert of one virtual router stay within the bound", () => {
  const engine = new Engine();
  const next = random(2);
  engine.handle(advertInput(0, "192.0.2.11", 254));
  engine.handle(advertInput(1, "192.0.2.11", 254));
  for (let i = 0; i < 100_000; i++) engine.handle(advertInput(2 + i / 1_000, `198.51.${next(256)}.${next(256)}`, next(255)));
  const [router] = engine.snapshot().routers;
  assert.equal(router?.senders.length, 8);
  assert.ok(router?.senders.some((s) => s.source === "192.0.2.11"));
});

const ours = { interface: "eth0", family: "ipv4", vrid: 51 } as const;
/** More virtual routers on another interface than there is room for, each heard so often that it counts as established. */
function fill(engine: Engine, fromMs: number): void {
  for (let round = 0; round < 12; round++)
    for (let i = 0; i < 600; i++) {
      const at = (fromMs + round * 1_000) * 1_000 + i;
      const advert = makeAdvert("198.51.100.1", 100, { vrid: 1 + (i % 255), vlan: 1 + Math.floor(i / 255) });
      const wall = wallTime(EPOCH_US + at);
      engine.handle({ kind: "advert", at: instant(at), wall, interface: "eth1", direction: "in", advert, ipId: round });
    }
}
const mastersOfOurs = (engine: Engine): (string | undefined)[] =>
  engine
    .snapshot()
    .routers.filter(({ id }) => id.interface === ours.interface && id.vrid === ours.vrid)
    .map(({ master }) => master?.source);

test("a virtual router that the user names is let in although a flood has filled the table for good", () => {
  const engine = new Engine({ expectedRouters: [ours] });
  fill(engine, 0);
  engine.handle(advertInput(12_000, "192.0.2.11", 150));
  assert.deepEqual(mastersOfOurs(engine), ["192.0.2.11"]);
});

test("one that nobody knows is not, and is counted", () => {
  const engine = new Engine();
  fill(engine, 0);
  const before = engine.snapshot().evictions.virtual_router;
  engine.handle(advertInput(12_000, "192.0.2.11", 150));
  assert.deepEqual(mastersOfOurs(engine), []);
  assert.equal(engine.snapshot().evictions.virtual_router, before + 1);
});

test("one that the user names is not displaced by a flood when it was heard but a few times and fell silent", () => {
  const engine = new Engine({ expectedRouters: [ours] });
  for (let t = 0; t < 3_000; t += 1_000) engine.handle(advertInput(t, "192.0.2.11", 150));
  engine.advance(instant(20_000_000));
  fill(engine, 20_000);
  const router = engine.snapshot().routers.find(({ id }) => id.interface === ours.interface);
  assert.equal(router?.senders.length, 1);
});
