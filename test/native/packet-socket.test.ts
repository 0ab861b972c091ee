import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { advert, unwanted, wanted } from "./frames.ts";
import { liveSkip, type Script, VethPair } from "./support.ts";

const end = advert(255);

/** All frames that the observer saw, by their names. */
function heard(observer: Script, names: ReadonlyMap<string, string>): string[] {
  return observer.of("frame").flatMap((line) => names.get(String(line.hex)) ?? []);
}

describe("the packet socket on real devices", { skip: liveSkip() }, () => {
  let net: VethPair;
  before(() => {
    net = new VethPair();
  });
  after(() => net.remove());

  test("the kernel filter passes what the decoder reads, and nothing else, on the way out", async () => {
    // On the way out the tags are part of the bytes: every branch of the filter is tried behind none, one and two of them.
    const observer = await net.observe("a");
    await net.send("a", "vw0", [...unwanted, ...wanted].map(([, frame]) => frame).concat(end));
    await observer.until("the last frame", () => observer.of("frame").some((line) => line.hex === end));
    const names = new Map([...unwanted, ...wanted].map(([name, frame]) => [frame, name]));
    assert.deepEqual(
      heard(observer, names),
      wanted.map(([name]) => name),
    );
    assert.ok(observer.of("frame").every((line) => line.direction === "out"));
    assert.equal(await observer.quit(), 0);
  });

  test("the kernel filter passes the same on the way in, where the outer tag is metadata", async () => {
    const observer = await net.observe("b");
    await net.send("a", "vw0", [...unwanted, ...wanted].map(([, frame]) => frame).concat(end));
    await observer.until("the last frame", () => observer.of("frame").some((line) => line.hex === end));
    const frames = observer.of("frame").slice(0, -1);
    assert.equal(frames.length, wanted.length);
    assert.ok(frames.every((line) => line.direction === "in"));
    const tagged = wanted.flatMap(([name], i) => (/tagged|QinQ/.test(name) ? [frames[i]?.vlanTci] : []));
    assert.deepEqual(tagged, [10, 10, 20, 0]);
    assert.ok(frames.every((line, i) => line.vlanTci !== null || wanted[i]?.[1] === line.hex));
    assert.equal(await observer.quit(), 0);
  });

  test("frames that the kernel had to drop while the loop was blocked are counted and told", async () => {
    const observer = await net.observe("b");
    observer.command("quiet on");
    const sent = 150_000;
    await observer.whileBlocked(() => net.send("a", "vw0", [advert()], { count: sent }));
    await observer.until("the drops", () => observer.of("dropped").length > 0);
    observer.command("quiet off");
    // The kernel (seen with Linux 6.18) drops one more frame when it opens the ring again after an overflow, and counts it.
    // A reader that is still busy with the full ring may lose some more: what counts is that each of them is in the sum.
    const heardEnd = (): boolean => observer.of("frame").some((line) => line.hex === end);
    let more = 0;
    while (!heardEnd() && more < 100) {
      await net.send("a", "vw0", [end]);
      more += 1;
      await setTimeout(100);
    }
    await observer.until("the last frame", heardEnd);
    observer.command("drain");
    observer.command("counts");
    await observer.until("the counts", () => observer.of("counts").length > 0);
    const [counts] = observer.of("counts");
    const packets = Number(counts?.packets);
    const drops = Number(counts?.drops);
    assert.ok(drops > 0);
    assert.equal(packets + drops, sent + more);
    assert.equal(
      observer.of("dropped").reduce((sum, line) => sum + Number(line.count), 0),
      drops,
    );
    assert.equal(await observer.quit(), 0);
  });

  test("an exception of the sink goes to uncaughtException, and the frames behind it are delivered all the same", async () => {
    const observer = await net.observe("b");
    observer.command("throw 2");
    await observer.whileBlocked(() => net.send("a", "vw0", [advert(1), advert(2), advert(3), advert(4)]));
    await observer.until("two frames", () => observer.of("frame").length === 2);
    assert.equal(observer.of("uncaught").length, 2);
    assert.deepEqual(
      observer.of("frame").map((line) => line.hex),
      [advert(3), advert(4)],
    );
    assert.equal(await observer.quit(), 0);
  });

  test("five hundred sockets of each kind, opened and closed, leave no descriptor and no memory behind", async () => {
    // In ten processes at once: the kernel waits long when it closes a packet socket, but it waits for all of them together.
    const scripts = Array.from({ length: 10 }, () => net.run("b", "cycles.js", ["50"]));
    for (const script of scripts) {
      await script.until("the result", () => script.of("cycles").length > 0);
      const [result] = script.of("cycles");
      assert.equal(result?.socketsAfter, result?.socketsBefore);
      // Leaked rings would be 50 times 8 MiB.
      assert.ok(Number(result?.growthMiB) < 32, `grew by ${String(result?.growthMiB)} MiB`);
      assert.equal(await script.quit(), 0);
    }
  });

  test("a worker that ends with its sockets open takes them with it", async () => {
    const script = net.run("b", "worker-exit.js");
    await script.until("the result", () => script.of("workers").length > 0);
    const [result] = script.of("workers");
    assert.equal(result?.socketsAfter, result?.socketsBefore);
    assert.equal(await script.quit(), 0);
  });
});
