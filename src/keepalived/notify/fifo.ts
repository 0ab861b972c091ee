import { closeSync, readSync } from "node:fs";
import { Socket } from "node:net";
import { basename, dirname } from "node:path";
import { err, type Result } from "../../lib/result.ts";
import { systemCode } from "../../lib/system-code.ts";
import { DirectoryWatch } from "../directory-watch.ts";
import type { IntakeView, NotifyLog } from "./deps.ts";
import { escapeText } from "./escape.ts";
import { isStillAt, type OpenFifo, openFifo } from "./fifo-file.ts";
import { otherReader } from "./fifo-readers.ts";
import type { NotifyLines } from "./lines.ts";
import { type MakeFifo, spawnMkfifo } from "./make-fifo.ts";
import { LineSplitter } from "./splitter.ts";

interface Reading {
  readonly file: OpenFifo;
  readonly stream: Socket;
  readonly splitter: LineSplitter;
}

export interface NotifyFifoOptions {
  readonly path: string;
  readonly makeFifo?: MakeFifo;
  /** Between two looks whether the path still leads to the FIFO that is open, in milliseconds. Default 1 s. */
  readonly checkMs?: number;
  /** Between two looks for other programs that read from it, in milliseconds. Default 30 s. */
  readonly readersMs?: number;
  /** Between two attempts while it is refused, in milliseconds. Default 10 s. */
  readonly retryMs?: number;
}

const READ_BYTES = 64 * 1024;
/** What the largest pipe holds; more can only be what is written meanwhile. */
const DRAIN_READS = 32;
/** Former FIFOs that are read on. */
const MOST_FORMER = 2;
/** Between two attempts that a mere change in the directory leads to. */
const SPACING_MS = 1_000;

/**
 * The FIFO that keepalived writes its state changes to, held open for as long as the agent runs.
 *
 *   looking ──(opens)──▶ up ──(path gone or another file)──▶ looking
 *      ▲                                                        │
 *      └── 10 s, or a change in the directory ── refused ◀──(problem)
 *
 * A FIFO that its path does not lead to any more is read on, as a former one: a keepalived that has it open writes to it until it
 * reloads.
 */
