import assert from "node:assert/strict";
import { test } from "node:test";
import { createDecoder } from "../../src/wire/decode.ts";
import { advertFrame, makeFrame } from "../helpers/packets.ts";
import { Scenario } from "../helpers/scenario.ts";

const A = "192.0.2.7";
const B = "192.0.2.8";

/** What keepalived 2.4 appends (its `vrrp_auth_hmac.h`): type 1, key, two reserved bytes, seconds, fraction, counter, HMAC. */
function hmacTrailer(keyId: number, counter: number): Uint8Array {
  const bytes = new Uint8Array(28);
  const view = new DataView(bytes.buffer);
  bytes.set([1, keyId]);
  view.setUint32(4, 0x6a000000 + counter);
  view.setUint16(10, counter);
  bytes.fill(0x5a ^ counter, 12);
  return bytes;
}

/** A segment whose adverts arrive as frames, each with a key or, with null, without a trailer. */
class Segment {
  readonly scenario = new Scenario();
  readonly #decoder = createDecoder();
  #sent = 0;

  send(atMs: number, source: string, priority: number, keyId: number | null): this {
    this.#sent++;
    const frame = advertFrame({ source, priority, ...(keyId === null ? {} : { trailer: hmacTrailer(keyId, this.#sent) }) });
    const decoded = this.#decoder.decode(makeFrame(frame));
    assert.equal(decoded.kind, "advert");
    this.scenario.advert(atMs, source, priority, decoded.kind === "advert" ? decoded.advert : {});
    return this;
  }

  get conditions(): string[] {
    return this.scenario.events.flatMap((event) => (event.kind === "condition_raised" ? [event.condition] : []));
  }
}

test("a pair that signs fails over and changes its key, and nothing is raised", () => {
  const segment = new Segment();
  for (let at = 0; at < 5_000; at += 1_000) segment.send(at, A, 150, 1);
  segment.send(5_000, A, 0, 1);
  for (let at = 5_610; at < 10_000; at += 1_000) segment.send(at, B, 100, 1);
  for (let at = 10_610; at < 20_000; at += 1_000) segment.send(at, B, 100, 2);
  assert.deepEqual(segment.conditions, []);
  assert.deepEqual(segment.scenario.masterChanges(), [`0 ->${A} initial`, `5610 ${A}>${B} priority_zero 0.61`]);
});

test("a node that signs beside one that does not is a mismatch of authentication", () => {
  const segment = new Segment();
  for (let at = 0; at < 4_000; at += 1_000) segment.send(at, A, 150, 1).send(at + 500, B, 100, null);
  assert.ok(segment.conditions.includes("auth_mismatch"), segment.conditions.join(", "));
});
