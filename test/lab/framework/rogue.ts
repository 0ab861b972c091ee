import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { projectFile } from "./agent.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import type { LabProcess } from "./processes.ts";
import { run } from "./shell.ts";

/** A host that sends frames which nobody asked for, in hexadecimal: see `frames.ts`. */
export class Rogue {
  readonly host: Host;
  readonly #folder: string;
  #sent = 0;

  private constructor(host: Host, folder: string) {
    this.host = host;
    this.#folder = folder;
  }

  /** Compiles the sender of the native tests, once for a lab. */
  static async create(lab: Lab, host: Host): Promise<Rogue> {
    const folder = lab.folder("rogue");
    const rogue = new Rogue(host, folder);
    if (!existsSync(rogue.#program)) await run("cc", ["-O2", "-o", rogue.#program, projectFile("test/native/sender.c")]);
    return rogue;
  }

  get #program(): string {
    return path.join(this.#folder, "sender");
  }

  /** Sends the frames one after the other, each once, and resolves when they have left. */
  async send(...frames: readonly string[]): Promise<void> {
    await this.host.exec([this.#program, "eth0", String(frames.length), "0"], `${frames.join("\n")}\n`);
  }

  /** Sends the frames in turn until the process is stopped, or until `count` have left. */
  stream(frames: readonly string[], perSecond: number, count: number): LabProcess {
    this.#sent += 1;
    const file = path.join(this.#folder, `${this.host.name}-${this.#sent}.hex`);
    writeFileSync(file, `${frames.join("\n")}\n`);
    return this.host.start("sender", ["sh", "-c", `exec ${this.#program} eth0 ${count} ${perSecond} < ${file}`]);
  }
}
