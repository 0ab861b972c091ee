import type { ConfiguredTrack } from "../../core/keepalived-config.ts";
import type { Statement } from "./statement.ts";
import { keyword, wholeNumber } from "./words.ts";

const kinds: Readonly<Record<string, ConfiguredTrack["kind"]>> = {
  track_script: "script",
  track_process: "process",
  track_file: "file",
  track_interface: "interface",
  track_bfd: "bfd",
};

const definers: Readonly<Record<string, ConfiguredTrack["kind"]>> = {
  vrrp_script: "script",
  vrrp_track_process: "process",
  vrrp_track_file: "file",
  track_file: "file",
  bfd_instance: "bfd",
};

/** A track of an instance or a sync group; null: it has no weight of its own. */
export interface TrackEntry {
  readonly kind: ConfiguredTrack["kind"];
  readonly name: string;
  readonly weight: number | null;
}

/** Of a file, the number in it counts once; of all else the default is that failure is a FAULT (keepalived 2.2.7). */
const defaultWeight = (kind: ConfiguredTrack["kind"]): number => (kind === "file" ? 1 : 0);

/** The entries of a `track_*` block of an instance or a sync group; null for any other statement. */
export function readTracks(statement: Statement): readonly TrackEntry[] | null {
  const kind = kinds[keyword(statement)];
  if (kind === undefined || statement.block === null) return null;
  return statement.block.map(({ words }) => ({ kind, name: words[0] ?? "", weight: weightOf(words, kind) }));
}

/** What is defined at the root to be tracked, with its weight. */
export class TrackDefinitions {
  readonly #weights = new Map<string, number>();

  /** @returns false for any other statement. */
  read(statement: Statement): boolean {
    const kind = definers[keyword(statement)];
    if (kind === undefined || statement.block === null) return false;
    const own = statement.block.findLast((inner) => keyword(inner) === "weight");
    this.#weights.set(`${kind} ${statement.words[1] ?? ""}`, (own && weightOf(own.words, kind)) ?? defaultWeight(kind));
    return true;
  }

  /** keepalived ignores the entry of what is not defined; interfaces need no definition. */
  resolve({ kind, name, weight }: TrackEntry): ConfiguredTrack | null {
    const defined = kind === "interface" ? 0 : this.#weights.get(`${kind} ${name}`);
    return defined === undefined ? null : { kind, name, weight: weight ?? defined };
  }
}

/** `weight N [reverse]`: reversed, what would be added is taken away. */
function weightOf(words: readonly string[], kind: ConfiguredTrack["kind"]): number | null {
  const at = words.indexOf("weight");
  const most = kind === "file" ? 2_147_483_647 : 253;
  const weight = at < 0 ? null : wholeNumber(words[at + 1], -most, most);
  if (weight === null) return null;
  return words[at + 2] === "reverse" && weight !== 0 ? -weight : weight;
}
