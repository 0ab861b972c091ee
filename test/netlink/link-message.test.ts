import assert from "node:assert/strict";
import { endianness } from "node:os";
import { describe, test } from "node:test";
import fc from "fast-check";
import { splitDatagram } from "../../src/netlink/datagram.ts";
import { attributeParser } from "../../src/netlink/dump.ts";
import { parseLinkInfo } from "../../src/netlink/link-info.ts";
import { translateLink } from "../../src/netlink/link-message.ts";
import { recorded, recordedMessage } from "./recordings.ts";

const skip = process.platform !== "linux" ? "npm netlink is for Linux" : endianness() !== "LE" && "the recordings are little endian";

describe("link messages", { skip }, () => {
  const parse = skip === false ? attributeParser() : () => ({});
  const translated = (name: string) => translateLink(recordedMessage(name), parse);

  test("a veth does not take the index of its peer, which counts in another namespace, for a parent", () => {
    const message = translated("veth-with-peer-in-another-namespace");
    assert.deepEqual(message, {
      kind: "present",
      link: {
        index: 2,
        name: "vw0",
        up: true,
        loopback: false,
        kind: "veth",
        master: null,
        parent: null,
        vlanId: null,
        hardwareType: 1,
        mac: "02:00:00:00:00:01",
      },
    });
  });

  test("a bridge and its port are told by kind and master", () => {
    const bridge = translated("bridge-up");
    const port = translated("bridge-port");
    assert.ok(bridge?.kind === "present" && port?.kind === "present");
    assert.deepEqual([bridge.link.name, bridge.link.kind, port.link.name, port.link.master], ["br0", "bridge", "vw0", bridge.link.index]);
  });

  test("a macvlan names its parent", () => {
    const message = translated("macvlan-up");
    assert.ok(message?.kind === "present");
    const { name, kind, parent, mac } = message.link;
    assert.deepEqual({ name, kind, parent, mac }, { name: "vrrp.51", kind: "macvlan", parent: 2, mac: "00:00:5e:00:01:33" });
  });

  test("a deleted device is absent", () => {
    const up = translated("macvlan-up");
    assert.ok(up?.kind === "present");
    assert.deepEqual(translated("macvlan-deleted"), { kind: "absent", index: up.link.index });
  });

  test("a port that leaves its bridge is no deleted device", () => {
    assert.equal(translated("port-left-bridge"), null);
  });

  test("messages about anything else are passed over", () => {
    assert.equal(translateLink({ type: 20, flags: 0, data: Buffer.alloc(8) }, parse), null);
  });

  test("a link without a name, or one that is too short, is an error, which calls for a dump", () => {
    assert.throws(() => translateLink({ type: 16, flags: 0, data: Buffer.alloc(16) }, parse), /no interface name/);
    assert.throws(() => translateLink({ type: 16, flags: 0, data: Buffer.alloc(6) }, parse), /too short/);
  });
});

/** As the kernel's vlan_fill_info writes it: IFLA_INFO_KIND, then IFLA_INFO_DATA with protocol, id and flags. */
const vlanInfo = Buffer.from(
  "09000100766c616e00000000" + // kind "vlan"
    "20000200" + // data
    "0600050081000000" + // IFLA_VLAN_PROTOCOL
    "060001000a000000" + // IFLA_VLAN_ID 10
    "0c000200010000000" + // IFLA_VLAN_FLAGS
    "0000000",
  "hex",
);

describe("link info", { skip: endianness() !== "LE" && "the bytes are little endian" }, () => {
  test("the kind and the id of a VLAN device are read", () => {
    assert.deepEqual(parseLinkInfo(vlanInfo), { kind: "vlan", vlanId: 10 });
  });

  test("a device without a kind has none", () => {
    assert.deepEqual(parseLinkInfo(new Uint8Array()), { kind: null, vlanId: null });
  });

  test("no bytes make the parsers throw or hang", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 96 }), (bytes) => {
        parseLinkInfo(bytes);
        splitDatagram(Buffer.from(bytes));
      }),
    );
    for (let length = 0; length < vlanInfo.length; length++) parseLinkInfo(vlanInfo.subarray(0, length));
  });
});

describe("datagrams", { skip: endianness() !== "LE" && "the recordings are little endian" }, () => {
  test("several messages in one datagram are split", () => {
    const one = recorded("macvlan-up");
    const two = recorded("macvlan-deleted");
    assert.deepEqual(
      splitDatagram(Buffer.concat([one, two]))?.map(({ type }) => type),
      [16, 17],
    );
  });

  test("a datagram that is cut off counts as damaged", () => {
    assert.equal(splitDatagram(recorded("macvlan-up").subarray(0, 200)), undefined);
    assert.equal(splitDatagram(Buffer.alloc(7)), undefined);
    assert.deepEqual(splitDatagram(Buffer.alloc(0)), []);
  });
});
