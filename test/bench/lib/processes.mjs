import { readdirSync, readFileSync } from "node:fs";
import { sleep } from "./session.mjs";

/** One of the first two numbers of /proc/PID/task/TID/schedstat, summed over all living threads. */
function schedstat(pid, column) {
  let total = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      total += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[column]);
    } catch {
      // a thread that ended between the two calls
    }
  }
  return total;
}

/** CPU time of a process so far, in nanoseconds. */
export const cpuNanoseconds = (pid) => schedstat(pid, 0);

/** For how long its threads were ready to run and had to wait for a CPU, in nanoseconds: what else this machine did. */
export const waitNanoseconds = (pid) => schedstat(pid, 1);

function statusBytes(pid, field) {
  const line = readFileSync(`/proc/${pid}/status`, "utf8")
    .split("\n")
    .find((text) => text.startsWith(`${field}:`));
  return Number(line?.split(/\s+/)[1] ?? Number.NaN) * 1_024;
}

/** Memory of a process in RAM now, in bytes. */
export const rssBytes = (pid) => statusBytes(pid, "VmRSS");

/** The most that it ever was, in bytes. */
export const peakRssBytes = (pid) => statusBytes(pid, "VmHWM");

/** Waits until a process hardly uses CPU any more (1 % over 300 ms): it has worked off what it was given. Bounded. */
export async function settle(pid, limit = 20_000) {
  const end = Date.now() + limit;
  let before = cpuNanoseconds(pid);
  while (Date.now() < end) {
    await sleep(300);
    const now = cpuNanoseconds(pid);
    if (now - before < 3_000_000) return;
    before = now;
  }
}
