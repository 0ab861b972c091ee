import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { environment } from "./shell.ts";
import { waitFor } from "./wait.ts";

/** A long-running process in a namespace, with its output kept for the failure message of a test. */
export class LabProcess {
  readonly name: string;
  readonly child: ChildProcess;
  #stdout = "";
  #stderr = "";
  #logged = 0;

  /** `ip netns exec` replaces itself by the command, so the process id is the command's own. */
  constructor(name: string, namespace: string, command: readonly string[]) {
    this.name = name;
    this.child = spawn("ip", ["netns", "exec", namespace, ...command], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#logged += text.length;
      this.#stdout = keep(this.#stdout + text);
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = keep(this.#stderr + text);
    });
    this.child.on("error", (error) => {
      this.#stderr += error.message;
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.name} did not start: ${this.#stderr}`);
    return this.child.pid;
  }
  get stdout(): string {
    return this.#stdout;
  }
  get stderr(): string {
    return this.#stderr;
  }
  /** Characters on standard output so far: more than `stdout` holds. */
  get logged(): number {
    return this.#logged;
  }
  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined;
  }

  /** The process and all its descendants, parents first. */
  family(): number[] {
    return descendants(this.pid);
  }

  /** SIGKILL to the whole family at once, children first: keepalived's child would otherwise notice its parent's death and say goodbye. */
  async crash(): Promise<void> {
    for (const pid of this.family().reverse()) kill(pid, "SIGKILL");
    await this.ended();
  }

  /** Sends a signal and waits for the end. Returns the exit status, or the signal's name. */
  async stop(signal: NodeJS.Signals = "SIGTERM", within = 8_000): Promise<number | string> {
    if (this.running) kill(this.pid, signal);
    return await this.ended(within);
  }

  async ended(within = 8_000): Promise<number | string> {
    await waitFor(`the end of ${this.name}`, () => !this.running, { within, every: 10, state: () => tail(this.#stdout + this.#stderr) });
    return this.child.exitCode ?? this.child.signalCode ?? "never started";
  }

  /** Waits until the output (both streams) matches. */
  async says(pattern: RegExp, within: number): Promise<void> {
    await waitFor(
      `${this.name} to say ${pattern}`,
      () => pattern.test(this.#stdout + this.#stderr) || (this.running ? false : this.#gone(pattern)),
      {
        within,
        every: 10,
        state: () => tail(this.#stdout + this.#stderr),
      },
    );
  }

  #gone(pattern: RegExp): never {
    throw new Error(`${this.name} ended without saying ${pattern}: ${tail(this.#stdout + this.#stderr)}`);
  }
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
    return [pid, ...children.flatMap(descendants)];
  } catch {
    return [];
  }
}

const keep = (text: string): string => (text.length > 1 << 20 ? text.slice(-(1 << 19)) : text);
/** Enough for a failure message: why a command refused stands at its start, what it did last at its end. */
const tail = (text: string): string => (text.length > 3_000 ? `${text.slice(0, 1_000)} ... ${text.slice(-2_000)}` : text);
