/**
 * Gives up privileges as the agent does and prints what every thread may do then: see privileges.test.ts. Arguments: the capabilities
 * to keep as a number; the ids of a user, a group and further groups, or none.
 */
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { readCredentials } from "../../src/agent/privileges/credentials.ts";
import { loadNative } from "../../src/capture/native.ts";

const [keep = 0, uid, gid, ...groups] = process.argv.slice(2).map(Number);
const native = loadNative();
// Threads of every kind: a worker with a loop of its own, and the pool of libuv.
const worker = new Worker("setInterval(() => {}, 1)", { eval: true });
await new Promise((resolve) => worker.once("online", resolve));
await Promise.all(Array.from({ length: 8 }, () => readFile("/proc/self/stat")));
const started = performance.now();
native.sealPrivileges(keep);
if (uid !== undefined && gid !== undefined) native.setIdentity(uid, gid, groups);
native.limitCapabilities(keep);
const took = performance.now() - started;
const late = new Worker("setInterval(() => {}, 1)", { eval: true });
await new Promise((resolve) => late.once("online", resolve));
const threads = [...readCredentials().values()].map((one) =>
  [
    one.uids.join(" "),
    one.gids.join(" "),
    one.groups.join(" "),
    ...[one.permitted, one.effective, one.inheritable, one.ambient, one.bounding].map((set) => set.toString(16)),
    one.noNewPrivileges,
  ].join("|"),
);
// The signal was given back: the C library still changes the user of all threads with it.
process.stdout.write(`${JSON.stringify({ count: threads.length, kinds: [...new Set(threads)], took })}\n`);
await Promise.all([worker.terminate(), late.terminate()]);
