import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { FrameRing } from "../../src/incidents/frame-ring.ts";
import { instant, micros, seconds, wallTime } from "../../src/lib/time.ts";
import { fold, wordSum } from "../../src/wire/checksum.ts";
import { decodeFrame } from "../../src/wire/decode.ts";
import { type Frame, LinkType } from "../../src/wire/frame.ts";
import { capturesFolder, framesOf } from "../helpers/captures.ts";
import { advertFrame, advertIp, concat, makeFrame } from "../helpers/packets.ts";

const PASSWORD = "s3cr3t!!";

/** What a ring hands out again, with bytes of their own. */
function kept(frames: readonly Frame[], bytes = 1_000_000): Frame[] {
  const ring = new FrameRing({ bytes, keep: seconds(1e6) });
  for (const frame of frames) ring.add(frame, decodeFrame(frame));
  return contents(ring);
}

function contents(ring: FrameRing, from = -Infinity): Frame[] {
  const out: Frame[] = [];
  ring.since(instant(from), (r) => out.push({ ...r, bytes: r.buffer.slice(r.start, r.start + r.size), direction: "unknown" }));
  return out;
}

const one = (frame: Frame): Frame => kept([frame])[0] as Frame;

/** Whether two or more characters of the password that stand together in the original stand there still. */
const holds = (bytes: Uint8Array, text: string): boolean => Buffer.from(bytes).includes(text);

const withPassword = (spec: Parameters<typeof advertFrame>[0] = {}): Uint8Array =>
  advertFrame({ version: 2, authType: 1, password: PASSWORD, ...spec });

test("a frame comes out of the ring as it went in", () => {
  const frame = makeFrame(advertFrame(), { at: instant(7), wall: wallTime(1_700_000_000_123_456), interface: "eth0" });
  const out = one(frame);
  assert.deepEqual(
    [out.at, out.wall, out.interface, out.linkType, out.length],
    [7, 1_700_000_000_123_456, "eth0", LinkType.ethernet, frame.length],
  );
  assert.deepEqual(out.bytes, frame.bytes);
});

test("the password of an advert is zero, the checksum right, and everything else as before", () => {
  const frame = makeFrame(withPassword());
  const out = one(frame);
  assert.ok(holds(frame.bytes, PASSWORD) && !holds(out.bytes, PASSWORD));
  assert.deepEqual(decodeFrame(out), decodeFrame(frame));
  assert.deepEqual(out.bytes, withPassword({ password: "" }));
});

test("a wrong checksum stays wrong by the same difference", () => {
  const sum = (bytes: Uint8Array): number => fold(wordSum(bytes, 34, 54));
  const frame = makeFrame(withPassword({ checksum: "wrong" }));
  const out = one(frame);
  assert.ok(!holds(out.bytes, PASSWORD.slice(0, 2)));
  assert.equal(sum(out.bytes), sum(frame.bytes));
  assert.deepEqual(decodeFrame(out), decodeFrame(frame));
});

/** An Ethernet frame around an IPv4 packet whose header is changed and whose checksum is put right where `fix` says so. */
function changedIp(change: (ip: Uint8Array) => void, fix = true): Uint8Array {
  const ip = advertIp({ version: 2, authType: 1, password: PASSWORD, addresses: ["192.0.2.100", "192.0.2.101"] });
  change(ip);
  if (fix) {
    ip[10] = 0;
    ip[11] = 0;
    const sum = ~fold(wordSum(ip, 0, (ip[0] as number & 15) * 4)) & 0xffff;
    ip[10] = sum >> 8;
    ip[11] = sum & 0xff;
  }
  return concat(advertFrame().slice(0, 14), ip);
}

