import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadNative, packageRoot } from "../../src/capture/native.ts";

/** Why tests on real devices cannot run here, or false. */
export function liveSkip(): string | false {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root for network namespaces";
  if (spawnSync("ip", ["netns", "list"]).status !== 0) return "needs iproute2 with network namespaces";
  if (spawnSync("cc", ["--version"]).status !== 0) return "needs a C compiler for the frame sender";
  try {
    loadNative();
  } catch (error) {
    return error instanceof Error ? error.message : "needs the native addon";
  }
  return false;
}

export const testFile = (name: string): string => join(packageRoot(), "test", "native", name);

let scratch: string | undefined;

/** A folder for the files of this test process. */
function scratchFolder(): string {
  scratch ??= mkdtempSync(join(tmpdir(), "vw-nat-"));
  return scratch;
}

/** Compiles the frame sender once for a test process. */
function sender(): string {
  const program = join(scratchFolder(), "sender");
  if (!existsSync(program)) execFileSync("cc", ["-O2", "-Wall", "-Wextra", "-o", program, testFile("sender.c")]);
  return program;
}

let pairs = 0;

/** Two network namespaces joined by a veth pair, `vw0` in `a` and `vw1` in `b`. IPv6 is off, so that nothing speaks unasked. */
export class VethPair {
  readonly a: string;
  readonly b: string;
  readonly #scripts: Script[] = [];

  constructor() {
    pairs += 1;
    this.a = `vw-nat-${process.pid}-${pairs}a`;
    this.b = `vw-nat-${process.pid}-${pairs}b`;
    for (const name of [this.a, this.b]) {
      execFileSync("ip", ["netns", "add", name]);
      execFileSync("ip", [
        "netns",
        "exec",
        name,
        "sysctl",
        "-qw",
        "net.ipv6.conf.default.disable_ipv6=1",
        "net.ipv6.conf.all.disable_ipv6=1",
      ]);
    }
    this.connect();
  }

  /** Makes the pair, at the start or after it was deleted. */
  connect(): void {
    execFileSync("ip", ["link", "add", "vw0", "netns", this.a, "type", "veth", "peer", "name", "vw1", "netns", this.b]);
    this.ip("a", "link set vw0 address 02:00:00:00:00:01 up");
    this.ip("b", "link set vw1 address 02:00:00:00:00:02 up");
  }

  ip(side: "a" | "b", command: string): string {
    return execFileSync("ip", ["-n", this[side], ...command.split(" ")], { encoding: "utf8" });
  }

  /** Sends frames (hexadecimal) out of a device; resolves when all have left. */
  send(side: "a" | "b", device: string, frames: readonly string[], options: { count?: number; perSecond?: number } = {}): Promise<void> {
    const { count = frames.length, perSecond = 0 } = options;
    const child = spawn("ip", ["netns", "exec", this[side], sender(), device, String(count), String(perSecond)]);
    child.stdin.end(`${frames.join("\n")}\n`);
    return new Promise((resolve, reject) => {
      child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`sender ended with ${code}`))));
    });
  }

  /** Starts an observer and waits until it listens. */
  async observe(side: "a" | "b", args: readonly string[] = []): Promise<Script> {
    const observer = this.run(side, "observer.js", args);
    await observer.until("start", () => observer.of("ready").length > 0);
    return observer;
  }

  /** Starts the script `name` of this folder inside the namespace. */
  run(side: "a" | "b", name: string, args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Script {
    const path = fileURLToPath(new URL(name, import.meta.url));
    // Set for Node only: `ip` is not to run under a preloaded library.
    const settings = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
    const script = new Script(spawn("ip", ["netns", "exec", this[side], "env", ...settings, process.execPath, path, ...args]));
    this.#scripts.push(script);
    return script;
  }

  remove(): void {
    for (const script of this.#scripts) script.kill();
    for (const name of [this.a, this.b]) spawnSync("ip", ["netns", "delete", name]);
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
    scratch = undefined;
  }
}

export type Line = Readonly<Record<string, unknown>> & { readonly type: string };

const PATIENCE_MS = 20_000;
let blocks = 0;

/** A child process that writes one JSON object a line and takes commands, one a line. */
export class Script {
  readonly lines: Line[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number | null>;
  #wake: () => void = () => {};
  #errors = "";

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    // A script may have ended by itself before it is told to.
    child.stdin.on("error", () => {});
    child.stderr.on("data", (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.lines.push(JSON.parse(line) as Line);
      this.#wake();
    });
    this.#ended = new Promise((resolve) => {
      child.on("close", (code) => {
        resolve(code);
        this.#wake();
      });
    });
  }

  command(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Keeps the event loop of an observer busy while `action` runs. */
  async whileBlocked(action: () => Promise<void> | void): Promise<void> {
    blocks += 1;
    const path = join(scratchFolder(), `block-${blocks}`);
    const before = this.of("blocking").length;
    this.command(`block ${path}`);
    await this.until("the block", () => this.of("blocking").length > before);
    try {
      await action();
    } finally {
      writeFileSync(path, "");
    }
  }

  of(type: string): Line[] {
    return this.lines.filter((line) => line.type === type);
  }

  /** Waits until the lines so far satisfy `isEnough`. */
  async until(what: string, isEnough: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!isEnough()) {
      const left = deadline - Date.now();
      if (left <= 0 || this.#child.exitCode !== null) {
        throw new Error(`waited in vain for ${what}; got ${JSON.stringify(this.lines.slice(-5))} ${this.#errors}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 500));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Asks the script to end and returns its exit status. */
  async quit(): Promise<number | null> {
    if (this.#child.exitCode === null) this.#child.stdin.end("quit\n");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    const status = await this.#ended;
    clearTimeout(timer);
    return status;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  get errors(): string {
    return this.#errors;
  }
}
