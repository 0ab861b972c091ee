import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { CaptureError } from "../../src/capture/errors.ts";
import { LibpcapSource } from "../../src/capture/libpcap.ts";
import type { PcapFrame, PcapSession } from "../../src/capture/libpcap-session.ts";
import type { Link } from "../../src/lib/link.ts";
import { LinkTable } from "../../src/netlink/link-table.ts";
import { link } from "../helpers/link.ts";
import { advert } from "../native/frames.ts";

const epoch = 1_795_000_000_000_000;

class FakeSession implements PcapSession {
  readonly device: string;
  readonly linkType: string;
  readonly #onFrame: (frame: PcapFrame) => void;
  readonly #ring: number[] = [];
  dropped = 0;
  ended = false;

  constructor(device: string, linkType: string, onFrame: (frame: PcapFrame) => void) {
    this.device = device;
    this.linkType = linkType;
    this.#onFrame = onFrame;
  }

  /** Frames in the ring, stamped at these instants. */
  wait(...instants: readonly number[]): void {
    this.#ring.push(...instants);
  }

  pump(): void {
    for (const at of this.#ring.splice(0)) this.#onFrame({ wall: epoch + at, bytes: Buffer.from(advert(), "hex"), length: 46 });
  }

  newDrops(): number {
    const { dropped } = this;
    this.dropped = 0;
    return dropped;
  }

  end(): void {
    this.ended = true;
  }
}

class World {
  now = 1_000_000_000;
  readonly table: LinkTable;
  readonly sessions: FakeSession[] = [];
  readonly told: string[] = [];
  readonly warnings: string[] = [];
  /** Devices that cannot be opened, and those that give no Ethernet frames. */
  readonly broken = new Set<string>();
  readonly raw = new Set<string>();
  attempts = 0;
  settled = 0;
  readonly source: LibpcapSource;

  constructor(links: readonly Link[], broken: readonly string[] = []) {
    this.table = new LinkTable(links);
    for (const name of broken) this.broken.add(name);
    this.source = new LibpcapSource({
      clocks: { monotonicMicros: () => this.now, realtimeOffset: () => epoch },
      links: this.table,
      patterns: ["*"],
      warn: (message) => this.warnings.push(message),
      openSession: (device, onFrame) => {
        this.attempts += 1;
        if (this.broken.has(device)) throw CaptureError.lost(device, undefined);
        const session = new FakeSession(device, this.raw.has(device) ? "LINKTYPE_RAW" : "LINKTYPE_ETHERNET", onFrame);
        this.sessions.push(session);
        return session;
      },
    });
    this.source.open({
      frame: ({ interface: name, at }) => this.told.push(`frame ${name} at ${at}`),
      settled: () => {
        this.settled += 1;
      },
      dropped: (count) => this.told.push(`dropped ${count}`),
      hearing: (name, state) => this.told.push(`${state} ${name}`),
    });
  }

  session(name: string): FakeSession {
    const found = this.sessions.findLast(({ device }) => device === name);
    if (found === undefined) throw new Error(`no session on ${name}`);
    return found;
  }

