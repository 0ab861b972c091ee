import { readlinkSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { compareSync } from "bcryptjs";

/** Runs in a thread of its own: compares one password after another, and holds up nobody but who asked. */

export interface PasswordQuestion {
  readonly password: string;
  readonly hash: string;
}

/** The thread goes on at the priority of the others: why, for a person. Comes before any answer. */
export interface PriorityRefused {
  readonly priorityRefused: string;
}

export type PasswordMessage = boolean | PriorityRefused;

/** So much nicer than the capture, which goes first: this thread gets what it leaves of a processor. */
const NICE = 10;
const NICEST = constants.priority.PRIORITY_LOW;

const priorityRefused = process.platform === "linux" ? yieldToOthers() : null;
if (priorityRefused !== null) send({ priorityRefused });
parentPort?.on("message", ({ password, hash }: PasswordQuestion) => send(compareSync(password, hash)));

function send(message: PasswordMessage): void {
  parentPort?.postMessage(message);
}

/**
 * Linux gives each thread its own priority (setpriority(2), under BUGS); elsewhere nothing is changed.
 * @returns why that was refused (a filter of system calls, no /proc), or null
 */
function yieldToOthers(): string | null {
  try {
    const thread = readlinkSync("/proc/thread-self").split("/").at(-1);
    setPriority(Number(thread), Math.min(getPriority() + NICE, NICEST));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
