import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runSync } from "./shell.ts";

const folderPrefix = "vrrpwatch-lab-";
const listName = "resources";

/**
 * What one run of the lab has made outside its own process: a folder under the temporary directory that lists its
 * namespaces. Every process of the lab lives in one of them, so the list is all that a clean-up needs, also one that a
 * later run does for an owner that was killed.
 */
export class Resources {
  /** Short and unique: it is part of every namespace's name. */
  readonly run = randomBytes(3).toString("hex");
  readonly folder = path.join(tmpdir(), `${folderPrefix}${this.run}`);
  #closed = false;
  readonly #onExit = (): void => this.close();
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.close();
    process.kill(process.pid, signal);
  };

  constructor() {
    sweep();
    mkdirSync(this.folder, { mode: 0o755 });
    this.#note(`owner ${process.pid} ${startTime(process.pid)}`);
    process.on("exit", this.#onExit);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, this.#onSignal);
  }

  /** Writes a namespace down before it is made: better one that never came to be than one that is forgotten. */
  willMakeNamespace(name: string): void {
    this.#note(`namespace ${name}`);
  }

  /** Ends every process of the run and removes its namespaces and files. Synchronous, so that it also works while the process exits. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    process.removeListener("exit", this.#onExit);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.removeListener(signal, this.#onSignal);
    remove(this.folder);
  }

  #note(line: string): void {
    appendFileSync(path.join(this.folder, listName), `${line}\n`);
  }
}

/** Removes what runs left behind whose owner is no more. Runs with a living owner are left alone. */
export function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(folderPrefix)) continue;
    const folder = path.join(tmpdir(), name);
    const owner = noted(folder, "owner")[0];
    if (owner === undefined) continue;
    const [pid, started] = owner.split(" ");
    if (startTime(Number(pid)) !== started) remove(folder);
  }
}

/** Processes that live in a network namespace. */
export function processesIn(namespace: string): number[] {
  return (runSync("ip", ["netns", "pids", namespace]) ?? "").split("\n").filter(Boolean).map(Number);
}

function remove(folder: string): void {
  const namespaces = noted(folder, "namespace");
  for (const namespace of namespaces) endProcesses(namespace);
  for (const namespace of namespaces) runSync("ip", ["netns", "del", namespace]);
  rmSync(folder, { recursive: true, force: true });
}

/** Kills until nobody is left: a parent may start a child again while its children are killed. */
function endProcesses(namespace: string): void {
  for (let round = 0; round < 100; round++) {
    const pids = processesIn(namespace).filter((pid) => pid !== process.pid);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone by itself meanwhile.
      }
    }
  }
}

function noted(folder: string, kind: string): string[] {
  try {
    const lines = readFileSync(path.join(folder, listName), "utf8").split("\n");
    return lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
  } catch {
    return [];
  }
}

/** When a process started (clock ticks since boot), which tells it from a later one with the same id. undefined: not there. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
