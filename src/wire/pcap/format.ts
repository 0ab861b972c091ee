import type { CaptureFileProblemCode, RecordSink } from "./record.ts";

/** Why a format's reader gives up at the item that it was given. */
export interface FormatProblem {
  readonly code: CaptureFileProblemCode;
  readonly message: string;
}

/**
 * What a reader made of the bytes at its place:
 * a positive number is how many it consumed, a negative one how many (from the same place) it needs to see at once.
 */
export type Step = number | FormatProblem;

/** Reads the items of one file format: header, record or block. Keeps state from item to item, and none of the bytes. */
export interface Format {
  /** Reads the item at `at`; `end` is where the bytes stop for now. Consuming more than there is skips what comes later. */
  step(b: Uint8Array, at: number, end: number, sink: RecordSink): Step;
}

export const need = (bytes: number): number => -bytes;

/** Reads integers in the byte order of the host that wrote the file. */
export interface ByteOrder {
  readonly little: boolean;
  u16(b: Uint8Array, at: number): number;
  u32(b: Uint8Array, at: number): number;
}

export const littleEndian: ByteOrder = {
  little: true,
  u16: (b, at) => (b[at] ?? 0) | ((b[at + 1] ?? 0) << 8),
  u32: (b, at) => ((b[at] ?? 0) | ((b[at + 1] ?? 0) << 8) | ((b[at + 2] ?? 0) << 16) | ((b[at + 3] ?? 0) << 24)) >>> 0,
};

export const bigEndian: ByteOrder = {
  little: false,
  u16: (b, at) => ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0),
  u32: (b, at) => (((b[at] ?? 0) << 24) | ((b[at + 1] ?? 0) << 16) | ((b[at + 2] ?? 0) << 8) | (b[at + 3] ?? 0)) >>> 0,
};
