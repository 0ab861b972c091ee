import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Link } from "../../src/lib/link.ts";
import type { LocalAddress } from "../../src/lib/local-address.ts";
import { type EventSocket, overlay, RouteMonitor, type RouteMonitorOptions } from "../../src/netlink/route-monitor.ts";
import { link } from "../helpers/link.ts";
import { waitFor } from "../lab/framework/wait.ts";

const noFlags = { secondary: false, nodad: false, tentative: false, dadFailed: false, deprecated: false };
const IFF_UP_AND_CARRIER = 0x10001;

/** A link message that `parse` below understands: index and name, nothing else. */
function message(type: number, index: number, name: string): Buffer {
  const data = Buffer.alloc(16 + 16);
  data.writeUInt16LE(1, 2);
  data.writeInt32LE(index, 4);
  data.writeUInt32LE(IFF_UP_AND_CARRIER, 8);
  data.write(name, 16);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + data.length, 0);
  header.writeUInt16LE(type, 4);
  return Buffer.concat([header, data]);
}
const added = (index: number, name: string): Buffer => message(16, index, name);
const removed = (index: number): Buffer => message(17, index, "");

const parse: NonNullable<RouteMonitorOptions["parse"]> = (_type, data) => {
  const name = data.subarray(16).toString("latin1").replaceAll("\0", "");
  if (name === "broken") throw new Error("not understood");
  return { ifname: name };
};

class FakeKernel {
  links: readonly Link[] = [];
  addresses: readonly LocalAddress[] = [];
  dumps = 0;
  closed = false;
  failing = 0;
  readonly warnings: string[] = [];
  /** Runs while a dump is under way, after the kernel made the list. */
  duringDump: () => void = () => {};
  readonly #queue: (Buffer | null)[] = [];
  readonly #loop = { wake: (): void => {} };
  readonly monitor: RouteMonitor;

  constructor() {
    const kernel = this;
    this.monitor = new RouteMonitor({
      EventSocket: class implements EventSocket {
        constructor(_options: { readonly groups: number }, onReadable: () => void) {
          kernel.#loop.wake = onReadable;
        }
        read(): (Buffer | null)[] {
          return kernel.#queue.splice(0, 64);
        }
        close(): void {
          kernel.closed = true;
        }
      },
      parse,
      warn: (text) => this.warnings.push(text),
      dump: async () => {
        kernel.dumps += 1;
        if (kernel.failing > 0) {
          kernel.failing -= 1;
          throw new Error("interrupted");
        }
        const { links, addresses } = kernel;
        await turn();
        kernel.duringDump();
        await turn();
        return { links, addresses };
      },
    });
  }

  event(...datagrams: readonly (Buffer | null)[]): void {
    this.#queue.push(...datagrams);
    this.#loop.wake();
  }

  names(): string[] {
    return this.monitor.table
      .all()
      .map(({ index, name }) => `${index} ${name}`)
      .sort();
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}

describe("the route monitor", { skip: process.arch === "s390x" && "the messages are little endian" }, () => {
  test("starts with a dump and follows the events", async () => {
    const kernel = new FakeKernel();
    kernel.links = [link(1, "lo")];
    await kernel.monitor.start();
    kernel.event(added(2, "eth0"), added(3, "eth1"), removed(2));
    assert.deepEqual(kernel.names(), ["1 lo", "3 eth1"]);
    kernel.monitor.close();
    assert.ok(kernel.closed);
  });

  test("an event that comes while the dump is read is newer than the dump", async () => {
    const kernel = new FakeKernel();
    kernel.links = [link(1, "lo"), link(2, "eth0")];
    kernel.duringDump = () => kernel.event(removed(2), added(3, "eth1"));
    await kernel.monitor.start();
    assert.deepEqual(kernel.names(), ["1 lo", "3 eth1"]);
    kernel.monitor.close();
  });

  test("lost events lead to a fresh dump, which wins over the older events still in the queue", async () => {
    const kernel = new FakeKernel();
    kernel.links = [link(1, "lo")];
    await kernel.monitor.start();
    kernel.links = [link(1, "lo"), link(4, "eth4")];
    // Behind the loss lies the birth of a device whose death was lost.
    kernel.event(null, ...Array.from({ length: 300 }, () => added(2, "ghost")));
    await settle();
    assert.equal(kernel.dumps, 2);
    assert.deepEqual(kernel.names(), ["1 lo", "4 eth4"]);
    kernel.monitor.close();
  });

  test("a message that cannot be understood and one that is damaged lead to a dump", async () => {
    const kernel = new FakeKernel();
    await kernel.monitor.start();
    kernel.links = [link(7, "eth7")];
    kernel.event(added(2, "broken"));
    await settle();
    assert.deepEqual(kernel.names(), ["7 eth7"]);
    kernel.links = [link(8, "eth8")];
    kernel.event(Buffer.from("damaged"));
    await settle();
    assert.deepEqual(kernel.names(), ["8 eth8"]);
    assert.equal(kernel.dumps, 3);
    kernel.monitor.close();
  });

  test("a dump that was overtaken by more events than can be kept is thrown away, and another one taken", async () => {
    const kernel = new FakeKernel();
    kernel.links = [link(1, "lo")];
    await kernel.monitor.start();
    const flood = Array.from({ length: 20_001 }, (_, i) => added(2, `eth${i}`));
    kernel.duringDump = () => {
      kernel.duringDump = () => {};
      kernel.event(...flood);
    };
    kernel.links = [link(1, "lo"), link(3, "late")];
    kernel.event(null);
    await settle();
    assert.equal(kernel.dumps, 2);
    assert.deepEqual(kernel.names(), ["1 lo", "2 eth20000"], "events count, the outdated dump does not");
    kernel.links = [link(1, "lo"), link(2, "eth20000"), link(3, "late")];
    await waitFor("another dump", () => kernel.dumps === 3, { within: 5_000 });
    await settle();
    assert.deepEqual(kernel.names(), ["1 lo", "2 eth20000", "3 late"]);
    kernel.monitor.close();
  });

  test("a device that goes while the dump is read takes its addresses along", () => {
    const address = { index: 2, address: "192.0.2.1", family: "ipv4" as const, prefixLength: 24, flags: noFlags };
    const gone = { kind: "absent" as const, index: 2 };
    const state = { links: [link(1, "lo"), link(2, "eth0")], addresses: [address, { ...address, index: 1 }] };
    const { links, addresses } = overlay(state, { links: [gone], addresses: [] });
    assert.deepEqual([links.map(({ name }) => name), addresses.map(({ index }) => index)], [["lo"], [1]]);
  });

  test("a first dump that fails ends the start: nothing can be captured on unknown devices", async () => {
    const kernel = new FakeKernel();
    kernel.failing = 1;
    await assert.rejects(kernel.monitor.start(), { code: "ERR_NETLINK_DUMP" });
    assert.ok(kernel.closed);
    assert.deepEqual(kernel.warnings, []);
  });

  test("a later dump that fails is told and does not end the monitor", async () => {
    const kernel = new FakeKernel();
    await kernel.monitor.start();
    kernel.failing = 1;
    kernel.event(null);
    await settle();
    assert.equal(kernel.warnings.length, 1);
    kernel.event(added(2, "eth0"));
    assert.deepEqual(kernel.names(), ["2 eth0"]);
    kernel.monitor.close();
  });
});
