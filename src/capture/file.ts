import { type FileHandle, open } from "node:fs/promises";
import { err, ok, type Result } from "../lib/result.ts";
import type { Instant, WallTime } from "../lib/time.ts";
import type { Frame } from "../wire/frame.ts";
import { createCaptureParser } from "../wire/pcap/parser.ts";
import { systemCode } from "./errors.ts";
import { FrameMaker } from "./frame-maker.ts";

/** How much is read at once; every packet in it is handed over without being copied. */
const pieceSize = 1024 * 1024;

/** What a capture file tells its reader. */
export interface CaptureFileSink {
  /** One frame; its bytes are only valid during the call. */
  frame(frame: Frame): void;
  /**
   * The clock of the file went back, or a frame has a false stamp: nobody knows how much time passed before this moment.
   * Comes just before its frame.
   */
  gap(at: Instant, wall: WallTime): void;
  /** A piece of the file has been handed over: the moment to write, and to show progress. It is waited for. */
  settled(bytesRead: number): void | Promise<void>;
}

export interface ReadOptions {
  /** Ends the reading early, after the piece at hand. */
  readonly signal?: AbortSignal;
  /**
   * Hand frames over in the order of their instants, with false stamps put right; by default they come in the order of the
   * file, with its own stamps. A file of several interfaces is out of order by up to a second.
   */
  readonly inOrder?: boolean;
}

/** How the reading of a file ended. */
export interface CaptureFileEnd {
  readonly frames: number;
  readonly bytesRead: number;
  /** Why the rest could not be read; null where all of it was. The message is a sentence about "the file". */
  readonly problem: { readonly code: string; readonly message: string } | null;
  /** Link types that we cannot decode and that the file has; a few at most. */
  readonly unknownLinkTypes: readonly number[];
}

/** Why a file cannot be opened, with what to do. */
export interface CaptureFileDenied {
  readonly code: string;
  readonly message: string;
}

/** An opened capture file, to be read once. */
export interface CaptureFile {
  /** Bytes, for a progress line; null where nobody knows (pipe, standard input). */
  readonly size: number | null;
  /** Reads to the end in constant memory and closes the file, also when the sink throws. */
  read(sink: CaptureFileSink, options?: ReadOptions): Promise<CaptureFileEnd>;
}

/** Opens a pcap or pcapng file; `-` is standard input. */
export async function openCaptureFile(path: string): Promise<Result<CaptureFile, CaptureFileDenied>> {
  if (path === "-") return ok({ size: null, read: (sink, options) => readPieces(process.stdin, sink, options) });
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    const file = handle;
    const stat = await file.stat();
    if (stat.isDirectory()) {
      await file.close();
      return err({ code: "EISDIR", message: `cannot read ${path}: it is a directory, name one of the files in it` });
    }
    return ok({
      size: stat.isFile() ? stat.size : null,
      async read(sink, options) {
        try {
          return await readPieces(piecesOf(file), sink, options);
        } finally {
          await file.close();
        }
      },
    });
  } catch (error) {
    await handle?.close();
    const code = systemCode(error);
    if (code === "") throw error;
    return err({ code, message: `cannot open ${path}: ${remedies[code] ?? code}` });
  }
}

const remedies: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied, this user may not read it",
  EPERM: "permission denied, this user may not read it",
  ENOTDIR: "a part of the path is not a directory",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many open files",
};

/** The same buffer again and again: the parser keeps nothing of it. */
async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(pieceSize);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function readPieces(
  pieces: AsyncIterable<Uint8Array>,
  sink: CaptureFileSink,
  { signal, inOrder = false }: ReadOptions = {},
): Promise<CaptureFileEnd> {
  const frames = new FrameMaker(sink, inOrder);
  const parser = createCaptureParser(frames);
  const source = pieces[Symbol.asyncIterator]();
  let bytesRead = 0;
  let problem: CaptureFileEnd["problem"] = null;
  try {
    while (parser.problem === null && signal?.aborted !== true) {
      const piece = await nextPiece(source);
      if (!piece.ok) {
        problem = { code: piece.error, message: `reading the file failed after ${bytesRead} bytes (${piece.error})` };
        break;
      }
      if (piece.value === null) {
        const end = parser.end();
        problem = end.ok ? null : end.error;
        break;
      }
      bytesRead += piece.value.length;
      parser.push(piece.value);
      await sink.settled(bytesRead);
    }
    frames.end();
    await sink.settled(bytesRead);
  } finally {
    await source.return?.();
  }
  return { frames: frames.count, bytesRead, problem: problem ?? parser.problem, unknownLinkTypes: frames.unknownLinkTypes };
}

/** The next piece, null at the end, or the code of the system call that failed. */
async function nextPiece(source: AsyncIterator<Uint8Array>): Promise<Result<Uint8Array | null, string>> {
  try {
    const next = await source.next();
    return ok(next.done === true ? null : next.value);
  } catch (error) {
    const code = systemCode(error);
    if (code === "") throw error;
    return err(code);
  }
}