  choices(): string[] {
    return this.source.choices().map(({ link: { name }, captured, why }) => `${name} ${captured} ${why}`);
  }
}

describe("the libpcap source", () => {
  const worlds: World[] = [];
  const world = (links: readonly Link[], broken: readonly string[] = []): World => {
    const made = new World(links, broken);
    worlds.push(made);
    return made;
  };
  afterEach(() => {
    for (const { source } of worlds.splice(0)) source.close();
  });

  test("listens elsewhere once it is told to, and on what it did before without a break", () => {
    const w = world([link(2, "eth0"), link(3, "eth1"), link(4, "dmz0")]);
    w.told.length = 0;
    w.session("eth0").wait(1);
    w.source.choose(["eth*", "!eth1"]);
    assert.deepEqual(w.told, ["frame eth0 at 1", "deaf eth1", "deaf dmz0"]);
    assert.deepEqual(w.choices(), ["eth0 true captured", "eth1 false excluded", "dmz0 false not_selected"]);
    w.told.length = 0;
    w.source.choose(["eth1", "missing0"]);
    assert.deepEqual(w.told, ["deaf eth0", "hearing eth1"]);
    assert.deepEqual(w.warnings, ["interface missing0 of capture.interfaces does not exist: waiting for it to appear"]);
  });

  test("says of a device that could not be opened that it is not captured", () => {
    const w = world([link(2, "eth0"), link(3, "eth1")], ["eth1"]);
    assert.deepEqual(w.choices(), ["eth0 true captured", "eth1 false cannot_open"]);
    assert.deepEqual(w.told, ["hearing eth0"]);
    assert.equal(w.warnings.length, 1);
  });

  test("opens a device without Ethernet frames once and never again", () => {
    const w = world([link(2, "eth0")]);
    w.raw.add("utun0");
    w.table.apply([{ kind: "present", link: link(3, "utun0") }]);
    for (let i = 0; i < 5; i++) w.table.apply([{ kind: "present", link: link(3, "utun0", { up: i % 2 === 0 }) }]);
    assert.equal(w.attempts, 2);
    assert.deepEqual(w.choices(), ["eth0 true captured", "utun0 false not_ethernet"]);
  });

  test("tells drops before the frames, asked for at each drain", () => {
    const w = world([link(2, "eth0")]);
    w.session("eth0").wait(w.now - 10, w.now - 5);
    w.session("eth0").dropped = 3;
    w.source.drain();
    assert.deepEqual(w.told, ["hearing eth0", "dropped 3", `frame eth0 at ${w.now - 10}`, `frame eth0 at ${w.now - 5}`]);
    assert.deepEqual([...w.source.counts().drops], [["eth0", 3]]);
  });

  test("tells and counts what did not fit into its queue", () => {
    const w = world([link(2, "eth0")]);
    w.session("eth0").wait(...Array.from({ length: 16_384 + 7 }, () => w.now));
    w.source.drain();
    assert.equal(w.told[1], "dropped 7");
    assert.equal(w.told.length, 2 + 16_384);
    assert.deepEqual([...w.source.counts().drops], [["eth0", 7]]);
  });

  test("delivers a bounded number of frames in one turn and goes on in the next", async () => {
    const w = world([link(2, "eth0")]);
    w.session("eth0").wait(...Array.from({ length: 10_000 }, () => w.now));
    w.session("eth0").pump();
    await turn();
    assert.equal(w.told.length, 1 + 4_096);
    await turn();
    await turn();
    assert.equal(w.told.length, 1 + 10_000);
    assert.equal(w.settled, 3);
  });

  test("delivers frames under the old name before it tells that their device was renamed", () => {
    const w = world([link(2, "eth0")]);
    w.session("eth0").wait(w.now - 700_000);
    w.table.apply([{ kind: "present", link: link(2, "lan0") }]);
    assert.deepEqual(w.told, ["hearing eth0", `frame eth0 at ${w.now - 700_000}`, "deaf eth0", "hearing lan0"]);
    assert.equal(w.attempts, 1);
  });

  test("keeps the session of a device that is down or belongs to a bridge for a while", () => {
    const w = world([link(2, "eth0")]);
    w.table.apply([{ kind: "present", link: link(2, "eth0", { up: false }) }]);
    w.table.apply([{ kind: "present", link: link(2, "eth0") }]);
    w.table.apply([
      { kind: "present", link: link(5, "br0", { kind: "bridge" }) },
      { kind: "present", link: link(2, "eth0", { master: 5 }) },
    ]);
    w.table.apply([{ kind: "present", link: link(2, "eth0") }]);
    assert.deepEqual(w.choices(), ["eth0 true captured", "br0 true captured"]);
    assert.equal(w.attempts, 2);
  });

  test("counts nothing any more for a removed interface", () => {
    const w = world([link(2, "eth0")]);
    w.session("eth0").wait(w.now);
    w.session("eth0").dropped = 1;
    w.source.drain();
    w.table.apply([{ kind: "absent", index: 2 }]);
    const { packets, drops } = w.source.counts();
    assert.deepEqual([packets.size, drops.size], [0, 0]);
    assert.ok(w.session("eth0").ended);
  });

  test("stops opening sessions after 64 that cannot be closed, and says what to do", () => {
    const w = world([link(1, "eth0")]);
    for (let i = 0; i < 100; i++) {
      w.table.apply([{ kind: "present", link: link(100 + i, `veth${i}`) }]);
      w.table.apply([{ kind: "absent", index: 100 + i }]);
    }
    assert.equal(w.attempts, 1 + 64);
    assert.equal(w.source.failure?.code, "ERR_CAPTURE_LOST");
    assert.match(String(w.source.failure?.message), /restart the agent/);
    assert.equal(w.warnings.length, 1);
    w.table.apply([{ kind: "present", link: link(300, "veth300") }]);
    assert.deepEqual(w.choices(), ["eth0 true captured", "veth300 false cannot_open"]);
  });
});
