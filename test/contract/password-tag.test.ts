import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { decodedJson } from "../../src/commands/decode-json.ts";
import { DecodeText } from "../../src/commands/decode-text.ts";
import { runCommandLine } from "../../src/commands/program.ts";
import { Engine } from "../../src/core/engine.ts";
import { eventJson } from "../../src/core/event-json.ts";
import { toInput } from "../../src/core/intake.ts";
import type { HalfSipKey } from "../../src/lib/half-siphash.ts";
import { instant, wallTime } from "../../src/lib/time.ts";
import { renderExposition } from "../../src/metrics/render.ts";
import { createDecoder } from "../../src/wire/decode.ts";
import type { Frame } from "../../src/wire/frame.ts";
import { capturesFolder, framesOf } from "../helpers/captures.ts";
import { CollectIo } from "../helpers/collect-io.ts";
import { advertFrame, makeFrame } from "../helpers/packets.ts";
import { sampleApp, sampleHub } from "../http/harness.ts";
import { sampleAgent } from "../metrics/sample.ts";

const keys: readonly HalfSipKey[] = [
  { k0: 1, k1: 2 },
  { k0: 0xdeadbeef, k1: 0x01234567 },
];

/** Two senders of one virtual router with different passwords, both for a minute. */
const twoPasswords: readonly Frame[] = Array.from({ length: 120 }, (_, i) => {
  const t = i * 500_000;
  const sender = i % 2;
  const bytes = advertFrame({
    version: 2,
    authType: 1,
    password: sender === 0 ? "abcdefgh" : "cdabefgh",
    source: `192.0.2.${sender + 1}`,
    priority: 100 + sender,
    ipId: i,
  });
  return makeFrame(bytes, { at: instant(t), wall: wallTime(1_795_200_000_000_000 + t), interface: "eth0", direction: "in" });
});

/** Everything that the program tells about these frames, and the tags that it knew meanwhile. */
async function told(frames: readonly Frame[], key: HalfSipKey): Promise<{ outputs: Record<string, string>; tags: Set<number> }> {
  const engine = new Engine();
  const decoder = createDecoder(key);
  const hub = sampleHub();
  const text = new DecodeText({ relative: false, paint: (_, words) => words });
  const tags = new Set<number>();
  const outputs: Record<string, string> = { decodeJson: "", decodeText: "", events: "" };
  frames.forEach((frame, index) => {
    const decoded = decoder.decode(frame);
    if (decoded.kind === "advert" && decoded.advert.passwordTag !== undefined) tags.add(decoded.advert.passwordTag);
    if (decoded.kind === "advert" || decoded.kind === "rejected" || decoded.kind === "carp") {
      const packet = { frame: index + 1, wall: frame.wall, interface: frame.interface, decoded };
      text.begin(frame.at);
      outputs["decodeJson"] += JSON.stringify(decodedJson(packet));
      outputs["decodeText"] += text.line(packet, frame.at);
    }
    const input = toInput(frame, decoded);
    for (const event of input === undefined ? engine.advance(frame.at) : engine.handle(input)) {
      hub.publish(event);
      outputs["events"] += JSON.stringify(eventJson(event));
    }
  });
  const snapshot = engine.snapshot();
  for (const format of ["text", "openmetrics"] as const)
    outputs[format] = renderExposition(snapshot, sampleAgent({ compat: true }), format);
  const app = sampleApp({ snapshot, events: hub });
  for (const url of ["/", "/api/v1/status", "/api/v1/virtual-routers", "/api/v1/conditions", "/api/v1/events", "/api/v1/keepalived"])
    outputs[url] = (await app.inject({ url })).body;
  await app.close();
  return { outputs, tags };
}

for (const [name, frames, passwords] of [
  ["one password", framesOf("02-v2-pass/monitor.pcap"), 1],
  ["two passwords", twoPasswords, 2],
] as const)
  test(`nothing that the program tells depends on the key of the tags: ${name}`, async () => {
    const [one, other] = await Promise.all(keys.map((key) => told(frames, key)));
    assert.ok(one !== undefined && other !== undefined);
    assert.deepEqual([one.tags.size, other.tags.size], [passwords, passwords]);
    assert.notDeepEqual(one.tags, other.tags);
    for (const [output, text] of Object.entries(one.outputs)) {
      assert.ok(text.length > 0, output);
      assert.equal(text, other.outputs[output], output);
      for (const tag of one.tags) assert.ok(!text.includes(String(tag)) && !text.includes(tag.toString(16)), output);
    }
  });

test("two runs of replay and decode, each with a key of its own, print the same", async () => {
  const capture = fileURLToPath(new URL("02-v2-pass/monitor.pcap", capturesFolder));
  for (const args of [["replay"], ["replay", "--json"], ["replay", "--metrics"], ["decode"], ["decode", "--json"]]) {
    const [first, second] = [new CollectIo(), new CollectIo()];
    for (const io of [first, second]) assert.equal(await runCommandLine([...args, capture], io), 0);
    assert.ok(first.stdout.length > 0);
    assert.equal(second.stdout, first.stdout, args.join(" "));
  }
});
