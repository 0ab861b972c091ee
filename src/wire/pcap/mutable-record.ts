import { type WallTime, wallTime } from "../../lib/time.ts";
import type { Direction } from "../frame.ts";
import { LinkType } from "../frame.ts";
import { cookedDirection, cookedInterfaceIndex } from "../link.ts";
import type { CaptureRecord } from "./record.ts";

/** The latest time that a number holds exactly to the microsecond: the year 2255. */
const latest = Number.MAX_SAFE_INTEGER;
/** Names that are kept; a file with more interfaces gets them composed anew each time. */
const mostNames = 4_096;

/** The one record that a reader fills again and again. */
export class MutableRecord implements CaptureRecord {
  wall: WallTime = wallTime(0);
  interface: string | null = null;
  direction: Direction = "unknown";
  linkType = 0;
  bytes: Uint8Array = new Uint8Array(0);
  length = 0;
  readonly #names = new Map<number, string>();

  /**
   * @param us microseconds since the epoch; brought into the range that can be shown
   * @param name of the interface as the file gives it; `any` is no name
   */
  fill(us: number, linkType: number, bytes: Uint8Array, length: number, name: string | null, direction: Direction): this {
    this.wall = wallTime(us >= 0 && us <= latest ? us : us < 0 ? 0 : latest);
    this.linkType = linkType;
    this.bytes = bytes;
    this.length = Math.max(length, bytes.length);
    this.interface = name;
    this.direction = direction;
    if (linkType === LinkType.linuxSll2 || linkType === LinkType.linuxSll) {
      if (direction === "unknown") this.direction = cookedDirection(linkType, bytes);
      const index = cookedInterfaceIndex(linkType, bytes);
      if (name === null && index > 0) this.interface = this.#nameOf(index);
    }
    return this;
  }

  #nameOf(index: number): string {
    const known = this.#names.get(index);
    if (known !== undefined) return known;
    const name = `if${index}`;
    if (this.#names.size < mostNames) this.#names.set(index, name);
    return name;
  }
}