export class NotifyFifo {
  readonly #options: NotifyFifoOptions;
  readonly #lines: NotifyLines;
  readonly #log: NotifyLog;
  readonly #watch: DirectoryWatch;
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);
  #open: Reading | undefined;
  #former: readonly Reading[] = [];
  /** When it was last looked for other readers. */
  #readersLookedAt = 0;
  #problem: string | null = "not opened yet";
  /** The script of a `vrrp_notify_fifo_script` reads from it. */
  #scriptReads = false;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #lookedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: NotifyFifoOptions, lines: NotifyLines, log: NotifyLog) {
    this.#options = options;
    this.#lines = lines;
    this.#log = log;
    const name = basename(options.path);
    this.#watch = new DirectoryWatch({
      changed: (event, entry) => {
        if (event !== null && (entry === null || entry === name)) this.#directoryChanged(event);
      },
    });
  }

  /** Resolves after the first attempt; what waited in the FIFO has been delivered then. */
  start(): Promise<void> {
    return this.#look();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watch.close();
    this.#release();
    for (const former of this.#former) this.#end(former);
    this.#former = [];
  }

  view(): IntakeView {
    return { path: this.#options.path, up: this.#open !== undefined, problem: this.#problem };
  }

  /** @param reads whether keepalived.conf starts a program of its own that reads from the FIFO: each line reaches one reader only */
  scriptReads(reads: boolean): void {
    if (reads === this.#scriptReads) return;
    this.#scriptReads = reads;
    if (!this.#closed && this.#lookedAt > 0) void this.#look();
  }

  #directoryChanged(event: "rename" | "change"): void {
    // Every line that is written is a `change` of the FIFO.
    if (this.#open !== undefined && event === "change") return;
    if (event === "rename") void this.#look();
    else this.#lookIn(Math.max(0, SPACING_MS - (performance.now() - this.#lookedAt)));
  }

  /** One look at a time; a wish for one while it runs starts another after it. */
  #look(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#lookAgain = true;
    this.#looking ??= this.#lookUntilDone();
    return this.#looking;
  }

  async #lookUntilDone(): Promise<void> {
    const directory = [dirname(this.#options.path)];
    while (this.#lookAgain && !this.#closed) {
      this.#lookAgain = false;
      this.#lookedAt = performance.now();
      this.#watch.watch(directory);
      await this.#attempt();
      this.#watch.watch(directory);
    }
    // In the same turn as the loop's last condition, so that no wish falls between the two.
    this.#looking = undefined;
    const { checkMs = 1_000, retryMs = 10_000 } = this.#options;
    this.#lookIn(this.#open === undefined ? retryMs : checkMs);
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#look(), ms);
    this.#timer.unref();
  }

  async #attempt(): Promise<void> {
    const { path } = this.#options;
    const was = this.#open;
    if (was !== undefined && !this.#scriptReads) {
      if (!isStillAt(path, was.file)) this.#retire(was);
      else if (!(await this.#hasOtherReader(was))) return;
    }
    this.#release();
    const opened = await this.#openUnread();
    if (!opened.ok) this.#refuse(opened.error);
    else if (this.#closed) closeSync(opened.value.fd);
    // A FIFO that has just taken the place of ours holds nothing old.
    else this.#attach(opened.value, was === undefined);
  }

  /** Opens the FIFO if nothing else reads from it. */
  async #openUnread(): Promise<Result<OpenFifo, string>> {
    const { path, makeFifo = spawnMkfifo } = this.#options;
    if (this.#scriptReads) {
      return err(
        `keepalived.conf starts a script that reads from ${path} (vrrp_notify_fifo_script or notify_fifo_script): a FIFO has one reader, so give the agent's FIFO no script, or use notify scripts`,
      );
    }
    const opened = openFifo(path, makeFifo);
    this.#readersLookedAt = performance.now();
    const reader = opened.ok ? await otherReader(path, opened.value) : null;
    if (!opened.ok || reader === null) return opened;
    closeSync(opened.value.fd);
    return err(
      `another program reads from ${path}: process ${reader.pid} (${escapeText(reader.command)}); a FIFO has one reader, so end it, or give one of the two another path`,
    );
  }

  /** Now and then: each line reaches one reader only, and who comes later takes some of ours. */
  async #hasOtherReader({ file }: Reading): Promise<boolean> {
    const { path, readersMs = 30_000 } = this.#options;
    if (performance.now() - this.#readersLookedAt < readersMs) return false;
    this.#readersLookedAt = performance.now();
    return (await otherReader(path, file)) !== null;
  }

  #attach(file: OpenFifo, mayBeOld: boolean): void {
    let waited = true;
    const splitter = new LineSplitter({
      line: (text) => (waited && mayBeOld ? this.#lines.line("fifo", text, null) : this.#lines.line("fifo", text)),
      tooLong: () => this.#lines.refuse("fifo", "too_long", null),
    });
    // Before anything else can read from it, so that what waited is told from what comes.
    this.#drain(file.fd, splitter);
    waited = false;
    const stream = new Socket({ fd: file.fd, readable: true, writable: false });
    stream.on("data", (bytes: Buffer) => splitter.push(bytes));
    stream.on("error", () => {});
    stream.on("close", () => {
      this.#former = this.#former.filter((former) => former.stream !== stream);
      if (this.#open?.stream !== stream) return;
      this.#open = undefined;
      this.#lookIn(0);
    });
    stream.unref();
    this.#open = { file, stream, splitter };
    this.#problem = null;
    this.#log.info({ path: this.#options.path }, "the notify FIFO is open");
  }

  #release(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    this.#end(open);
  }

  /** What was written before it is left is read first. */
  #end({ file, splitter, stream }: Reading): void {
    this.#drain(file.fd, splitter);
    stream.destroy();
  }

  /** Something removed it, or put another in its place. */
  #retire(open: Reading): void {
    this.#open = undefined;
    this.#drain(open.file.fd, open.splitter);
    open.stream.once("data", () => {
      if (!this.#closed)
        this.#log.warn(
          { path: this.#options.path },
          "keepalived writes to a FIFO that was removed: reload it, so that it opens the present one",
        );
    });
    this.#former = [...this.#former, open];
    const [oldest] = this.#former;
    if (this.#former.length <= MOST_FORMER || oldest === undefined) return;
    this.#former = this.#former.slice(1);
    this.#end(oldest);
  }

  #drain(fd: number, splitter: LineSplitter): void {
    for (let i = 0; i < DRAIN_READS; i++) {
      let length: number;
      try {
        length = readSync(fd, this.#buffer);
      } catch (error) {
        if (systemCode(error) === "EINTR") continue;
        // EAGAIN: the pipe is empty.
        return;
      }
      if (length === 0) return;
      splitter.push(this.#buffer.subarray(0, length));
    }
  }

  #refuse(problem: string): void {
    if (problem !== this.#problem) this.#log.warn({ path: this.#options.path, problem }, "the notify FIFO cannot be read");
    this.#problem = problem;
  }
}
