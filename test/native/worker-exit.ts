/** Starts workers that open sockets and end without closing them, one by terminate() and one by itself. */
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { loadNative } from "../../src/capture/native.ts";
import { openSockets } from "./open-sockets.ts";

async function runWorker(how: "terminate" | "exit"): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: how });
  const ended = once(worker, "exit");
  await once(worker, "message");
  if (how === "terminate") await worker.terminate();
  await ended;
}

if (isMainThread) {
  await runWorker("exit");
  const socketsBefore = openSockets();
  for (let i = 0; i < 3; i++) {
    await runWorker("terminate");
    await runWorker("exit");
  }
  process.stdout.write(`${JSON.stringify({ type: "workers", socketsBefore, socketsAfter: openSockets() })}\n`);
} else {
  const native = loadNative();
  new native.PacketSocket({}, () => {});
  new native.NetlinkSocket({ groups: 1 }, () => {});
  native.joinGroup(4, 1);
  parentPort?.postMessage("open");
  if (workerData === "exit") process.exit();
}
