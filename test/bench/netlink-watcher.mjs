/**
 * Follows the addresses of its namespace as the agent does: event socket, RouteMonitor, Pump, engine. Arguments: the folder of the
 * compiled program, the receive buffer in bytes. Prints `ready`; a line `report` on standard input is answered with one JSON object
 * of what has come since the one before.
 */
import { join } from "node:path";
import { createInterface } from "node:readline";

const [compiled, receiveBytes] = process.argv.slice(2);
const load = (name) => import(join(compiled, name));
const { loadNative } = await load("capture/native.js");
const { Engine } = await load("core/engine.js");
const { Pump } = await load("agent/pump.js");
const { RouteMonitor } = await load("netlink/route-monitor.js");
const { attributeParser, dumpRoutes } = await load("netlink/dump.js");
const { systemClock: clock } = await load("lib/clock.js");

const native = loadNative();
let counts;
const reset = () => {
  counts = { events: 0, overruns: 0, dumps: 0, longestStallMs: 0, seen: [], cpu: process.cpuUsage() };
};
reset();

class CountingSocket {
  #socket;
  constructor(options, onReadable) {
    this.#socket = new native.NetlinkSocket({ ...options, receiveBytes: Number(receiveBytes) }, onReadable);
  }
  read() {
    const batch = this.#socket.read();
    for (const datagram of batch) {
      if (datagram === null) counts.overruns += 1;
      else counts.events += 1;
    }
    return batch;
  }
  close() {
    this.#socket.close();
  }
}

const engine = new Engine({
  expectedRouters: [{ interface: "eth0", family: "ipv4", vrid: 1 }],
  expected: () => ({ addresses: ["198.51.100.1"], instance: null }),
});
const nothing = () => {};
const pump = new Pump({ engine, clock, sink: nothing, paused: nothing, dropped: nothing, hearing: nothing });
const monitor = new RouteMonitor({
  EventSocket: CountingSocket,
  warn: (message, error) => process.stderr.write(`${message}: ${error}\n`),
  dump: (parse) => {
    counts.dumps += 1;
    return dumpRoutes(parse);
  },
  parse: attributeParser(),
});
await monitor.start();
monitor.table.subscribe((changes) => pump.fact({ kind: "links", changes }));
monitor.addresses.subscribe((changes) => {
  pump.fact({ kind: "addresses", changes });
  const at = Number(process.hrtime.bigint() / 1_000n);
  if (counts.seen.length < 5_000) for (const { kind, address } of changes) counts.seen.push([kind, address.address, at]);
});
pump.fact({ kind: "links", changes: monitor.table.all().map((link) => ({ kind: "added", link, before: null })) });
pump.fact({ kind: "addresses", changes: [] });

let beat = performance.now();
setInterval(() => {
  const now = performance.now();
  counts.longestStallMs = Math.max(counts.longestStallMs, now - beat - 1);
  beat = now;
}, 1);

createInterface({ input: process.stdin }).on("line", () => {
  const { cpu, ...rest } = counts;
  const { user, system } = process.cpuUsage(cpu);
  const table = monitor.addresses.all().map(({ address, prefixLength }) => `${address}/${prefixLength}`);
  const present = engine.snapshot().host.routers[0]?.vips[0]?.present ?? null;
  process.stdout.write(`${JSON.stringify({ ...rest, cpuMicroseconds: user + system, table: table.sort(), present })}\n`);
  reset();
});
process.stdout.write("ready\n");
