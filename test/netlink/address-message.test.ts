import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AddressChange } from "../../src/lib/local-address.ts";
import { translateAddress } from "../../src/netlink/address-message.ts";
import { AddressTable } from "../../src/netlink/address-table.ts";

/** `struct ifaddrmsg` and its attributes, as the kernel writes them on a little-endian host. */
function data(
  fields: { family: number; prefix: number; flags: number; index: number },
  ...attributes: (readonly [number, number[]])[]
): Buffer {
  const head = Buffer.alloc(8);
  head.set([fields.family, fields.prefix, fields.flags, 0]);
  head.writeUInt32LE(fields.index, 4);
  const parts = attributes.map(([type, value]) => {
    const part = Buffer.alloc((4 + value.length + 3) & ~3);
    part.writeUInt16LE(4 + value.length, 0);
    part.writeUInt16LE(type, 2);
    part.set(value, 4);
    return part;
  });
  return Buffer.concat([head, ...parts]);
}
const message = (type: number, bytes: Buffer): { type: number; flags: number; data: Buffer } => ({ type, flags: 0, data: bytes });
const six = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0];
const none = { secondary: false, nodad: false, tentative: false, dadFailed: false, deprecated: false };
const littleEndian = { skip: process.arch === "s390x" && "the messages are little endian" };

test("an IPv4 address is IFA_LOCAL, which of a point-to-point link is not IFA_ADDRESS", littleEndian, () => {
  const bytes = data({ family: 2, prefix: 24, flags: 0x81, index: 2 }, [1, [192, 0, 2, 254]], [2, [192, 0, 2, 100]], [8, [0x81, 0, 0, 0]]);
  assert.deepEqual(translateAddress(message(20, bytes)), {
    kind: "present",
    address: { index: 2, address: "192.0.2.100", family: "ipv4", prefixLength: 24, flags: { ...none, secondary: true } },
  });
});

test("the 32 bits of IFA_FLAGS count, with keepalived's flags on a /128 and a failed duplicate detection", littleEndian, () => {
  const flags = (bits: number): unknown =>
    translateAddress(message(20, data({ family: 10, prefix: 128, flags: 0xff, index: 3 }, [1, six], [8, [bits, 2, 0, 0]])))?.address.flags;
  assert.deepEqual(flags(0xa2), { ...none, nodad: true, deprecated: true });
  assert.deepEqual(flags(0xc0), { ...none, tentative: true });
  assert.deepEqual(flags(0xc8), { ...none, tentative: true, dadFailed: true });
  assert.deepEqual(flags(0x81), none, "of IPv6 the first bit is a temporary address");
});

test("without IFA_FLAGS the header's bits count", littleEndian, () => {
  const bytes = data({ family: 10, prefix: 64, flags: 0xc8, index: 3 }, [1, six]);
  assert.deepEqual(translateAddress(message(20, bytes))?.address.flags, { ...none, tentative: true, dadFailed: true });
});

test("a removal names what is gone; other messages and families are nothing", littleEndian, () => {
  const bytes = data({ family: 10, prefix: 64, flags: 0, index: 3 }, [1, six]);
  assert.equal(translateAddress(message(21, bytes))?.kind, "absent");
  assert.equal(translateAddress(message(16, bytes)), null);
  assert.equal(translateAddress(message(20, data({ family: 7, prefix: 0, flags: 0, index: 1 }))), null);
});

test("a message that cannot be understood throws, so that a fresh dump is taken, and nothing else does", () => {
  for (const bytes of [
    Buffer.from([2, 24]),
    data({ family: 2, prefix: 24, flags: 0, index: 2 }),
    data({ family: 10, prefix: 64, flags: 0, index: 2 }, [1, [1, 2]]),
  ])
    assert.throws(() => translateAddress(message(20, bytes)), /^Error: address message/);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try {
        translateAddress(message(20, Buffer.from(bytes)));
      } catch (error) {
        assert.match(String(error), /^Error: address message/);
      }
    }),
  );
});

test("the table tells additions, changed flags and removals, and nothing twice", () => {
  const table = new AddressTable();
  const told: string[] = [];
  table.subscribe((changes: readonly AddressChange[]) => {
    for (const { kind, address } of changes) told.push(`${kind} ${address.index} ${address.address}/${address.prefixLength}`);
  });
  const address = (index: number, prefixLength = 24, flags = none) => ({
    index,
    address: "192.0.2.1",
    family: "ipv4" as const,
    prefixLength,
    flags,
  });
  const present = (...list: ReturnType<typeof address>[]): void => table.apply(list.map((one) => ({ kind: "present", address: one })));
  present(address(2), address(2, 32), address(3));
  present(address(2));
  present(address(2, 24, { ...none, deprecated: true }));
  table.dropDevice(2);
  table.replace([address(4)]);
  table.replace([address(4)]);
  assert.deepEqual(told, [
    "added 2 192.0.2.1/24",
    "added 2 192.0.2.1/32",
    "added 3 192.0.2.1/24",
    "changed 2 192.0.2.1/24",
    "removed 2 192.0.2.1/24",
    "removed 2 192.0.2.1/32",
    "removed 3 192.0.2.1/24",
    "added 4 192.0.2.1/24",
  ]);
});
