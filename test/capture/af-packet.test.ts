import assert from "node:assert/strict";
import { test } from "node:test";
import { AfPacketSource } from "../../src/capture/af-packet.ts";
import type { FrameSink } from "../../src/capture/source.ts";
import { LinkTable } from "../../src/netlink/link-table.ts";
import type { Frame } from "../../src/wire/frame.ts";
import { link } from "../helpers/link.ts";
import { advert, taggedAdvert } from "../native/frames.ts";

interface Recorded {
  readonly index: number;
  readonly hex: string;
  readonly tci?: number;
  readonly out?: boolean;
  readonly hardwareType?: number;
  /** Microseconds before now at which it was stamped. */
  readonly age?: number;
}

const epoch = 1_795_000_000_000_000;

/** A kernel in memory: frames are put in and come out as the addon's records. */
class FakeKernel {
  now = 1_000_000_000;
  dropped = 0;
  closed = false;
  /** Frames that fit in one slab. */
  slabFrames = 1_000;
  readonly #queue: (Recorded & { readonly at: number })[] = [];
  readonly #loop = { wake: (): void => {} };
  readonly native: ConstructorParameters<typeof AfPacketSource>[0]["native"];

  constructor() {
    const kernel = this;
    this.native = {
      PacketSocket: class {
        constructor(_options: object, onReadable: () => void) {
          kernel.#loop.wake = onReadable;
        }
        read(slab: Uint8Array): number {
          return kernel.#fill(slab);
        }
        drops(): number {
          return kernel.dropped;
        }
        close(): void {
          kernel.closed = true;
        }
      },
      monotonicMicros: () => this.now,
      realtimeOffset: () => epoch,
    };
  }

  put(...frames: readonly Recorded[]): void {
    this.wait(...frames);
    this.#loop.wake();
  }

  /** Frames that reach the ring while the loop is blocked. */
  wait(...frames: readonly Recorded[]): void {
    this.#queue.push(...frames.map((frame) => ({ ...frame, at: this.now - (frame.age ?? 0) })));
  }

  #fill(slab: Uint8Array): number {
    const view = new DataView(slab.buffer);
    let at = 0;
    const batch = this.#queue.splice(0, this.slabFrames);
    for (const { index, hex, tci, out = false, hardwareType = 1, at: stamp } of batch) {
      const bytes = Buffer.from(hex, "hex");
      const wall = epoch + stamp;
      view.setUint32(at, Math.floor(wall / 1_000_000), true);
      view.setUint32(at + 4, (wall % 1_000_000) * 1_000, true);
      view.setUint32(at + 8, index, true);
      view.setUint32(at + 12, bytes.length, true);
      view.setUint32(at + 16, bytes.length, true);
      view.setUint16(at + 20, tci ?? 0, true);
      view.setUint16(at + 24, hardwareType, true);
      view.setUint8(at + 26, out ? 4 : 2);
      view.setUint8(at + 27, tci === undefined ? 0 : 1);
      slab.set(bytes, at + 32);
      at += 32 + ((bytes.length + 7) & ~7);
    }
    return batch.length;
  }
}

class Heard implements FrameSink {
  readonly frames: string[] = [];
  readonly at: number[] = [];
  readonly events: string[] = [];
  /** Everything in its order. */
  readonly all: string[] = [];
  frame({ interface: name, direction, vlanTci, at }: Frame): void {
    this.frames.push(`${name} ${direction}${vlanTci === undefined ? "" : ` tci ${vlanTci}`}`);
    this.at.push(at);
    this.all.push(`frame ${name} at ${at}`);
  }
  settled(): void {}
  dropped(count: number): void {
    this.events.push(`dropped ${count}`);
    this.all.push(`dropped ${count}`);
  }
  hearing(name: string, state: string, why: string): void {
    this.events.push(`${state} ${name} ${why}`);
    this.all.push(`${state} ${name}`);
  }
}

function open(links: LinkTable, patterns: readonly string[] = ["*"]): { kernel: FakeKernel; sink: Heard; source: AfPacketSource } {
  const kernel = new FakeKernel();
  const sink = new Heard();
  const source = new AfPacketSource({ native: kernel.native, links, patterns, warn: () => {} });
  source.open(sink);
  return { kernel, sink, source };
}

test("a frame carries the name of its interface, its direction, its tag and the instant of its stamp", () => {
  const { kernel, sink } = open(new LinkTable([link(2, "eth0")]));
  kernel.put({ index: 2, hex: advert(), age: 1_500 }, { index: 2, hex: advert(), out: true, tci: 30 });
  assert.deepEqual(sink.frames, ["eth0 in", "eth0 out tci 30"]);
  assert.deepEqual(sink.at, [kernel.now - 1_500, kernel.now]);
});

