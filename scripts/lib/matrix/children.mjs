import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { StepError } from "../exec.mjs";

/** Milliseconds for which a child that is asked to end may clean up, before it is killed. */
const GRACE = 20_000;

const running = new Set();

/** Ends every child and all that it started. For Ctrl-C. */
export async function endChildren() {
  await Promise.all([...running].map((child) => child.end()));
}

/**
 * Runs a command in a process group of its own with its output going to a file, and ends the group when the time is over.
 * @returns the exit status, or "time" where it had to be ended
 */
export async function runTo(file, command, args, { cwd, env, limit }) {
  const output = openSync(file, "a");
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", output, output], detached: true });
  closeSync(output);
  const ended = new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => resolve(code ?? signal));
  });
  const entry = { end: () => endGroup(child, ended) };
  running.add(entry);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void entry.end();
  }, limit);
  const status = await ended;
  clearTimeout(timer);
  // Its own children may have outlived it.
  signalGroup(child, "SIGKILL");
  running.delete(entry);
  return late ? "time" : status;
}

/** The same for a step that has to work. */
export async function mustTo(file, what, command, args, options) {
  const status = await runTo(file, command, args, options);
  if (status === 0) return;
  throw new StepError(`${what} failed (${status === "time" ? "out of time" : `status ${status}`}): see ${file}`);
}

/** Waits for a lock file, or with `--nonblock` fails. Returns what lets go of it, which the end of this process does too. */
export async function takeLock(file, ...how) {
  const holder = spawn("flock", [...how, file, "sh", "-c", "echo held && exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
  const entry = { end: async () => holder.kill() };
  running.add(entry);
  holder.on("exit", () => running.delete(entry));
  await new Promise((resolve, reject) => {
    holder.on("error", reject);
    holder.on("exit", () => reject(new StepError(`flock could not take ${file}`)));
    holder.stdout.once("data", resolve);
  });
  return () => holder.stdin.end();
}

async function endGroup(child, ended) {
  signalGroup(child, "SIGTERM");
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE);
  await ended;
  clearTimeout(timer);
}

function signalGroup({ pid }, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left.
  }
}
