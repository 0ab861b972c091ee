import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { compareSync } from "bcryptjs";

/** Runs in a thread of its own: compares one password after another, and holds up nobody but who asked. */

export interface PasswordQuestion {
  readonly password: string;
  readonly hash: string;
}

/** What is left of a processor after the capture, which goes first. */
const NICE = 10;

yieldToOthers();
parentPort?.on("message", ({ password, hash }: PasswordQuestion) => parentPort?.postMessage(compareSync(password, hash)));

/** Linux gives each thread its own priority (setpriority(2), under BUGS); elsewhere nothing is changed. */
function yieldToOthers(): void {
  try {
    const thread = readlinkSync("/proc/thread-self").split("/").at(-1);
    if (thread !== undefined) setPriority(Number(thread), NICE);
  } catch {
    // Not Linux, or not allowed: then all threads are equal.
  }
}
