import { setImmediate as nextTurn } from "node:timers/promises";
import { sampleValue } from "./number.ts";

/** Where an answer goes, chunk by chunk. */
export interface Sink {
  /** `done` says that the chunk has been taken: from then on its bytes are written over. */
  write(chunk: Uint8Array, done: () => void): void;
  /** Nobody wants the rest any more. */
  readonly closed: boolean;
}

/** Small enough for malloc's ordinary heap, which reuses it; blocks of 128 KiB and more are mapped and unmapped each time. */
const chunkSize = 64 * 1024;
/** Chunks of one answer that may wait for the client or the compressor before the writing does: a slow client costs 256 KiB. */
const maxPending = 4;
/** How long an answer may keep frames and timers waiting before it lets them have a turn, in milliseconds. */
const turn = 5;

/** Chunks that no answer uses: the next one takes them, so that a scrape of 2 MB leaves nothing for the garbage collector. */
const idle: Buffer[] = [];

const [dot, zero] = [0x2e, 0x30];

/**
 * Bytes on their way out, written straight into reused chunks: 510 virtual routers have 2 MB of samples, which as strings cost
 * 7 MB of garbage and 20 ms a scrape.
 */
export class Output {
  readonly #sink: Sink;
  #chunk = idle.pop() ?? Buffer.allocUnsafeSlow(chunkSize);
  #at = 0;
  #pending = 0;
  #taken: (() => void) | null = null;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  byte(value: number): void {
    if (this.#at === chunkSize) this.#flush();
    this.#chunk[this.#at++] = value;
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length > chunkSize - this.#at) {
      this.#flush();
      if (bytes.length > chunkSize) {
        this.#send(bytes, () => undefined);
        return;
      }
    }
    this.#chunk.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** As UTF-8. */
  text(text: string): void {
    // No code unit takes more than three bytes.
    if (text.length * 3 > chunkSize - this.#at) this.bytes(Buffer.from(text));
    else this.#at += this.#chunk.write(text, this.#at);
  }

  /** As `sampleValue` writes it, without making a string of what is a whole number of units or of millionths. */
  number(value: number): void {
    if (value >= 0 && value < 1e15 && Number.isInteger(value)) {
      this.#digits(value, 1);
      return;
    }
    const millionths = Math.round(value * 1e6);
    // Below 2^32 doubles lie so close that no shorter text than the six decimals, without zeros at their end, reads back the same.
    if (value > 0 && value < 2 ** 32 && millionths / 1e6 === value) this.#decimals(millionths);
    else this.text(sampleValue(value));
  }

  /** Sends what is left. Nothing can be written afterwards. */
  end(): void {
    this.#flush();
    recycle(this.#chunk);
  }

  /**
   * Takes the steps of a long answer, in several turns of the event loop, and never more than the sink takes.
   * @returns false where nobody wants the rest any more
   */
  async run(steps: Iterable<void>): Promise<boolean> {
    let since = performance.now();
    for (const _ of steps) {
      while (this.#pending >= maxPending && !this.#sink.closed) await new Promise<void>((resolve) => (this.#taken = resolve));
      if (this.#sink.closed) return false;
      if (performance.now() - since < turn) continue;
      await nextTurn();
      since = performance.now();
    }
    return !this.#sink.closed;
  }

  #decimals(millionths: number): void {
    const whole = Math.floor(millionths / 1e6);
    let fraction = millionths - whole * 1e6;
    let width = 6;
    for (; fraction % 10 === 0; width--) fraction /= 10;
    this.#digits(whole, 1);
    this.byte(dot);
    this.#digits(fraction, width);
  }

  /** @param value a whole number below 1e15 */
  #digits(value: number, width: number): void {
    let digits = width;
    for (let bound = 10 ** width; bound <= value; bound *= 10) digits++;
    if (digits > chunkSize - this.#at) this.#flush();
    let rest = value;
    for (let at = this.#at + digits - 1; at >= this.#at; at--) {
      const tenth = Math.floor(rest / 10);
      this.#chunk[at] = zero + rest - tenth * 10;
      rest = tenth;
    }
    this.#at += digits;
  }

  #flush(): void {
    if (this.#at === 0) return;
    const chunk = this.#chunk;
    this.#send(this.#at === chunkSize ? chunk : chunk.subarray(0, this.#at), () => recycle(chunk));
    this.#chunk = idle.pop() ?? Buffer.allocUnsafeSlow(chunkSize);
    this.#at = 0;
  }

  #send(bytes: Uint8Array, free: () => void): void {
    this.#pending++;
    this.#sink.write(bytes, () => {
      free();
      this.#pending--;
      this.#taken?.();
      this.#taken = null;
    });
  }
}

function recycle(chunk: Buffer): void {
  if (idle.length < 2 * maxPending) idle.push(chunk);
}
