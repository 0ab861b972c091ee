import { lstatSync } from "node:fs";
import { rename } from "node:fs/promises";
import { type DurableSteps, nodeSteps, writeDurably } from "../lib/durable-file.ts";
import { newerFormat } from "../lib/newer-format.ts";
import { readAtMost } from "../lib/read-file.ts";
import { systemCode } from "../lib/system-code.ts";
import { rfc3339, type WallTime } from "../lib/time.ts";
import { parseStored, storedJson } from "./json.ts";
import { MAX_SILENCES, type Silence } from "./silence.ts";

/** A full file whose every text is as long as it may be has 2.5 MB. */
const MAX_BYTES = 4 * 1024 * 1024;
const VERSION = 1;

/** What was found at the start. */
export interface Loaded {
  readonly silences: readonly Silence[];
  /** What a person has to know of the file, with where it is now; null where it was sound or not there. */
  readonly problem: string | null;
}

/** The file that silences survive a restart in. What it cannot read it puts aside under another name and never overwrites. */
export class SilenceFile {
  readonly path: string;
  readonly #steps: DurableSteps;
  /** Whether what is at the path must be put aside before anything is written there. */
  #precious = false;

  constructor(path: string, steps: DurableSteps = nodeSteps) {
    this.path = path;
    this.#steps = steps;
  }

  /** Never rejects. What can be read of a damaged file is taken, the whole of it is kept. */
  async load(wall: WallTime): Promise<Loaded> {
    let bytes: Uint8Array;
    try {
      bytes = await readAtMost(this.path, MAX_BYTES + 1);
    } catch (error) {
      const code = systemCode(error);
      if (code === "ENOENT" || code === "ENOTDIR") return { silences: [], problem: null };
      this.#precious = true;
      return { silences: [], problem: `${this.path} cannot be read (${code ?? "unknown"}), and is put aside before it is written anew` };
    }
    const { silences, damage } = parseFile(bytes);
    if (damage === null) return { silences, problem: null };
    this.#precious = true;
    try {
      const aside = await this.#putAside(wall);
      return { silences, problem: `${damage}; it was put aside as ${aside}` };
    } catch (error) {
      return { silences, problem: `${damage}, and it cannot be put aside (${systemCode(error) ?? "unknown"}): move it away` };
    }
  }

  /** @throws what the file system throws; what was stored before is then still there, or all of the new. */
  async write(silences: readonly Silence[], wall: WallTime): Promise<void> {
    if (this.#precious) await this.#putAside(wall);
    const lines = silences.map((silence) => JSON.stringify(storedJson(silence)));
    await writeDurably(this.path, `{"version":${VERSION},"silences":[\n${lines.join(",\n")}\n]}\n`, this.#steps);
  }

  async #putAside(wall: WallTime): Promise<string> {
    const stem = `${this.path}.damaged-${rfc3339(wall).replaceAll(/[-:]/g, "")}`;
    let aside = stem;
    for (let n = 2; lstatSync(aside, { throwIfNoEntry: false }) !== undefined; n++) aside = `${stem}-${n}`;
    try {
      await rename(this.path, aside);
    } catch (error) {
      // A person has moved it away meanwhile.
      if (systemCode(error) !== "ENOENT") throw error;
    }
    this.#precious = false;
    return aside;
  }
}

function parseFile(bytes: Uint8Array): { readonly silences: readonly Silence[]; readonly damage: string | null } {
  if (bytes.length > MAX_BYTES) return { silences: [], damage: "the file of silences is larger than any that the agent writes" };
  const root = rootOf(bytes);
  const newer = newerFormat(root, VERSION);
  if (newer !== null) return { silences: [], damage: `the file of silences cannot be read: ${newer}` };
  const entries = entriesOf(root);
  if (entries === null) return { silences: [], damage: "the file of silences is damaged" };
  const silences = new Map<string, Silence>();
  let bad = 0;
  for (const entry of entries) {
    const parsed = parseStored(entry);
    if (parsed.ok && silences.size < MAX_SILENCES && !silences.has(parsed.value.id)) silences.set(parsed.value.id, parsed.value);
    else bad += 1;
  }
  const damage = bad === 0 ? null : `${bad} of ${entries.length} entries in the file of silences cannot be used`;
  return { silences: [...silences.values()], damage };
}

/** null for anything that is no JSON. */
function rootOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

/** null for anything that is no such file. */
function entriesOf(root: unknown): readonly unknown[] | null {
  if (typeof root !== "object" || root === null || !("version" in root) || root.version !== VERSION) return null;
  return "silences" in root && Array.isArray(root.silences) ? root.silences : null;
}
