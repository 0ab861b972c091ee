import { spawn, spawnSync } from "node:child_process";
import { root } from "./paths.mjs";

/** A step failed in a way that a person can read about above or in the message; no stack is wanted. */
export class StepError extends Error {}

const running = new Set();

/** Resolves when every command of `run` that is under way has ended. */
export const allEnded = () => Promise.all(running);

/** Runs a command with its output going straight to ours. Resolves with the exit status (128 + n for a signal). */
export function run(command, args, options = {}) {
  const ended = new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], ...options });
    child.on("error", (error) => {
      console.error(`cannot run ${command}: ${error.message}`);
      resolve(127);
    });
    child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
  running.add(ended);
  void ended.then(() => running.delete(ended));
  return ended;
}

/** Runs a command that has to work. */
export async function must(what, command, args, options) {
  const status = await run(command, args, options);
  if (status !== 0) throw new StepError(`${what} failed: ${command} ${args.join(" ")} ended with status ${status}`);
}

/** Runs a command quietly. Never throws: `ok` is false where it failed or is missing. */
export function capture(command, args, options = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  return { ok: status === 0, stdout: stdout ?? "", stderr: stderr ?? "" };
}

/** Ends the script with one line for a person where a step failed, with the stack where it is a bug. */
export function failed(error) {
  console.error(error instanceof StepError ? `\n${error.message}` : error);
  return 1;
}
