import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { wallTime } from "../../src/lib/time.ts";
import { LinkType } from "../../src/wire/frame.ts";
import { createCaptureParser } from "../../src/wire/pcap/parser.ts";
import { pcapHeader, pcapRecord } from "../../src/wire/pcap/writer.ts";
import { readCapture } from "../helpers/captures.ts";
import { advertFrame, concat } from "../helpers/packets.ts";
import { parse } from "./parse.ts";

const container = (name: string): Uint8Array => readCapture(`28m-malformed/containers/${name}`);
const first = Date.UTC(2026, 10, 20, 18, 40) * 1_000;

for (const name of [
  "le-us.pcap",
  "be-us.pcap",
  "le-ns.pcap",
  "be-ns.pcap",
  "le-us.pcapng",
  "sll.pcap",
  "sll2.pcap",
  "rawip.pcap",
  "null.pcap",
]) {
  test(`all five packets of ${name} are read, one second apart`, () => {
    const { records, problem } = parse(container(name));
    assert.equal(problem, null);
    assert.deepEqual(
      records.map((r) => Math.floor((r.wall - first) / 1_000_000)),
      [0, 1, 2, 3, 4],
    );
    assert.ok(records.every((r) => r.bytes.length === r.length && Number.isInteger(r.wall)));
  });
}

test("nanoseconds are cut to microseconds", () => {
  const [micro, nano] = ["le-us.pcap", "le-ns.pcap"].map((name) => parse(container(name)).records.map((r) => r.wall));
  assert.deepEqual(nano, micro);
});

const problems: readonly [string, string, number][] = [
  ["zero-bytes.pcap", "empty", 0],
  ["bad-magic.pcap", "bad_magic", 0],
  ["cut-in-frame.pcap", "cut_in_record", 3],
  ["cut-in-record-header.pcap", "cut_in_record", 3],
  ["huge-caplen.pcap", "absurd_length", 1],
];
for (const [name, code, readable] of problems) {
  test(`${name} gives what is readable, then the problem ${code}`, () => {
    const { records, problem } = parse(container(name));
    assert.deepEqual([records.length, problem?.code], [readable, code]);
  });
}

test("a file with a header and no packet is in order", () => {
  assert.deepEqual(parse(container("empty.pcap")), { records: [], problem: null });
});

const refused: readonly [string, Uint8Array, string, RegExp][] = [
  ["a modified pcap", concat([0x34, 0xcd, 0xb2, 0xa1], new Uint8Array(40)), "unsupported_format", /modified/],
  ["a compressed file", concat([0x1f, 0x8b, 8, 0], new Uint8Array(40)), "unsupported_format", /gzip/],
  ["another pcap version", concat([0xd4, 0xc3, 0xb2, 0xa1, 3, 0], new Uint8Array(40)), "unsupported_format", /version 3/],
  ["half a magic number", Uint8Array.of(0xd4, 0xc3), "cut_in_header", /header/],
  ["half a header", container("le-us.pcap").slice(0, 20), "cut_in_header", /header/],
];
for (const [name, bytes, code, message] of refused) {
  test(`${name} is refused in words`, () => {
    const { problem } = parse(bytes);
    assert.equal(problem?.code, code);
    assert.match(problem?.message ?? "", message);
  });
}

test("the direction and the interface come from the cooked header", () => {
  const directions = new Set<string>();
  const names = new Set<string | null>();
  for (const { direction, interface: name } of parse(readCapture("22-use-vmac/a.any.pcap")).records) {
    directions.add(direction);
    names.add(name);
  }
  assert.deepEqual([...directions].sort(), ["in", "out"]);
  assert.ok([...names].every((name) => name !== null && /^if\d+$/.test(name)));
});

test("a packet that claims to be shorter on the wire than in the file is as long as in the file", () => {
  const bytes = advertFrame();
  const { records } = parse(concat(pcapHeader(LinkType.ethernet, 65_535), pcapRecord(wallTime(1), bytes, 3)));
  assert.equal(records[0]?.length, bytes.length);
});

test("after a problem nothing more is read", () => {
  const parser = createCaptureParser({ record: () => assert.fail("a packet was invented") });
  parser.push(container("bad-magic.pcap"));
  parser.push(container("le-us.pcap"));
  assert.equal(parser.problem?.code, "bad_magic");
});

const written = [0, 1_795_200_000_123_456, 4_294_967_295_999_999].map((us, i) => ({
  wall: wallTime(us),
  bytes: advertFrame({ vrid: i + 1 }),
}));
const file = (linkType: number): Uint8Array =>
  concat(pcapHeader(linkType, 262_144), ...written.map(({ wall, bytes }) => pcapRecord(wall, bytes, bytes.length + 7)));

test("what is written is read back", () => {
  const { records, problem } = parse(file(LinkType.ethernet));
  assert.equal(problem, null);
  assert.deepEqual(
    records.map(({ wall, bytes, length, linkType }) => ({ wall, bytes, length, linkType })),
    written.map(({ wall, bytes }) => ({ wall, bytes, length: bytes.length + 7, linkType: LinkType.ethernet })),
  );
});

const tcpdump = spawnSync("tcpdump", ["--version"]).error === undefined;
test("tcpdump reads what is written", { skip: tcpdump ? false : "tcpdump is not installed" }, () => {
  const { stdout, status } = spawnSync("tcpdump", ["-nn", "-tt", "-r", "-"], { input: file(LinkType.ethernet), encoding: "utf8" });
  assert.equal(status, 0);
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, 3);
  assert.match(lines[1] ?? "", /^1795200000\.123456 IP 192\.0\.2\.1 > 224\.0\.0\.18: .*VRRPv3, Advertisement, vrid 2/);
});
