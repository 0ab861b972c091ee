import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type CaptureFileEnd, type CaptureFileSink, openCaptureFile, type ReadOptions } from "../../src/capture/file.ts";
import { wallTime } from "../../src/lib/time.ts";
import { type Frame, LinkType } from "../../src/wire/frame.ts";
import { pcapHeader, pcapRecord } from "../../src/wire/pcap/writer.ts";
import { capturesFolder } from "../helpers/captures.ts";
import { advertFrame, concat } from "../helpers/packets.ts";

const directory = mkdtempSync(join(tmpdir(), "vrrpwatch-file-"));
after(() => rmSync(directory, { recursive: true }));

const t0 = 1_795_200_000_000_000;

/** A file of adverts with these stamps, in microseconds after `t0`. */
function fileOf(stamps: readonly number[], linkType: number = LinkType.ethernet): string {
  const path = join(directory, `${stamps.length}-${linkType}-${stamps.join("_").slice(0, 40)}.pcap`);
  const bytes = advertFrame();
  writeFileSync(path, concat(pcapHeader(linkType, 65_535), ...stamps.map((us) => pcapRecord(wallTime(t0 + us), bytes, bytes.length))));
  return path;
}

interface Read {
  readonly end: CaptureFileEnd;
  readonly lines: readonly string[];
}

async function read(path: string, more: Partial<CaptureFileSink> = {}, options: ReadOptions = {}): Promise<Read> {
  const file = await openCaptureFile(path);
  assert.ok(file.ok);
  const lines: string[] = [];
  let first: number | null = null;
  const since = (at: number): number => at - (first ?? at);
  const sink: CaptureFileSink = {
    frame(frame: Frame) {
      first ??= frame.at;
      lines.push(`${since(frame.at)} ${frame.wall - t0}`);
    },
    gap: (at, wall) => void lines.push(`gap ${since(at)} ${wall - t0}`),
    settled: () => {},
    ...more,
  };
  return { end: await file.value.read(sink, options), lines };
}

test("time goes by the stamps of the file", async () => {
  const { lines, end } = await read(fileOf([0, 1_000_000, 4_600_000_000]));
  assert.deepEqual(lines, ["0 0", "1000000 1000000", "4600000000 4600000000"]);
  assert.deepEqual([end.frames, end.problem], [3, null]);
});

test("a little disorder is passed on as it is", async () => {
  const { lines } = await read(fileOf([0, 5_000_000, 4_000_000, 6_000_000]));
  assert.deepEqual(lines, ["0 0", "5000000 5000000", "4000000 4000000", "6000000 6000000"]);
});

test("after a clock that was set back, time goes on and the gap is told", async () => {
  const { lines } = await read(fileOf([0, 5_000_000, 3_999_999, 4_500_000]));
  assert.deepEqual(lines, ["0 0", "5000000 5000000", "gap 5000001 3999999", "5000001 3999999", "5500002 4500000"]);
});

test("a frame whose stamp waits for the next one is handed over before its piece is settled for the last time", async () => {
  const calls: string[] = [];
  await read(fileOf([0, 600_000_000]), {
    frame: (frame) => void calls.push(`${frame.wall - t0}`),
    settled: () => void calls.push("settled"),
  });
  assert.deepEqual(calls, ["0", "settled", "600000000", "settled"]);
});

test("in the order of time, a false stamp is put right", async () => {
  const stamps = [0, 1_000_000, 600_000_000, 2_000_000];
  assert.deepEqual((await read(fileOf(stamps), {}, { inOrder: true })).lines, [
    "0 0",
    "1000000 1000000",
    "gap 1000001 1000001",
    "1000001 1000001",
    "2000000 2000000",
  ]);
  assert.deepEqual((await read(fileOf(stamps))).lines, [
    "0 0",
    "1000000 1000000",
    "gap 1000001 600000000",
    "1000001 600000000",
    "2000000 2000000",
  ]);
});

test("a damaged file gives what is readable and then the problem", async () => {
  const { end, lines } = await read(fileURLToPath(new URL("28m-malformed/containers/cut-in-frame.pcap", capturesFolder)));
  assert.deepEqual([lines.length, end.frames, end.problem?.code, end.bytesRead], [3, 3, "cut_in_record", 292]);
});

test("frames of a link type that cannot be decoded are counted and named once", async () => {
  const { end } = await read(fileOf([0, 1, 2], 147));
  assert.deepEqual([end.frames, end.unknownLinkTypes], [3, [147]]);
});

test("the size of a file is known before it is read", async () => {
  const file = await openCaptureFile(fileOf([0]));
  assert.ok(file.ok);
  assert.equal(file.value.size, 24 + 16 + advertFrame().length);
  await file.value.read({ frame: () => {}, gap: () => {}, settled: () => {} });
});

test("what cannot be opened is said in words", async () => {
  const missing = await openCaptureFile(join(directory, "missing.pcap"));
  assert.match(missing.ok ? "" : missing.error.message, /missing\.pcap: there is no such file/);
  const folder = await openCaptureFile(directory);
  assert.match(folder.ok ? "" : folder.error.message, /it is a directory/);
});

test("a failure of the one who reads is not taken for one of the file", async () => {
  const broken = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  await assert.rejects(
    read(fileOf([0, 1]), {
      settled: () => Promise.reject(broken),
    }),
    broken,
  );
});

test("reading can be ended early", async () => {
  const stop = new AbortController();
  const { end } = await read(fileOf([0, 1]), { settled: () => stop.abort() }, { signal: stop.signal });
  assert.equal(end.problem, null);
});

test("the reader is waited for between the pieces of a large file", async () => {
  const path = join(directory, "large.pcap");
  const record = pcapRecord(wallTime(t0), new Uint8Array(200_000), 200_000);
  writeFileSync(path, concat(pcapHeader(LinkType.ethernet, 262_144), ...new Array<Uint8Array>(12).fill(record)));
  let writing = 0;
  let pieces = 0;
  const { end } = await read(path, {
    frame: () => assert.equal(writing, 0),
    async settled() {
      pieces++;
      writing++;
      await new Promise(setImmediate);
      writing--;
    },
  });
  assert.equal(end.frames, 12);
  assert.ok(pieces >= 3, `${pieces} pieces`);
});
