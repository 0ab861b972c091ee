import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "../lab/framework/shell.ts";
import { type Layer, openLayer } from "./layer.ts";

const environment = [
  "env",
  "-i",
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "HOME=/root",
  "LANG=C.UTF-8",
  "DEBIAN_FRONTEND=noninteractive",
];

/** A Debian system to install things in: a writable layer above a base that stays as it is, gone when it is closed. */
export class DebianRoot {
  readonly #folder: string;
  readonly #layer: Layer;

  private constructor(folder: string, layer: Layer) {
    this.#folder = folder;
    this.#layer = layer;
  }

  static async open(base: string): Promise<DebianRoot> {
    const folder = mkdtempSync(path.join(tmpdir(), "vrrpwatch-root-"));
    try {
      return new DebianRoot(folder, await openLayer(base, folder));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** What a command is run with inside the root, from this machine or from a namespace of the lab. */
  inside(command: readonly string[]): string[] {
    return [...this.#layer.enter, "chroot", this.#layer.root, ...environment, ...command];
  }

  /** The same with a shell's script that runs before, outside of the root, whose path is its `$root`. */
  prepared(script: string, command: readonly string[]): string[] {
    const whole = `set -e; root=$1; shift; ${script}; exec "$@"`;
    const chroot = ["chroot", this.#layer.root, ...environment, ...command];
    return [...this.#layer.enter, "unshare", "--mount", "--propagation", "private", "sh", "-c", whole, "sh", this.#layer.root, ...chroot];
  }

  /** Runs a line of shell inside the root, in its `/root`. */
  async sh(line: string, timeout = 30_000): Promise<string> {
    const [program = "", ...args] = this.inside(["sh", "-c", `cd /root; ${line}`]);
    return await run(program, args, { timeout });
  }

  /** The exit status of a line of shell. */
  async status(line: string): Promise<number> {
    return Number(await this.sh(`(${line}) >/dev/null 2>&1; echo $?`));
  }

  /** Puts a file of this machine into the root's `/root`. */
  async put(file: string): Promise<void> {
    const [program = "", ...args] = [...this.#layer.enter, "cp", file, path.join(this.#layer.root, "root", path.basename(file))];
    await run(program, args);
  }

  /** Ends what still holds the layer, and removes it. */
  close(): void {
    this.#layer.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