test("a tagged frame counts once: on the VLAN's own device, whether its tag was stripped or not", () => {
  const table = new LinkTable([link(2, "eth0"), link(3, "eth0.10", { kind: "vlan", parent: 2, vlanId: 10 })]);
  const { kernel, sink } = open(table);
  kernel.put(
    { index: 2, hex: advert(), tci: 10 },
    { index: 3, hex: advert() },
    { index: 2, hex: taggedAdvert([{ type: "8100", vid: 10 }]), out: true },
    { index: 3, hex: advert(), out: true },
    { index: 2, hex: advert(), tci: 20 },
    { index: 2, hex: advert(), tci: 0 },
  );
  assert.deepEqual(sink.frames, ["eth0.10 in", "eth0.10 out", "eth0 in tci 20", "eth0 in tci 0"]);
});

test("an advert counts once on a bond, and on a parent with a macvlan", () => {
  const table = new LinkTable([
    link(2, "bond0", { kind: "bond" }),
    link(3, "eth0", { master: 2 }),
    link(4, "eth1", { master: 2 }),
    link(5, "vrrp.51", { kind: "macvlan", parent: 2 }),
  ]);
  const { kernel, sink, source } = open(table);
  kernel.put({ index: 3, hex: advert() }, { index: 2, hex: advert() }, { index: 5, hex: advert() });
  assert.deepEqual(sink.frames, ["bond0 in"]);
  assert.deepEqual([...source.counts().packets], [["bond0", 1]]);
});

test("frames of a device that is not known yet wait for its link event and keep their instants", () => {
  const table = new LinkTable([link(2, "eth0")]);
  const { kernel, sink } = open(table);
  kernel.put({ index: 9, hex: advert() }, { index: 8, hex: advert() });
  assert.deepEqual(sink.frames, []);
  const arrived = kernel.now;
  kernel.now += 5_000;
  table.apply([{ kind: "present", link: link(9, "eth9") }]);
  assert.deepEqual(sink.frames, ["eth9 in"]);
  assert.deepEqual(sink.at, [arrived]);
});

test("the frames that wait are bounded, the newest stay", () => {
  const table = new LinkTable();
  const { kernel, sink } = open(table);
  for (let i = 0; i < 1_000; i++) kernel.put({ index: 9, hex: advert() });
  table.apply([{ kind: "present", link: link(9, "eth9") }]);
  assert.equal(sink.frames.length, 256);
});

test("frames of other link types and of interfaces that were not chosen are dropped", () => {
  const { kernel, sink } = open(new LinkTable([link(2, "eth0"), link(3, "docker0")]), ["*", "!docker*"]);
  kernel.put({ index: 3, hex: advert() }, { index: 2, hex: advert(), hardwareType: 772 }, { index: 2, hex: advert() });
  assert.deepEqual(sink.frames, ["eth0 in"]);
});

test("what the kernel dropped is told once and counted", () => {
  const { kernel, sink, source } = open(new LinkTable([link(2, "eth0")]));
  kernel.dropped = 7;
  kernel.put({ index: 2, hex: advert() });
  kernel.put({ index: 2, hex: advert() });
  assert.deepEqual(sink.events, ["hearing eth0 found", "dropped 7"]);
  assert.deepEqual([...source.counts().drops], [["", 7]]);
});

test("going down, coming up, renaming and removal are told by name", () => {
  const table = new LinkTable([link(2, "eth0")]);
  const { sink } = open(table);
  table.apply([{ kind: "present", link: link(2, "eth0", { up: false }) }]);
  table.apply([{ kind: "present", link: link(2, "eth0") }]);
  table.apply([{ kind: "present", link: link(2, "lan0") }]);
  table.apply([{ kind: "absent", index: 2 }]);
  assert.deepEqual(sink.events, [
    "hearing eth0 found",
    "deaf eth0 down",
    "hearing eth0 up",
    "deaf eth0 renamed",
    "hearing lan0 renamed",
    "deaf lan0 removed",
  ]);
});

test("a device whose end was missed takes its name from nobody when it is dropped", () => {
  const table = new LinkTable([link(2, "eth0")]);
  const { sink } = open(table);
  table.apply([{ kind: "present", link: link(7, "eth0") }]);
  assert.deepEqual(sink.events, ["hearing eth0 found", "deaf eth0 removed", "hearing eth0 found"]);
  table.replace([link(7, "eth0")]);
  assert.deepEqual(sink.events.slice(3), []);
  table.apply([{ kind: "absent", index: 7 }]);
  assert.deepEqual(sink.events.slice(3), ["deaf eth0 removed"]);
});

test("a new device that is down is not heard under the name of one whose end was missed", () => {
  const table = new LinkTable([link(2, "eth0")]);
  const { sink } = open(table);
  table.apply([{ kind: "present", link: link(7, "eth0", { up: false }) }]);
  table.replace([link(7, "eth0", { up: false })]);
  table.apply([{ kind: "present", link: link(7, "eth0") }]);
  assert.deepEqual(sink.events, ["hearing eth0 found", "deaf eth0 removed", "hearing eth0 up"]);
});

