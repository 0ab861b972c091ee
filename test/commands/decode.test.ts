import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type DecodeOptions, decode } from "../../src/commands/decode.ts";
import { capturesFolder } from "../helpers/captures.ts";

const capture = (name: string): string => fileURLToPath(new URL(name, capturesFolder));

async function run(path: string, options: Partial<DecodeOptions> = {}): Promise<{ status: number; lines: string[]; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const status = await decode(path, { json: false, relative: false, color: false, ...options }, io);
  return { status, lines: out.join("").split("\n").slice(0, -1), err: err.join("") };
}

const json = async (name: string): Promise<Record<string, unknown>[]> =>
  (await run(capture(name), { json: true })).lines.map((line): Record<string, unknown> => JSON.parse(line));

test("a valid advert has the documented fields in the documented order", async () => {
  const [first] = (await run(capture("27-vlan-trunk/monitor.pcap"), { json: true })).lines;
  const object: Record<string, unknown> = JSON.parse(first ?? "");
  assert.deepEqual(Object.keys(object), [
    "frame",
    "at",
    "verdict",
    "interface",
    "vlan",
    "family",
    "version",
    "vrid",
    "priority",
    "interval_seconds",
    "addresses",
    "auth",
    "checksum",
    "source",
    "destination",
    "mac",
    "ttl",
    "flags",
  ]);
  assert.match(String(object["at"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal(object["interface"], null);
});

test("an invalid packet has its reason, and what could be read of it", async () => {
  const packet = (await json("28m-malformed/malformed.pcap")).find((p) => p["frame"] === 37);
  assert.deepEqual(
    [packet?.["verdict"], packet?.["reason"], packet?.["vrid"], packet?.["ttl"], packet?.["addresses"]],
    ["invalid", "ttl", 28, 254, ["192.0.2.100"]],
  );
});

test("two tags are shown as the outer and the inner VLAN", async () => {
  const packet = (await json("28m-malformed/malformed.pcap")).find((p) => p["frame"] === 33);
  assert.deepEqual([packet?.["vlan"], packet?.["inner_vlan"]], [300, 100]);
});

test("CARP is shown as not VRRP", async () => {
  const packets = (await json("37-carp-same-id/monitor.pcap")).filter((p) => p["verdict"] === "not_vrrp");
  assert.ok(packets.length > 0);
  assert.ok(packets.every((p) => p["carp_vhid"] === 37 && !("vrid" in p)));
});

test("frames of other protocols are left out but counted", async () => {
  const numbers = (await json("28m-malformed/malformed.pcap")).map((p) => p["frame"]);
  assert.ok(!numbers.includes(97) && numbers.includes(96));
});

test("the text has a line per packet, with relative times where they are asked for", async () => {
  const { lines } = await run(capture("28m-malformed/containers/sll2.pcap"), { relative: true });
  assert.equal(lines.length, 5);
  assert.match(lines[1] ?? "", /^1\.000000 +#2 {2}if2 {2}192\.0\.2\.13 +VRID 28 +v3 +prio 100 +1 s +192\.0\.2\.100$/);
});

test("an invalid packet is marked in the text with its reason", async () => {
  const { lines } = await run(capture("28m-malformed/malformed.pcap"), { color: true });
  assert.ok(lines.some((line) => line.includes("#37") && line.endsWith("\u001b[31mINVALID ttl\u001b[0m")));
});

test("without colour no control character is in the text", async () => {
  const { lines } = await run(capture("28m-malformed/malformed.pcap"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what the test is about
  assert.ok(lines.every((line) => !/[\u0000-\u001f\u007f]/.test(line)));
});

test("a cut file ends with exit status 1 and one line, after what was readable", async () => {
  const { status, lines, err } = await run(capture("28m-malformed/containers/cut-in-frame.pcap"));
  assert.deepEqual([status, lines.length, err.split("\n").length], [1, 3, 2]);
  assert.match(err, /cut off in the middle of a packet.*3 frames were read/);
});

test("a file that does not exist ends with exit status 3 and one line", async () => {
  const { status, err } = await run(capture("nothing.pcap"));
  assert.equal(status, 3);
  assert.match(err, /^vrrpwatch: cannot open .*nothing\.pcap: there is no such file\n$/);
});

test("a reader that goes away is no failure", async () => {
  const gone = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  const io = { out: () => Promise.reject(gone), err: () => assert.fail("nothing is to be said") };
  assert.equal(await decode(capture("01-v2-noauth/monitor.pcap"), { json: true, relative: false, color: false }, io), 0);
});

test("a password is nowhere in the output", async () => {
  for (const options of [{ json: true }, { json: false }]) {
    const { lines } = await run(capture("02-v2-pass/monitor.pcap"), options);
    assert.ok(lines.length > 0 && lines.every((line) => /simple/.test(line) && !/s3cr3t|auth_pass/i.test(line)));
  }
});
