import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeFrame } from "../../src/wire/decode.ts";
import type { RejectReason } from "../../src/wire/decoded.ts";
import { capturesFolder, framesOf } from "../helpers/captures.ts";

interface Expected {
  readonly frame: number;
  readonly name: string;
  readonly verdict: "valid" | "invalid" | "not-vrrp";
  readonly reasons: readonly string[];
}

/** The table's words for the reasons, in ours. */
const reasonOf: Readonly<Record<string, RejectReason>> = {
  ttl: "ttl",
  checksum: "checksum",
  version: "version",
  type: "type",
  length: "length",
  "count-zero": "count_zero",
  "ip-header": "ip_header",
  "ip-checksum": "ip_checksum",
  snaplen: "truncated_capture",
  "vrid-zero": "vrid_zero",
  "interval-zero": "interval_zero",
  "auth-type": "auth_type",
  fragment: "fragment",
  "nested-ah": "ah_header",
};

/** keepalived sends the first two against the RFC, an authentication header around UDP is ordinary IPsec, and some words are our own. */
const judgedOtherwise: Readonly<Record<string, string>> = {
  "v2 on IPv6": "advert",
  "v2 count 0": "advert",
  "AH with next header 17": "other",
  "AH length beyond the packet": "rejected ah_header",
  "AH of 4 bytes": "rejected ah_header",
  "CARP advert (proto 112, 36 bytes, authlen 7)": "carp",
  "ARP request for the VIP": "claim",
  "IGMP join of 224.0.0.18": "join",
};

const frames = framesOf("28m-malformed/malformed.pcap");
const table = readFileSync(new URL("28m-malformed/expected.jsonl", capturesFolder), "utf8").trim().split("\n");

test("the table has a line for each frame", () => assert.equal(table.length, frames.length));

for (const line of table) {
  const expected: Expected = JSON.parse(line);
  test(`frame ${expected.frame} is judged: ${expected.name}`, () => {
    const frame = frames[expected.frame - 1];
    assert.ok(frame);
    const decoded = decodeFrame(frame);
    const verdict = decoded.kind === "rejected" ? `rejected ${decoded.reason}` : decoded.kind;
    assert.equal(verdict, judgedOtherwise[expected.name] ?? verdictOf(expected));
  });
}

function verdictOf({ verdict, reasons }: Expected): string {
  if (verdict === "valid") return "advert";
  if (verdict === "not-vrrp") return "other";
  return `rejected ${reasonOf[reasons[0] ?? ""]}`;
}
