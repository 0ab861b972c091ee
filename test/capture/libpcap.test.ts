import assert from "node:assert/strict";
import { test } from "node:test";
import { directionOf } from "../../src/capture/libpcap.ts";
import type { Link } from "../../src/lib/link.ts";
import { LinkTable } from "../../src/netlink/link-table.ts";
import { advert } from "../native/frames.ts";

const link = (index: number, name: string, mac: string, parent: number | null = null): Link => ({
  index,
  name,
  up: true,
  loopback: false,
  kind: parent === null ? null : "macvlan",
  master: null,
  parent,
  vlanId: null,
  hardwareType: 1,
  mac,
});
const eth0 = link(2, "eth0", "02:00:00:00:00:01");
const frameFrom = (mac: string): Uint8Array => {
  const bytes = Buffer.from(advert(), "hex");
  bytes.set(Buffer.from(mac.replaceAll(":", ""), "hex"), 6);
  return bytes;
};

test("a frame from the interface's own MAC is on its way out, any other came in", () => {
  const links = new LinkTable([eth0]);
  assert.equal(directionOf(frameFrom("02:00:00:00:00:01"), eth0, links), "out");
  assert.equal(directionOf(frameFrom("02:00:00:00:00:02"), eth0, links), "in");
});

test("a macvlan on the interface counts as its own", () => {
  const links = new LinkTable([eth0, link(3, "mv0", "02:00:00:00:00:03", 2), link(4, "mv1", "02:00:00:00:00:04", 9)]);
  assert.equal(directionOf(frameFrom("02:00:00:00:00:03"), eth0, links), "out");
  assert.equal(directionOf(frameFrom("02:00:00:00:00:04"), eth0, links), "in");
});

test("a virtual MAC that this host has too does not tell who sent", () => {
  const links = new LinkTable([eth0, link(3, "vrrp.51", "00:00:5e:00:01:33", 2)]);
  assert.equal(directionOf(frameFrom("00:00:5e:00:01:33"), eth0, links), "unknown");
  assert.equal(directionOf(frameFrom("00:00:5e:00:01:34"), eth0, links), "in");
});