test("two devices that swap names are both heard in the end, whether that comes at once or one by one", () => {
  const table = new LinkTable([link(2, "a0"), link(3, "b0")]);
  const { sink } = open(table);
  sink.events.length = 0;
  table.replace([link(2, "b0"), link(3, "a0")]);
  assert.deepEqual(sink.events, ["deaf a0 renamed", "deaf b0 renamed", "hearing b0 renamed", "hearing a0 renamed"]);
  sink.events.length = 0;
  table.apply([{ kind: "present", link: link(2, "a0") }]);
  assert.deepEqual(sink.events, ["deaf b0 renamed", "deaf a0 removed", "hearing a0 renamed"]);
  table.apply([{ kind: "present", link: link(3, "b0") }]);
  assert.deepEqual(sink.events.slice(3), ["hearing b0 renamed"]);
});

test("after close nothing is delivered", () => {
  const table = new LinkTable([link(2, "eth0")]);
  const { kernel, sink, source } = open(table);
  source.close();
  kernel.put({ index: 2, hex: advert() });
  table.apply([{ kind: "absent", index: 2 }]);
  source.drain();
  assert.ok(kernel.closed);
  assert.deepEqual([sink.frames, sink.events], [[], ["hearing eth0 found"]]);
});

test("a backlog of several slabs keeps its instants", () => {
  const { kernel, sink } = open(new LinkTable([link(2, "eth0")]));
  kernel.put({ index: 2, hex: advert() });
  const start = kernel.now;
  const sent: number[] = [];
  for (let i = 1; i <= 11; i++) {
    kernel.now = start + i * 100_000;
    sent.push(kernel.now);
    kernel.wait({ index: 2, hex: advert() });
  }
  kernel.now = start + 1_200_000;
  kernel.slabFrames = 3;
  kernel.put();
  assert.deepEqual(sink.at, [start, ...sent]);
});

test("what the kernel dropped is told before the frames that were read with it", () => {
  const { kernel, sink } = open(new LinkTable([link(2, "eth0")]));
  kernel.slabFrames = 1;
  kernel.wait({ index: 2, hex: advert() }, { index: 2, hex: advert() });
  kernel.dropped = 5;
  kernel.put();
  assert.deepEqual(sink.all, ["hearing eth0", "dropped 5", `frame eth0 at ${kernel.now}`, `frame eth0 at ${kernel.now}`]);
});

for (const [what, message, told] of [
  ["renamed", { kind: "present", link: link(2, "lan0") }, ["deaf eth0", "hearing lan0"]],
  ["removed", { kind: "absent", index: 2 }, ["deaf eth0"]],
  ["switched off", { kind: "present", link: link(2, "eth0", { up: false }) }, ["deaf eth0"]],
] as const) {
  test(`frames that had come before their device was ${what} are delivered under its name first`, () => {
    const table = new LinkTable([link(2, "eth0")]);
    const { kernel, sink } = open(table);
    kernel.wait({ index: 2, hex: advert(), age: 700_000 });
    table.apply([message]);
    assert.deepEqual(sink.all, ["hearing eth0", `frame eth0 at ${kernel.now - 700_000}`, ...told]);
  });
}

test("frames that waited for their device are delivered before its hearing is told", () => {
  const table = new LinkTable([link(2, "eth0")]);
  const { kernel, sink } = open(table);
  kernel.put({ index: 9, hex: advert() });
  const arrived = kernel.now;
  kernel.now += 5_000;
  table.apply([{ kind: "present", link: link(9, "eth9") }]);
  assert.deepEqual(sink.all, ["hearing eth0", `frame eth9 at ${arrived}`, "hearing eth9"]);
});

test("frames of a device that stays unknown are given up after two seconds, not delivered late", () => {
  const table = new LinkTable();
  const { kernel, sink } = open(table);
  kernel.put({ index: 9, hex: advert() });
  kernel.now += 2_000_001;
  kernel.put();
  table.apply([{ kind: "present", link: link(9, "eth9") }]);
  assert.deepEqual(sink.frames, []);
});

test("the frames of an interface are counted while it is down, and no longer once it is removed or renamed", () => {
  const table = new LinkTable([link(2, "eth0"), link(3, "eth1")]);
  const { kernel, source } = open(table);
  kernel.put({ index: 2, hex: advert() }, { index: 3, hex: advert() });
  table.apply([{ kind: "present", link: link(2, "eth0", { up: false }) }]);
  assert.deepEqual([...source.counts().packets.keys()], ["eth0", "eth1"]);
  table.apply([
    { kind: "absent", index: 2 },
    { kind: "present", link: link(3, "lan1") },
  ]);
  assert.deepEqual([...source.counts().packets.keys()], []);
});
