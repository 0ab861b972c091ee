import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkType } from "../../src/wire/frame.ts";
import { createCaptureParser } from "../../src/wire/pcap/parser.ts";
import { advertFrame, concat } from "../helpers/packets.ts";
import { parse } from "./parse.ts";

/** Writes the blocks of a pcapng file in one byte order (draft-ietf-opsawg-pcapng §4). */
class Blocks {
  readonly #little: boolean;

  constructor(little: boolean) {
    this.#little = little;
  }

  readonly u16 = (n: number): number[] => this.#order([n & 0xff, (n >> 8) & 0xff]);
  readonly u32 = (n: number): number[] => this.#order([n & 0xff, (n >>> 8) & 0xff, (n >>> 16) & 0xff, (n >>> 24) & 0xff]);
  readonly u64 = (n: bigint): number[] => {
    const words = [Number(n & 0xffffffffn), Number((n >> 32n) & 0xffffffffn)];
    return (this.#little ? words : words.reverse()).flatMap(this.u32);
  };

  block(type: number, body: Uint8Array | number[]): Uint8Array {
    const padded = pad(body);
    const length = this.u32(padded.length + 12);
    return concat(this.u32(type), length, padded, length);
  }

  readonly option = (code: number, value: Uint8Array | number[]): Uint8Array => concat(this.u16(code), this.u16(value.length), pad(value));
  readonly section = (): Uint8Array =>
    this.block(0x0a0d0d0a, concat(this.u32(0x1a2b3c4d), this.u16(1), this.u16(0), this.u64(0xffffffffffffffffn)));
  readonly interface = (options: Uint8Array[] = [], linkType: number = LinkType.ethernet, snapLength = 0): Uint8Array =>
    this.block(1, concat(this.u16(linkType), [0, 0], this.u32(snapLength), ...options));
  readonly named = (name: string): Uint8Array => this.option(2, new TextEncoder().encode(name));
  readonly enhanced = (id: number, stamp: bigint, bytes: Uint8Array, options: Uint8Array[] = []): Uint8Array =>
    this.block(6, concat(this.u32(id), this.#stamp(stamp), this.u32(bytes.length), this.u32(bytes.length), pad(bytes), ...options));
  readonly obsolete = (id: number, stamp: bigint, bytes: Uint8Array): Uint8Array =>
    this.block(2, concat(this.u16(id), this.u16(0xffff), this.#stamp(stamp), this.u32(bytes.length), this.u32(bytes.length), pad(bytes)));
  readonly simple = (bytes: Uint8Array, length = bytes.length): Uint8Array => this.block(3, concat(this.u32(length), pad(bytes)));

  /** High word first, in both byte orders. */
  readonly #stamp = (n: bigint): number[] => [...this.u32(Number(n >> 32n)), ...this.u32(Number(n & 0xffffffffn))];
  readonly #order = (bytes: number[]): number[] => (this.#little ? bytes : bytes.reverse());
}

const pad = (bytes: Uint8Array | number[]): Uint8Array => concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
const bytes = advertFrame({ addresses: ["192.0.2.100"] }).slice(0, 45); // an odd length, so that padding matters
const t0 = 1_795_200_000_123_456;

for (const little of [true, false]) {
  const b = new Blocks(little);
  const order = little ? "little-endian" : "big-endian";

  test(`a ${order} file with two named interfaces`, () => {
    const { records, problem } = parse(
      concat(
        b.section(),
        b.interface([b.named("eth0")]),
        b.interface([b.named("eth1")]),
        b.enhanced(1, BigInt(t0), bytes),
        b.enhanced(0, BigInt(t0 + 1), bytes),
      ),
    );
    assert.equal(problem, null);
    assert.deepEqual(
      records.map((r) => [r.interface, r.wall - t0, r.bytes.length]),
      [
        ["eth1", 0, 45],
        ["eth0", 1, 45],
      ],
    );
  });

  const resolutions: readonly [string, number | null, bigint, bigint][] = [
    ["microseconds by default", null, BigInt(t0), 0n],
    ["nanoseconds", 9, BigInt(t0) * 1_000n + 999n, 0n],
    ["milliseconds", 3, BigInt(t0) / 1_000n, 0n],
    ["powers of two", 0x80 | 20, (BigInt(t0) << 20n) / 1_000_000n, 0n],
    ["an offset", 6, BigInt(t0) - 5_000_000n, 5n],
    ["a negative offset", 9, (BigInt(t0) + 5_000_000n) * 1_000n, -5n],
  ];
  for (const [name, resolution, stamp, offset] of resolutions) {
    test(`${order} time stamps: ${name}`, () => {
      const options = resolution === null ? [] : [b.option(9, [resolution]), b.option(14, b.u64(BigInt.asUintN(64, offset)))];
      const { records } = parse(concat(b.section(), b.interface(options), b.enhanced(0, stamp, bytes)));
      const lost = resolution === 3 ? t0 % 1_000 : resolution === (0x80 | 20) ? 1 : 0;
      const wall = records[0]?.wall ?? Number.NaN;
      assert.ok(wall <= t0 && wall >= t0 - lost, `${wall} instead of ${t0}`);
    });
  }

  test(`the ${order} flags of a packet tell its direction`, () => {
    const flagged = (flags: number): Uint8Array => b.enhanced(0, 1n, bytes, [b.option(2, b.u32(flags)), b.option(0, [])]);
    const { records } = parse(concat(b.section(), b.interface(), flagged(1), flagged(2), flagged(0)));
    assert.deepEqual(
      records.map((r) => r.direction),
      ["in", "out", "unknown"],
    );
  });

  test(`${order} packet blocks of the other two kinds`, () => {
    const { records, problem } = parse(concat(b.section(), b.interface(), b.obsolete(0, BigInt(t0), bytes), b.simple(bytes)));
    assert.equal(problem, null);
    assert.deepEqual(
      records.map((r) => [r.wall, r.bytes.length]),
      [
        [t0, 45],
        [t0, 45],
      ],
    );
  });
}

const b = new Blocks(true);

test("blocks of unknown types are passed over, however long", () => {
  const { records, problem } = parse(concat(b.section(), b.block(0xbad, new Uint8Array(700_000)), b.interface(), b.enhanced(0, 1n, bytes)));
  assert.deepEqual([records.length, problem], [1, null]);
});

test("a section may have another byte order, and describes its interfaces anew", () => {
  const big = new Blocks(false);
  const { records, problem } = parse(
    concat(
      b.section(),
      b.interface([b.named("eth0")]),
      b.enhanced(0, 1n, bytes),
      big.section(),
      big.interface(),
      big.enhanced(0, 2n, bytes),
    ),
  );
  assert.equal(problem, null);
  assert.deepEqual(
    records.map((r) => [r.interface, r.wall]),
    [
      ["eth0", 1],
      [null, 2],
    ],
  );
});

test("interfaces without a name stay apart, and `any` is no name", () => {
  const { records } = parse(
    concat(b.section(), b.interface([b.named("any")]), b.interface(), b.enhanced(0, 1n, bytes), b.enhanced(1, 1n, bytes)),
  );
  assert.deepEqual(
    records.map((r) => r.interface),
    [null, "if1"],
  );
});

test("an interface name cannot send commands to a terminal", () => {
  const { records } = parse(concat(b.section(), b.interface([b.named("\u001b[31meth0\n")]), b.enhanced(0, 1n, bytes)));
  assert.equal(records[0]?.interface, "%1b[31meth0%0a");
});

const namesOf = (...names: string[]): (string | null | undefined)[] =>
  parse(
    concat(b.section(), ...names.map((name) => b.interface([b.named(name)])), ...names.map((_, i) => b.enhanced(i, 1n, bytes))),
  ).records.map((record) => record.interface);

test("interface names that differ stay different, whatever bytes they have", () => {
  assert.deepEqual(namesOf("\u00e4-lan", "\u00f6-lan", "%c3%a4-lan", "a b"), ["%c3%a4-lan", "%c3%b6-lan", "%25c3%25a4-lan", "a%20b"]);
});

test("the name of a Windows interface is kept as it is", () => {
  const name = "\\Device\\NPF_{7A5B6F1E-0C1D-4B6C-9C41-0123456789AB}";
  assert.deepEqual(namesOf(name), [name]);
});

test("long interface names are cut, and stay different", () => {
  const long = "x".repeat(64);
  const names = namesOf(long, `${long}1`, `${long}2`, "\u00e4".repeat(40), `${"\u00e4".repeat(40)}!`);
  assert.equal(names[0], long);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.ok((name ?? "").length <= 64, `${name}`);
  assert.match(names[1] ?? "", /^x{55}#[0-9a-f]{8}$/);
  assert.deepEqual(namesOf(`${long}1`), [names[1]]);
});

test("a sink is told how many interfaces a section has", () => {
  const counts: number[] = [];
  const parser = createCaptureParser({ record: () => {}, interfaces: (count) => void counts.push(count) });
  parser.push(concat(b.section(), b.interface(), b.interface(), b.section(), b.interface()));
  assert.deepEqual(counts, [1, 2, 1]);
});

test("a simple packet is as long as the snap length of its interface allows", () => {
  const { records } = parse(concat(b.section(), b.interface([], LinkType.ethernet, 40), b.simple(bytes.slice(0, 40), 45)));
  assert.deepEqual(
    records.map((r) => [r.bytes.length, r.length]),
    [[40, 45]],
  );
});

test("a time beyond what a clock can show is brought back into range", () => {
  const { records } = parse(concat(b.section(), b.interface(), b.enhanced(0, 0xffffffffffffffffn, bytes)));
  assert.equal(records[0]?.wall, Number.MAX_SAFE_INTEGER);
});

const damaged: readonly [string, Uint8Array, string][] = [
  ["lengths that differ", alter(concat(b.section(), b.interface()), -4, 99), "damaged"],
  ["a length that is no multiple of four", alter(concat(b.section(), b.interface()), 28 + 4, 21), "damaged"],
  ["no byte order mark", alter(b.section(), 8, 0), "damaged"],
  ["a packet of an interface that nobody described", concat(b.section(), b.enhanced(3, 1n, bytes)), "damaged"],
  ["a simple packet before any interface", concat(b.section(), b.simple(bytes)), "damaged"],
  ["a packet longer than its block", alter(concat(b.section(), b.interface(), b.enhanced(0, 1n, bytes)), 28 + 20 + 20, 200), "damaged"],
  ["an absurd block", concat(b.section(), b.u32(6), b.u32(0x7ffffffc), b.u32(0)), "absurd_length"],
  ["an unknown version", alter(b.section(), 12, 9), "unsupported_format"],
  ["a cut block", concat(b.section(), b.interface()).slice(0, -6), "cut_in_record"],
  ["a cut block of an unknown type", concat(b.section(), b.block(0xbad, new Uint8Array(400))).slice(0, -6), "cut_in_record"],
];
for (const [name, file, code] of damaged) test(`${name}: ${code}`, () => assert.equal(parse(file).problem?.code, code));

function alter(file: Uint8Array, at: number, to: number): Uint8Array {
  const copy = Uint8Array.from(file);
  copy[at < 0 ? copy.length + at : at] = to;
  return copy;
}
