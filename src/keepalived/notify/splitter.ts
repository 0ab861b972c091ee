/** Far more than keepalived writes, and what a pipe takes in one piece (PIPE_BUF). */
export const MAX_LINE_BYTES = 4_096;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const NOTHING = Buffer.alloc(0);

export interface LineReceiver {
  /** A line that is not empty, without its end. */
  line(text: string): void;
  /** In place of a line of more than MAX_LINE_BYTES. */
  tooLong(): void;
}

/** Cuts a stream of bytes into lines. Keeps no more than one line's beginning, whatever comes. */
export class LineSplitter {
  readonly #receiver: LineReceiver;
  #rest = NOTHING;
  #skipping = false;

  constructor(receiver: LineReceiver) {
    this.#receiver = receiver;
  }

  /** @param bytes not retained */
  push(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#finish(bytes, start, end);
      start = end + 1;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
  }

  /** What came so far without a line end is a line. */
  end(): void {
    if (this.#rest.length > 0 || this.#skipping) this.#finish(NOTHING, 0, 0);
  }

  #finish(bytes: Buffer, start: number, end: number): void {
    if (this.#rest.length === 0 && !this.#skipping) {
      this.#emit(bytes, start, end);
      return;
    }
    this.#keep(bytes.subarray(start, end));
    const [line, skipping] = [this.#rest, this.#skipping];
    this.#rest = NOTHING;
    this.#skipping = false;
    if (skipping) this.#receiver.tooLong();
    else this.#emit(line, 0, line.length);
  }

  #emit(bytes: Buffer, start: number, end: number): void {
    const length = end > start && bytes[end - 1] === RETURN ? end - 1 - start : end - start;
    if (length > MAX_LINE_BYTES) this.#receiver.tooLong();
    else if (length > 0) this.#receiver.line(bytes.toString("utf8", start, start + length));
  }

  #keep(piece: Buffer): void {
    // One byte more for the carriage return of a line of full length.
    if (this.#skipping || this.#rest.length + piece.length > MAX_LINE_BYTES + 1) {
      this.#skipping = true;
      this.#rest = NOTHING;
    } else this.#rest = Buffer.concat([this.#rest, piece]);
  }
}
