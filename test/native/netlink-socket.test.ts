import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Line, liveSkip, VethPair } from "./support.ts";

describe("the netlink event socket", { skip: liveSkip() }, () => {
  let net: VethPair;
  before(() => {
    net = new VethPair();
  });
  after(() => net.remove());

  async function flood(receiveBytes: number): Promise<Line> {
    const script = net.run("b", "netlink-flood.js", [String(receiveBytes)]);
    await script.until("the end of the flood", () => script.of("quiet").length > 0);
    net.ip("b", "address add 192.0.2.99/32 dev vw1");
    await script.until("an event after the flood", () => script.of("marked").length > 0);
    net.ip("b", "address del 192.0.2.99/32 dev vw1");
    assert.equal(await script.quit(), 0);
    const [result] = script.of("marked");
    assert.ok(result !== undefined);
    return result;
  }

  test("an overrun is told once and the socket goes on", async () => {
    const result = await flood(1 << 18);
    assert.equal(result.overruns, 1);
    assert.equal(result.damaged, 0);
    assert.ok(Number(result.messages) > 0 && Number(result.messages) < 20_000);
  });

  test("a large receive buffer holds a flood of 20,000 changes, which is read in bounded batches", async () => {
    const result = await flood(32 << 20);
    assert.deepEqual(
      { overruns: result.overruns, messages: result.messages, longestBatch: result.longestBatch },
      { overruns: 0, messages: 20_000, longestBatch: 64 },
    );
  });
});
