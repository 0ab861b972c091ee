// Takes the lock of the state directory that it is given and holds it. Lines on standard output: "locked", "unlocked", or the error.
// On standard input: "release" gives it back and ends the process.
import { spawnFlock } from "../../../src/agent/state-lock/spawn-flock.ts";
import { StateLock } from "../../../src/agent/state-lock/state-lock.ts";
import { loadNative } from "../../../src/capture/native.ts";
import { systemClock } from "../../../src/lib/clock.ts";

const [directory = "", way = "addon"] = process.argv.slice(2);
const tryLock = way === "addon" ? loadNative().tryLock : spawnFlock;
const log = { info: () => {}, warn: () => {} };
try {
  const lock = await StateLock.take(directory, { tryLock, wall: systemClock.wall(), log });
  process.stdout.write(lock === null ? "unlocked\n" : "locked\n");
  process.stdin.on("data", (text) => {
    if (!String(text).startsWith("release")) return;
    lock?.release();
    process.exit(0);
  });
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
