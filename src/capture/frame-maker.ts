import { type Instant, millis, type WallTime } from "../lib/time.ts";
import { type Frame, LinkType } from "../wire/frame.ts";
import type { CaptureRecord, RecordSink } from "../wire/pcap/record.ts";
import { FileTime } from "./file-time.ts";
import { ReorderBuffer } from "./reorder.ts";

const mostLinkTypesNamed = 16;
const knownLinkTypes: ReadonlySet<number> = new Set(Object.values(LinkType));

/** A frame that comes so much after a later one shows that the file is not in order. */
const visibleDisorder = millis(1);

/** Who takes the frames. */
export interface FrameTaker {
  frame(frame: Frame): void;
  gap(at: Instant, wall: WallTime): void;
}

/**
 * Gives each packet of a file its instant and hands it on, without copying it unless it has to wait.
 *
 * - In the order of the file: with the file's own stamps.
 * - In the order of time: sorted once the file turns out to need it (several interfaces, or disorder), and with false stamps put
 *   right, so that the wall time never contradicts the order.
 */
export class FrameMaker implements RecordSink {
  readonly #taker: FrameTaker;
  readonly #inOrder: boolean;
  readonly #time = new FileTime();
  readonly #unknown = new Set<number>();
  #reorder: ReorderBuffer | null = null;
  /** A packet whose stamp can be judged only with the next one. */
  #held: CaptureRecord | null = null;
  #count = 0;

  constructor(taker: FrameTaker, inOrder: boolean) {
    this.#taker = taker;
    this.#inOrder = inOrder;
  }

  get count(): number {
    return this.#count;
  }

  get unknownLinkTypes(): readonly number[] {
    return [...this.#unknown];
  }

  interfaces(count: number): void {
    if (count > 1 && this.#inOrder) this.#startReordering();
  }

  record(record: CaptureRecord): void {
    this.#count++;
    if (!knownLinkTypes.has(record.linkType) && this.#unknown.size < mostLinkTypesNamed) this.#unknown.add(record.linkType);
    if (this.#held !== null) this.#settle(this.#held, record.wall);
    const at = this.#time.read(record.wall);
    if (at === null) this.#held = ownCopy(record);
    else this.#pass(record, at, record.wall, false);
  }

  /** The file has ended: hands on what waits. */
  end(): void {
    if (this.#held !== null) this.#settle(this.#held, null);
    this.#reorder?.flush();
  }

  #settle(held: CaptureRecord, next: WallTime | null): void {
    this.#held = null;
    const { at, wall, gap } = this.#time.settle(held.wall, next);
    this.#pass(held, at, wall, gap);
  }

  #pass(record: CaptureRecord, at: Instant, wall: WallTime, gap: boolean): void {
    const latest = this.#time.latest;
    if (this.#inOrder && latest !== null && latest - at > visibleDisorder) this.#startReordering();
    const frame: Frame = {
      at,
      wall: this.#inOrder ? wall : record.wall,
      interface: record.interface,
      direction: record.direction,
      linkType: record.linkType,
      bytes: this.#reorder === null ? record.bytes : record.bytes.slice(),
      length: record.length,
    };
    if (this.#reorder === null) this.#deliver(frame, gap);
    else this.#reorder.push(frame, gap);
  }

  #startReordering(): void {
    this.#reorder ??= new ReorderBuffer((frame, gap) => this.#deliver(frame, gap));
  }

  #deliver(frame: Frame, gap: boolean): void {
    if (gap) this.#taker.gap(frame.at, frame.wall);
    this.#taker.frame(frame);
  }
}

const ownCopy = ({ wall, interface: name, direction, linkType, bytes, length }: CaptureRecord): CaptureRecord => ({
  wall,
  interface: name,
  direction,
  linkType,
  bytes: bytes.slice(),
  length,
});
