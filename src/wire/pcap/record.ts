import type { WallTime } from "../../lib/time.ts";
import type { Direction } from "../frame.ts";

/** One packet of a capture file. The object and its bytes are only valid during the call that hands them over. */
export interface CaptureRecord {
  readonly wall: WallTime;
  /** null where the file does not say. */
  readonly interface: string | null;
  readonly direction: Direction;
  readonly linkType: number;
  readonly bytes: Uint8Array;
  /** Bytes on the wire, never less than `bytes.length`. */
  readonly length: number;
}

/** Takes the packets of a file as they are read. */
export interface RecordSink {
  record(record: CaptureRecord): void;
  /** The file describes an interface: how many of them the current section has by now. */
  interfaces?(count: number): void;
}

export type CaptureFileProblemCode =
  | "empty"
  | "bad_magic"
  | "unsupported_format"
  | "absurd_length"
  | "damaged"
  | "cut_in_header"
  | "cut_in_record";

/** Why the rest of a capture file cannot be read. What came before it has been handed over. */
export interface CaptureFileProblem {
  readonly code: CaptureFileProblemCode;
  /** For a person: what, and where in the file. */
  readonly message: string;
  /** Bytes from the beginning of the file. */
  readonly offset: number;
}

/** The longest packet that is believed; more is refused before any memory is taken for it. */
export const longestPacket = 256 * 1024;