const variants: Readonly<Record<string, Frame>> = {
  "with a VLAN tag": makeFrame(withPassword({ tags: [{ tpid: 0x8100, tci: 100 }] })),
  "with two VLAN tags": makeFrame(
    withPassword({
      tags: [
        { tpid: 0x88a8, tci: 100 },
        { tpid: 0x8100, tci: 7 },
      ],
    }),
  ),
  "with a tag that the kernel stripped": makeFrame(withPassword(), { vlanTci: 100 }),
  "that counts too few addresses": makeFrame(withPassword({ count: 0, addresses: ["192.0.2.100", "192.0.2.101"] })),
  "that counts too many addresses": makeFrame(withPassword({ count: 9 })),
  "that counts as many as make it look like CARP": makeFrame(
    withPassword({ count: 7, addresses: ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"] }),
  ),
  "of version 3": makeFrame(withPassword().map((byte, i) => (i === 34 ? 0x31 : byte))),
  "of version 1": makeFrame(withPassword().map((byte, i) => (i === 34 ? 0x11 : byte))),
  "of another type": makeFrame(withPassword({ type: 2 })),
  "with TTL 64": makeFrame(withPassword({ ttl: 64 })),
  "without authentication, by its type": makeFrame(withPassword({ authType: 0 })),
  "of an unknown authentication type": makeFrame(withPassword({ authType: 9 })),
  "with bytes behind it": makeFrame(withPassword({ trailing: new Uint8Array(5).fill(7) })),
  "whose IP length ends before the password": makeFrame(changedIp((ip) => ip.set([0, 36], 2))),
  "whose IP length ends within the password": makeFrame(changedIp((ip) => ip.set([0, 41], 2))),
  "whose IP length is too long": makeFrame(changedIp((ip) => ip.set([0, 99], 2))),
  "whose IP checksum is wrong": makeFrame(changedIp((ip) => ip.set([0x12], 10), false)),
  "whose IP header seems to be longer": makeFrame(changedIp((ip) => ip.set([0x46], 0), false)),
  "whose IP header seems to be longer, with a right checksum": makeFrame(changedIp((ip) => ip.set([0x46], 0))),
  "whose IP version is wrong": makeFrame(changedIp((ip) => ip.set([0x55], 0), false)),
  "in a first fragment": makeFrame(changedIp((ip) => ip.set([0x20, 0], 6))),
  "in a later fragment": makeFrame(changedIp((ip) => ip.set([0, 3], 6))),
  "that was cut": makeFrame(withPassword().slice(0, 52), { length: 54 }),
  "in a cooked frame": makeFrame(concat(new Uint8Array(14), [8, 0], advertIp({ version: 2, authType: 1, password: PASSWORD })), {
    linkType: LinkType.linuxSll,
  }),
  "in a frame without a link layer": makeFrame(advertIp({ version: 2, authType: 1, password: PASSWORD }), { linkType: LinkType.raw }),
};

for (const [title, frame] of Object.entries(variants)) {
  test(`no part of a password is kept of an advert ${title}, and it means what it meant`, () => {
    const out = one(frame);
    for (let i = 0; i + 2 <= PASSWORD.length; i++) assert.ok(!holds(out.bytes, PASSWORD.slice(i, i + 2)), PASSWORD.slice(i));
    assert.deepEqual(decodeFrame(out), decodeFrame(frame));
  });
}

const folder = fileURLToPath(capturesFolder);
const captures = readdirSync(folder).flatMap((name) =>
  readdirSync(`${folder}${name}`)
    .filter((file) => file.endsWith(".pcap"))
    .map((file) => `${name}/${file}`),
);

test("what every frame of every capture means survives the ring", () => {
  assert.ok(captures.length > 30);
  for (const capture of captures) {
    const frames = framesOf(capture).filter((frame) => decodeFrame(frame).kind !== "other");
    const out = kept(frames, 32_000_000);
    assert.equal(out.length, frames.length, capture);
    for (const [i, frame] of frames.entries()) assert.deepEqual(decodeFrame(out[i] as Frame), decodeFrame(frame), `${capture} ${i}`);
  }
});

/** The password fields of all VRRPv2 adverts with `auth_type PASS` whose layout tshark would believe, and of those cut short. */
function passwordsIn(capture: string): Set<string> {
  const found = new Set<string>();
  for (const frame of framesOf(capture)) {
    const decoded = decodeFrame(frame);
    if (decoded.kind !== "advert" || decoded.advert.auth !== "simple") continue;
    const at = Buffer.from(frame.bytes).indexOf(Buffer.from([0x21, decoded.advert.vrid, decoded.advert.priority]));
    const start = at + 8 + 4 * decoded.advert.addresses.length;
    found.add(
      Buffer.from(frame.bytes.slice(start, start + 8))
        .toString("latin1")
        .replace(/\0+$/, ""),
    );
  }
  return found;
}

for (const capture of captures.filter((name) => passwordsIn(name).size > 0)) {
  test(`no password of ${capture} is in the ring`, () => {
    for (const password of passwordsIn(capture)) {
      assert.ok(readFileSync(`${folder}${capture}`).includes(password));
      for (const { bytes } of kept(
        framesOf(capture).filter((f) => decodeFrame(f).kind !== "other"),
        8_000_000,
      )) {
        for (let i = 0; i + 4 <= password.length; i++) assert.ok(!holds(bytes, password.slice(i, i + 4)), password);
      }
    }
  });
}

test("the captures with passwords are among them", () => {
  const names = captures.filter((name) => passwordsIn(name).size > 0).join();
  assert.ok(existsSync(`${folder}28m-malformed/malformed.pcap`));
  assert.match(names, /02-v2-pass/);
  assert.match(names, /28m-malformed/);
});

test("a tag that the kernel stripped is in the bytes again, and the frame belongs to the same virtual router", () => {
  for (const tci of [100, 0x6064, 0]) {
    const frame = makeFrame(advertFrame(), { vlanTci: tci });
    const out = one(frame);
    assert.deepEqual(out.bytes, advertFrame({ tags: [{ tpid: 0x8100, tci }] }));
    assert.equal(out.length, frame.length + 4);
    assert.deepEqual(decodeFrame(out), decodeFrame(frame));
  }
});

test("a damaged frame keeps no password, whatever is damaged", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 14, max: 45 }), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 }),
      (changes) => {
        const bytes = withPassword();
        for (const [at, value] of changes) bytes[at] = value;
        const frame = makeFrame(bytes);
        const decoded = decodeFrame(frame);
        if (decoded.kind === "other" || (decoded.kind === "advert" && decoded.advert.version === 3)) return;
        const out = one(frame);
        assert.ok(!holds(out.bytes, PASSWORD.slice(2, 6)));
        assert.deepEqual(decodeFrame(out), decoded);
      },
    ),
    { numRuns: 3_000 },
  );
});

