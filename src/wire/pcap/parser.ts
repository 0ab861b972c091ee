import { err, ok, type Result } from "../../lib/result.ts";
import { ClassicFormat } from "./classic.ts";
import { bigEndian, type Format, type FormatProblem, littleEndian } from "./format.ts";
import { PcapngFormat } from "./pcapng.ts";
import type { CaptureFileProblem, RecordSink } from "./record.ts";

const magicLength = 4;

/** Reads a pcap or pcapng file that arrives in pieces of any size. */
export interface CaptureParser {
  /** Hands every packet that is complete by now to the sink. After a problem the rest is ignored. */
  push(chunk: Uint8Array): void;
  /** The file has ended: whether all of it could be read. */
  end(): Result<null, CaptureFileProblem>;
  /** Known as soon as it is met: there is no point in reading on. */
  readonly problem: CaptureFileProblem | null;
}

/** Memory is bounded by the longest packet, whatever the file says. Packets inside one piece are not copied. */
export const createCaptureParser = (sink: RecordSink): CaptureParser => new Parser(sink);

class Parser implements CaptureParser {
  readonly #sink: RecordSink;
  #format: Format | null = null;
  #problem: CaptureFileProblem | null = null;
  /** Of the file, up to the item that comes next. */
  #offset = 0;
  /** Bytes still to be passed over. */
  #skip = 0;
  /** The beginning of an item that the pieces so far have not completed, and how much of it is wanted before another try. */
  #carry = new Uint8Array(64 * 1024);
  #carried = 0;
  #wanted = 0;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  get problem(): CaptureFileProblem | null {
    return this.#problem;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#problem === null) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, chunk.length - at);
        this.#skip -= passed;
        at += passed;
      } else if (this.#carried > 0) {
        at += this.#fillCarry(chunk, at);
      } else {
        at = this.#parse(chunk, at, chunk.length);
        if (at < chunk.length && this.#problem === null) at += this.#fillCarry(chunk, at);
      }
    }
  }

  end(): Result<null, CaptureFileProblem> {
    if (this.#problem !== null) return err(this.#problem);
    if (this.#format === null || this.#offset === 0) {
      const code = this.#carried === 0 ? "empty" : "cut_in_header";
      this.#fail({ code, message: code === "empty" ? "the file is empty" : "the file is cut off in its header" });
    } else if (this.#carried > 0 || this.#skip > 0) {
      this.#fail({ code: "cut_in_record", message: "the file is cut off in the middle of a packet" });
    }
    return this.#problem === null ? ok(null) : err(this.#problem);
  }

  /** Reads item after item. @returns where the first incomplete one begins, or the end. */
  #parse(b: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const format = this.#format ?? this.#detect(b, at, end);
      if (format === null) return at;
      const step = format.step(b, at, end, this.#sink);
      if (typeof step !== "number") {
        this.#fail(step);
        return at;
      }
      if (step < 0) {
        this.#wanted = -step;
        return at;
      }
      this.#offset += step;
      at += step;
    }
    this.#skip = at - end;
    return end;
  }

  /** Adds to the incomplete item what is wanted of it, and tries it again. @returns how many bytes of the piece it took. */
  #fillCarry(chunk: Uint8Array, at: number): number {
    const taken = Math.min(this.#wanted - this.#carried, chunk.length - at);
    this.#reserve(this.#carried + taken);
    this.#carry.set(chunk.subarray(at, at + taken), this.#carried);
    this.#carried += taken;
    if (this.#carried < this.#wanted) return taken;
    // An item that is complete leaves nothing behind; one that is not raises what is wanted.
    if (this.#parse(this.#carry, 0, this.#carried) > 0) this.#carried = 0;
    return taken;
  }

  #reserve(size: number): void {
    if (size <= this.#carry.length) return;
    const larger = new Uint8Array(Math.max(size, 2 * this.#carry.length));
    larger.set(this.#carry.subarray(0, this.#carried));
    this.#carry = larger;
  }

  #detect(b: Uint8Array, at: number, end: number): Format | null {
    if (end - at < magicLength) {
      this.#wanted = magicLength;
      return null;
    }
    const found = formatOf(bigEndian.u32(b, at));
    if ("code" in found) {
      this.#fail(found);
      return null;
    }
    this.#format = found;
    return found;
  }

  #fail(problem: FormatProblem): void {
    this.#problem = { code: problem.code, message: `${problem.message} (at byte ${this.#offset})`, offset: this.#offset };
  }
}

function formatOf(magic: number): Format | FormatProblem {
  switch (magic) {
    case 0xa1b2c3d4:
      return new ClassicFormat(bigEndian, false);
    case 0xd4c3b2a1:
      return new ClassicFormat(littleEndian, false);
    case 0xa1b23c4d:
      return new ClassicFormat(bigEndian, true);
    case 0x4d3cb2a1:
      return new ClassicFormat(littleEndian, true);
    case 0x0a0d0d0a:
      return new PcapngFormat();
    case 0xa1b2cd34:
    case 0x34cdb2a1:
      return { code: "unsupported_format", message: "this is a modified pcap file (magic a1b2cd34): convert it with `editcap -F pcapng`" };
    default:
      if (magic >>> 16 === 0x1f8b) return { code: "unsupported_format", message: "the file is compressed with gzip: unpack it first" };
      return { code: "bad_magic", message: "this is neither a pcap nor a pcapng file" };
  }
}
