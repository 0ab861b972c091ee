import { readFileSync } from "node:fs";
import { run } from "../lab/framework/shell.ts";

/** A systemd unit: what each key was set to, in the order of the lines. Only what the tests need is understood. */
export class Unit {
  readonly #values = new Map<string, string[]>();

  constructor(file: string) {
    for (const [, key = "", value = ""] of readFileSync(file, "utf8").matchAll(/^(\w+)=(.*)$/gm))
      this.#values.set(key, [...(this.#values.get(key) ?? []), value]);
  }

  all(key: string): readonly string[] {
    return this.#values.get(key) ?? [];
  }

  one(key: string): string {
    const values = this.all(key);
    if (values.length !== 1 || values[0] === undefined) throw new Error(`${key} is set ${values.length} times`);
    return values[0];
  }

  /** The command that gives a process the unit's capabilities and no_new_privs, and another user's identity. */
  setpriv(identity: readonly string[]): string[] {
    const list = (key: string): string =>
      [
        "-all",
        ...this.one(key)
          .split(" ")
          .map((name) => `+${name.replace(/^CAP_/, "").toLowerCase()}`),
      ].join();
    const ambient = list("AmbientCapabilities");
    const noNewPrivileges = this.one("NoNewPrivileges") === "yes" ? ["--no-new-privs"] : [];
    return [
      "setpriv",
      ...identity,
      "--inh-caps",
      ambient,
      "--ambient-caps",
      ambient,
      "--bounding-set",
      list("CapabilityBoundingSet"),
      ...noNewPrivileges,
    ];
  }

  /** The numbers of the system calls that SystemCallFilter= leaves, as this machine's systemd and C library have them. */
  async systemCalls(): Promise<number[]> {
    const [numbers, sets] = [await systemCallNumbers(), await systemCallSets()];
    const allowed = new Set<string>();
    for (const line of this.all("SystemCallFilter")) {
      const forbids = line.startsWith("~");
      for (const name of line
        .replace("~", "")
        .split(" ")
        .flatMap((word) => expand(word, sets))) {
        if (forbids) allowed.delete(name);
        else allowed.add(name);
      }
    }
    return [...allowed].flatMap((name) => numbers.get(name) ?? []);
  }

  /** The numbers of RestrictAddressFamilies=. */
  async addressFamilies(): Promise<number[]> {
    const numbers = await macros("sys/socket.h", /^#define (PF)_(\w+) (\d+|PF_\w+)$/gm);
    const numberOf = (name: string): number => {
      const value = numbers.get(name);
      if (value === undefined) throw new Error(`no address family is called ${name}`);
      // PF_UNIX is another name of PF_LOCAL.
      return value.startsWith("PF_") ? numberOf(value) : Number(value);
    };
    return this.one("RestrictAddressFamilies")
      .split(" ")
      .map((name) => numberOf(name.replace("AF_", "PF_")));
  }
}

function expand(name: string, sets: ReadonlyMap<string, readonly string[]>): readonly string[] {
  if (!name.startsWith("@")) return [name];
  const members = sets.get(name);
  if (members === undefined) throw new Error(`systemd knows no set of system calls called ${name}`);
  return members.flatMap((member) => expand(member, sets));
}

async function systemCallSets(): Promise<Map<string, string[]>> {
  const sets = new Map<string, string[]>();
  let members: string[] = [];
  for (const line of (await run("systemd-analyze", ["syscall-filter", "--no-pager"])).split("\n")) {
    if (/^@\S+$/.test(line)) {
      members = [];
      sets.set(line, members);
    } else if (/^ +[@\w]/.test(line)) members.push(line.trim());
  }
  return sets;
}

async function systemCallNumbers(): Promise<Map<string, number>> {
  const found = await macros("sys/syscall.h", /^#define (__NR)_(\w+) (\d+)$/gm);
  return new Map([...found].map(([name, value]) => [name.slice("__NR_".length), Number(value)]));
}

/** The macros of a header, by name, as the C compiler knows them. */
async function macros(header: string, pattern: RegExp): Promise<Map<string, string>> {
  const text = await run("cc", ["-dM", "-E", "-include", header, "-x", "c", "/dev/null"]);
  return new Map([...text.matchAll(pattern)].map(([, prefix = "", name = "", value = ""]) => [`${prefix}_${name}`, value]));
}
