import { type CaptureFileSink, openCaptureFile } from "../capture/file.ts";
import { createDecoder } from "../wire/decode.ts";
import type { Frame } from "../wire/frame.ts";
import { reportEnd } from "./capture-end.ts";
import { type DecodedPacket, decodedJson } from "./decode-json.ts";
import { DecodeText } from "./decode-text.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { painter } from "./paint.ts";
import { Progress } from "./progress.ts";

export interface DecodeOptions {
  readonly json: boolean;
  /** Times as seconds since the first frame; text only. */
  readonly relative: boolean;
  readonly color: boolean;
}

/** A progress line would mix with results that go to the same terminal. */
export type DecodeIo = Pick<Io, "out" | "err"> & Partial<Pick<Io, "isTerminal" | "errorsToTerminal">>;

/** Enough for one write; more only costs memory. */
const longestBatch = 64 * 1024;

/**
 * Prints one line per packet of protocol 112 or 51 in a capture file; `-` is standard input.
 * @returns the exit status: 0, 1 when the file was cut off or damaged, 3 when it cannot be opened
 */
export async function decode(path: string, options: DecodeOptions, io: DecodeIo): Promise<number> {
  const opened = await openCaptureFile(path);
  if (!opened.ok) {
    io.err(`vrrpwatch: ${opened.error.message}\n`);
    return ExitStatus.resource;
  }
  const showProgress = io.errorsToTerminal === true && io.isTerminal !== true;
  const progress = showProgress ? new Progress((text) => io.err(text), opened.value.size) : null;
  const printer = new Printer(options, io, progress);
  try {
    const end = await opened.value.read(printer);
    progress?.clear();
    return reportEnd(path, end, io);
  } catch (error) {
    if (isBrokenPipe(error)) return ExitStatus.done;
    throw error;
  }
}

/** The reader of our output has seen enough (`| head`). */
const isBrokenPipe = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EPIPE";

class Printer implements CaptureFileSink {
  readonly #decoder = createDecoder();
  readonly #io: Pick<Io, "out">;
  readonly #json: boolean;
  readonly #text: DecodeText;
  readonly #progress: Progress | null;
  #number = 0;
  #batch: string[] = [];

  constructor(options: DecodeOptions, io: Pick<Io, "out">, progress: Progress | null) {
    this.#io = io;
    this.#progress = progress;
    this.#json = options.json;
    this.#text = new DecodeText({ relative: options.relative, paint: painter(options.color) });
  }

  frame(frame: Frame): void {
    this.#number++;
    this.#text.begin(frame.at);
    const decoded = this.#decoder.decode(frame);
    if (decoded.kind !== "advert" && decoded.kind !== "rejected" && decoded.kind !== "carp") return;
    const packet: DecodedPacket = { frame: this.#number, wall: frame.wall, interface: frame.interface, decoded };
    this.#batch.push(this.#json ? JSON.stringify(decodedJson(packet)) : this.#text.line(packet, frame.at));
  }

  gap(): void {
    // Each line carries the file's own stamp: there is nothing to add.
  }

  /** Writes what the piece of the file gave, in parts, so that a slow reader holds us back. */
  async settled(bytesRead: number): Promise<void> {
    const lines = this.#batch;
    this.#batch = [];
    let text = "";
    for (const line of lines) {
      text += `${line}\n`;
      if (text.length >= longestBatch) {
        await this.#io.out(text);
        text = "";
      }
    }
    if (text !== "") await this.#io.out(text);
    this.#progress?.update(bytesRead, this.#number);
  }
}
