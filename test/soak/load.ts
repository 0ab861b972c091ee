import path from "node:path";
import { projectFile } from "../lab/framework/agent.ts";
import type { Host } from "../lab/framework/host.ts";
import type { Lab } from "../lab/framework/lab.ts";
import { run } from "../lab/framework/shell.ts";

export interface Sent {
  readonly sent: number;
  readonly failed: number;
  readonly seconds: number;
}

/** What leaves the host that floods, by the programs of the benchmark and of this folder. */
export class Load {
  readonly host: Host;
  readonly #adverts: string;
  readonly #noise: string;

  private constructor(host: Host, folder: string) {
    this.host = host;
    this.#adverts = path.join(folder, "adverts");
    this.#noise = path.join(folder, "noise");
  }

  static async create(lab: Lab, host: Host): Promise<Load> {
    const load = new Load(host, lab.folder("load"));
    const compile = (to: string, source: string): Promise<string> =>
      run("cc", ["-O2", "-Wall", "-Wextra", "-o", to, projectFile(source)], { timeout: 60_000 });
    await compile(load.#adverts, "test/bench/sender.c");
    await compile(load.#noise, "test/soak/noise.c");
    return load;
  }

  /** Valid adverts of 500 virtual routers in turn: with those of the other card they stay below `max_virtual_routers`. */
  adverts(device: string, rate: number, seconds: number): Promise<Sent> {
    return this.#play(this.#adverts, device, seconds, ["--rate", String(rate), "--seconds", String(seconds), "--routers", "500"]);
  }

  /** Adverts with valid checksums, each of another virtual router, sender, MAC, VLAN and address. */
  strangers(device: string, rate: number, seconds: number, seed: number): Promise<Sent> {
    const options = ["--rate", String(rate), "--seconds", String(seconds), "--hostile", "--seed", String(seed)];
    return this.#play(this.#adverts, device, seconds, options);
  }

  /** Frames that are no good, as fast as the card takes them: see noise.c. */
  noise(device: string, seconds: number, seed: number): Promise<Sent> {
    return this.#play(this.#noise, device, seconds, [String(seconds), String(seed)]);
  }

  async #play(program: string, device: string, seconds: number, options: readonly string[]): Promise<Sent> {
    const child = this.host.start("load", [program, device, ...options]);
    const status = await child.ended(seconds * 1_000 + 60_000);
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${child.stderr}`);
    return JSON.parse(child.stdout) as Sent;
  }
}
