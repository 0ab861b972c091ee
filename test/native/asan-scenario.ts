/** Drives the sanitized addon, given as argument, through what is dangerous about it: see asan.test.ts. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { setImmediate as turn } from "node:timers/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Native } from "../../src/capture/native.ts";

const path: string = isMainThread ? (process.argv[2] ?? "") : (workerData as string);
const native = createRequire(import.meta.url)(path) as Native;
const say = (type: string, fields: object = {}): void => void process.stdout.write(`${JSON.stringify({ type, ...fields })}\n`);
const slab = new Uint8Array(64 * 1024);

if (!isMainThread) {
  new native.PacketSocket({ ringBytes: 1 << 20 }, () => {});
  new native.NetlinkSocket({ groups: 1 }, () => {});
  parentPort?.postMessage("open");
} else {
  await scenario();
}

async function scenario(): Promise<void> {
  let frames = 0;
  const ring = new native.PacketSocket({ ringBytes: 1 << 20 }, () => {
    for (let count = ring.read(slab); count > 0; count = ring.read(slab)) frames += count;
  });
  const events = new native.NetlinkSocket({ groups: 0x11, receiveBytes: 4_096 }, () => void events.read());
  say("ready");
  await once(process.stdin, "data");
  // The overrun of the event socket takes the error path of the poll handle; so does a device that disappears.
  const changes = Array.from({ length: 200 }, (_, i) => `address add 198.51.100.${i + 1}/32 dev vw1`).join("\n");
  execFileSync("ip", ["-batch", "-"], { input: `${changes}\n` });
  await turn();
  execFileSync("ip", ["link", "delete", "vw1"]);
  await turn();

  await closeInsideCallback();
  for (let i = 0; i < 30; i++) {
    const socket = new native.PacketSocket({ ringBytes: 1 << 20 }, () => {});
    const handle = native.joinGroup(4, 1);
    native.joinGroup(6, 1);
    if (i % 3 === 0) await turn();
    if (i % 2 === 0) native.leaveGroup(handle);
    socket.close();
    socket.close();
    socket.read(slab);
    socket.drops();
  }
  globalThis.gc?.();
  for (const attempt of [
    () => new native.PacketSocket({ blockBytes: 12_345 }, () => {}),
    () => native.joinGroup(4, 999_999),
    () => native.makeFifo(path, 0o600),
  ]) {
    try {
      attempt();
      say("unexpected");
    } catch {
      // The error path is what is tried here.
    }
  }
  for (let i = 0; i < 2; i++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: path });
    await once(worker, "message");
    await worker.terminate();
  }
  ring.close();
  events.close();
  say("done", { frames, drops: ring.drops() });
  process.stdin.destroy();
}

async function closeInsideCallback(): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = new native.NetlinkSocket({ groups: 1 }, () => {
      socket.read();
      socket.close();
      resolve();
    });
    execFileSync("ip", ["link", "add", "vw-nat-x", "type", "veth", "peer", "name", "vw-nat-y"]);
  });
}