test("the oldest frames give way, and what is left is whole and in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 14, max: 400 }), { maxLength: 60 }), fc.integer({ min: 600, max: 2_000 }), (sizes, room) => {
      const ring = new FrameRing({ bytes: room, keep: seconds(1_000) });
      const frames = sizes.map((size, i) => makeFrame(new Uint8Array(size).fill(i), { at: instant(i) }));
      for (const [i, frame] of frames.entries()) {
        ring.add(frame, { kind: "other" });
        const out = contents(ring);
        assert.deepEqual(
          out.map((f) => f.bytes),
          frames.slice(i + 1 - out.length, i + 1).map((f) => f.bytes),
        );
        assert.ok(out.length > 0 && out.length === ring.count);
        // As many as fit, but for what the wrap leaves unused.
        assert.ok(out.length === i + 1 || out.reduce((n, f) => n + f.bytes.length + 32, 0) > room - 2 * 432);
      }
    }),
  );
});

test("frames from before the time that is kept are gone", () => {
  const ring = new FrameRing({ bytes: 100_000, keep: seconds(30) });
  for (const at of [0, 10, 31, 45]) ring.add(makeFrame(advertFrame(), { at: instant(at * 1e6) }), { kind: "other" });
  assert.deepEqual(
    contents(ring).map((f) => f.at),
    [31e6, 45e6],
  );
  assert.deepEqual(
    contents(ring, 40e6).map((f) => f.at),
    [45e6],
  );
});

test("a frame that is too large is not kept", () => {
  const ring = new FrameRing({ bytes: 100_000, keep: micros(1e9) });
  assert.equal(ring.add(makeFrame(new Uint8Array(20_000)), { kind: "other" }), false);
  assert.equal(ring.count, 0);
});
