import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const sources = dirname(dirname(fileURLToPath(import.meta.url)));

/** What a run owns (processes, namespaces, temporary folders), so that all of it is gone at the end, also after a failure. */
export class Session {
  #children = new Set();
  #namespaces = [];
  #directories = [];
  #closed = false;

  constructor() {
    this.directory = this.temporaryDirectory(join(tmpdir(), "vw-bench-"));
    process.on("exit", () => this.close());
    for (const [signal, number] of [
      ["SIGINT", 2],
      ["SIGTERM", 15],
      ["SIGHUP", 1],
    ])
      process.on(signal, () => process.exit(128 + number));
  }

  /** Makes a folder whose path begins with `prefix`. */
  temporaryDirectory(prefix) {
    const directory = mkdtempSync(prefix);
    this.#directories.push(directory);
    return directory;
  }

  /** Starts a process that is killed by its id when the session closes. `capture` keeps the last output of each stream. */
  spawn(command, args, options = {}) {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    this.#children.add(child);
    child.output = "";
    child.errors = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      child.output = (child.output + text).slice(-65_536);
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      child.errors = (child.errors + text).slice(-65_536);
    });
    child.finished = new Promise((resolve) => {
      child.on("error", (error) => {
        this.#children.delete(child);
        resolve({ code: null, signal: null, error });
      });
      child.on("close", (code, signal) => {
        this.#children.delete(child);
        resolve({ code, signal });
      });
    });
    return child;
  }

  /** Runs to the end. Throws unless the exit status is 0. */
  async run(command, args, options = {}) {
    const child = this.spawn(command, args, options);
    const { code, signal, error } = await child.finished;
    if (code !== 0)
      throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? signal ?? `exit ${code}`}: ${child.errors.trim().slice(-2_000)}`);
    return child.output;
  }

  /** Creates a network namespace with loopback up; returns its full name. */
  async namespace(suffix) {
    const name = `vw-bench-${process.pid}-${suffix}`;
    await this.run("ip", ["netns", "add", name]);
    this.#namespaces.push(name);
    await this.run("ip", ["-n", name, "link", "set", "lo", "up"]);
    return name;
  }

  /** Joins two namespaces by a veth pair, each end up and with the given addresses. */
  async link(a, b) {
    await this.run("ip", ["link", "add", a.device, "netns", a.namespace, "type", "veth", "peer", "name", b.device, "netns", b.namespace]);
    for (const end of [a, b]) {
      for (const address of end.addresses ?? []) await this.run("ip", ["-n", end.namespace, "address", "add", address, "dev", end.device]);
      await this.run("ip", ["-n", end.namespace, "link", "set", end.device, "up"]);
    }
  }

  async removeNamespace(name) {
    await this.run("ip", ["netns", "del", name]);
    this.#namespaces = this.#namespaces.filter((other) => other !== name);
  }

  /** Packets that the kernel handed to a device of a namespace. */
  async received(namespace, device) {
    const [link] = JSON.parse(await this.run("ip", ["-n", namespace, "-s", "-j", "link", "show", "dev", device]));
    return { packets: link.stats64.rx.packets, dropped: link.stats64.rx.dropped };
  }

  /** Compiles one of the C programs of this folder into the temporary folder; returns its path. */
  async compile(name) {
    const binary = join(this.directory, name);
    await this.run("cc", ["-O2", "-Wall", "-Wextra", "-o", binary, join(sources, `${name}.c`)]);
    return binary;
  }

  /** Kills what still runs and removes the namespaces: after each part, also one that failed. */
  release() {
    for (const child of this.#children) {
      try {
        if (child.pid !== undefined) process.kill(child.pid, "SIGKILL");
      } catch {
        // it has ended in the meantime
      }
    }
    for (const name of this.#namespaces) spawnSync("ip", ["netns", "del", name]);
    this.#namespaces = [];
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.release();
    for (const directory of this.#directories) rmSync(directory, { recursive: true, force: true });
  }
}

/** The command line that runs `command` inside a namespace on one CPU; the process keeps the id that spawn returns. */
export function inNamespace(namespace, cpu, command) {
  return ["ip", ["netns", "exec", namespace, ...(cpu === null ? [] : ["taskset", "-c", String(cpu)]), ...command]];
}

/** Ends a child with a signal; kills it when it takes longer than the limit. */
export async function stop(child, signal = "SIGTERM", limit = 10_000) {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), limit);
  const ended = await child.finished;
  clearTimeout(timer);
  return ended;
}

/** Whether a program can be started. */
export function hasProgram(name) {
  return spawnSync("sh", ["-c", `command -v "$1"`, "sh", name]).status === 0;
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until the answer is truthy, at most `limit` milliseconds; throws with `what` after that. */
export async function until(what, limit, ask, pause = 50) {
  const end = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${limit / 1_000} s in vain for ${what}`);
    await sleep(pause);
  }
}
