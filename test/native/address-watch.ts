/**
 * Follows the addresses of its namespace as the agent does and tells each change: see addresses.test.ts. Argument: receive
 * buffer in bytes. Command `flood FILE`: runs `ip -batch FILE` while the event loop is blocked; `table`: the whole table.
 */
import { execFileSync } from "node:child_process";
import { createInterface } from "node:readline";
import { loadNative } from "../../src/capture/native.ts";
import { RouteMonitor } from "../../src/netlink/route-monitor.ts";

const say = (type: string, fields: object = {}): void => void process.stdout.write(`${JSON.stringify({ type, ...fields })}\n`);
const receiveBytes = Number(process.argv[2] ?? 4 << 20);
const native = loadNative();
let overruns = 0;

class Counting {
  readonly #socket: InstanceType<typeof native.NetlinkSocket>;
  constructor(options: { readonly groups: number }, onReadable: () => void) {
    this.#socket = new native.NetlinkSocket({ ...options, receiveBytes }, onReadable);
  }
  read(): (Buffer | null)[] {
    const batch = this.#socket.read();
    overruns += batch.filter((datagram) => datagram === null).length;
    return batch;
  }
  close(): void {
    this.#socket.close();
  }
}

const monitor = new RouteMonitor({ EventSocket: Counting, warn: (message) => say("warn", { message }) });
await monitor.start();
const nameOf = (index: number): string => monitor.table.get(index)?.name ?? "?";
const flagsOf = (flags: object): string =>
  Object.entries(flags)
    .flatMap(([name, on]) => (on === true ? [name] : []))
    .join(" ");
const quiet = process.argv[3] === "quiet";
monitor.addresses.subscribe((changes) => {
  if (quiet) return;
  for (const { kind, address } of changes) {
    const { index, address: text, prefixLength, flags } = address;
    say("address", { change: `${kind} ${text}/${prefixLength} ${nameOf(index)} ${flagsOf(flags)}`.trim() });
  }
});

const commands: Record<string, (argument: string) => void> = {
  flood(file) {
    execFileSync("ip", ["-batch", file]);
    say("flooded");
  },
  table() {
    const addresses = monitor.addresses.all().map(({ index, address, prefixLength }) => `${nameOf(index)} ${address}/${prefixLength}`);
    say("table", { addresses: addresses.sort(), overruns });
  },
  links() {
    say("links", { up: Object.fromEntries(monitor.table.all().map(({ name, up }) => [name, up])) });
  },
  quit() {
    monitor.close();
    process.stdin.destroy();
  },
};
createInterface({ input: process.stdin }).on("line", (line) => {
  const [command = "", argument = ""] = line.split(" ");
  commands[command]?.(argument);
});
say("ready");
