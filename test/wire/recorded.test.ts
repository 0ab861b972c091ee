import assert from "node:assert/strict";
import { test } from "node:test";
import { millis } from "../../src/lib/time.ts";
import { decodeFrame } from "../../src/wire/decode.ts";
import type { Advert } from "../../src/wire/decoded.ts";
import { hex, makeFrame } from "../helpers/packets.ts";
import { keepalivedGratuitousArp, keepalivedNeighborAdvertisement, recordedAdverts } from "./recorded.ts";

const plainIpv4: Advert = {
  family: "ipv4",
  version: 3,
  vrid: 51,
  priority: 100,
  interval: millis(1_000),
  addresses: ["192.0.2.100"],
  auth: "none",
  checksum: "pseudo_header",
  source: "192.0.2.1",
  destination: "224.0.0.18",
  mac: "02:00:00:00:00:01",
  ttl: 255,
  flags: [],
};
const plainIpv6: Advert = { ...plainIpv4, family: "ipv6", source: "fe80::ff:fe00:1", destination: "ff02::12" };

for (const { name, hex: bytes, differs } of recordedAdverts) {
  test(`every field of ${name} is read`, () => {
    const { ipId, ...fields } = differs;
    const ipv6 = differs.family === "ipv6";
    assert.deepEqual(decodeFrame(makeFrame(hex(bytes))), {
      kind: "advert",
      advert: { ...(ipv6 ? plainIpv6 : plainIpv4), ...fields },
      ipId: ipv6 ? null : (ipId ?? 1),
    });
  });
}

test("keepalived's gratuitous ARP claims its address", () => {
  assert.deepEqual(decodeFrame(makeFrame(hex(keepalivedGratuitousArp))), {
    kind: "claim",
    claim: {
      family: "ipv4",
      address: "192.0.2.100",
      mac: "02:00:00:00:00:01",
      linkSource: "02:00:00:00:00:01",
      how: "gratuitous_arp",
    },
  });
});

test("keepalived's unsolicited neighbor advertisement claims its address", () => {
  assert.deepEqual(decodeFrame(makeFrame(hex(keepalivedNeighborAdvertisement))), {
    kind: "claim",
    claim: {
      family: "ipv6",
      address: "fe80::100",
      mac: "02:00:00:00:00:01",
      linkSource: "02:00:00:00:00:01",
      how: "unsolicited_neighbor_advertisement",
    },
  });
});
