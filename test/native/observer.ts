/** Runs a capture backend inside a namespace and tells the test what it hears: see Script in support.ts. Arguments: backend, patterns. */
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { Memberships } from "../../src/capture/membership.ts";
import { loadNative } from "../../src/capture/native.ts";
import { createSource } from "../../src/capture/open.ts";
import type { FrameSink } from "../../src/capture/source.ts";
import { RouteMonitor } from "../../src/netlink/route-monitor.ts";
import type { Frame } from "../../src/wire/frame.ts";

const [backend = "af_packet", patterns = "*", groups = "false"] = process.argv.slice(2);
const say = (type: string, fields: object = {}): void => void process.stdout.write(`${JSON.stringify({ type, ...fields })}\n`);
const warn = (message: string): void => say("warn", { message });

const native = loadNative();
const links = new RouteMonitor({ EventSocket: native.NetlinkSocket, warn });
await links.start();
const source = createSource({
  backend: backend === "libpcap" ? "libpcap" : "af_packet",
  patterns: patterns.split(","),
  links: links.table,
  warn,
});
const memberships = new Memberships({ mode: groups === "true", native, warn });
const joinGroups = (): void => {
  memberships.update(
    source.choices().filter((choice) => choice.captured),
    new Set(),
  );
  say("joined", { groups: memberships.joined().join(", ") });
};

let quiet = false;
let throwing = 0;

const sink: FrameSink = {
  frame(frame: Frame): void {
    if (throwing > 0) {
      throwing -= 1;
      throw new Error("the sink failed");
    }
    if (quiet) return;
    const { interface: name, direction, vlanTci = null, length, bytes, at } = frame;
    say("frame", { name, direction, vlanTci, length, hex: Buffer.from(bytes).toString("hex"), age: native.monotonicMicros() - at });
  },
  settled(): void {},
  dropped: (count) => say("dropped", { count }),
  hearing: (name, state, why) => say("hearing", { name, state, why }),
};

process.on("uncaughtException", (error) => say("uncaught", { message: error.message }));
source.open(sink);
joinGroups();
links.table.subscribe((changes) => {
  say("links", { changes: changes.map(({ kind, link }) => `${kind} ${link.name}`) });
  joinGroups();
});

const commands: Record<string, (argument: string) => void> = {
  /** Blocks the event loop until the file exists. */
  block(path) {
    say("blocking");
    const bell = new Int32Array(new SharedArrayBuffer(4));
    while (!existsSync(path)) Atomics.wait(bell, 0, 0, 5);
  },
  quiet(on) {
    quiet = on === "on";
  },
  throw(times) {
    throwing = Number(times);
  },
  drain() {
    source.drain();
    say("drained");
  },
  counts() {
    const { packets, drops } = source.counts();
    const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((total, count) => total + count, 0);
    say("counts", { packets: sum(packets), drops: sum(drops) });
  },
  quit() {
    memberships.close();
    source.close();
    links.close();
    // npm pcap keeps the loop alive for ever; the other backend must let the process end by itself.
    if (backend === "libpcap") process.exit();
    process.stdin.destroy();
  },
};
createInterface({ input: process.stdin }).on("line", (line) => {
  const [name = "", argument = ""] = line.split(" ");
  commands[name]?.(argument);
});
say("ready");
