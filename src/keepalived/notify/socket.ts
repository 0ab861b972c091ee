import { lstatSync } from "node:fs";
import { unlink } from "node:fs/promises";
import type { Server } from "node:http";
import { dirname } from "node:path";
import { systemCode } from "../../lib/system-code.ts";
import { isAbandonedSocket } from "../../lib/unix-socket.ts";
import type { IntakeView, NotifyLog } from "./deps.ts";
import { creationProblem, ensureDirectory } from "./directories.ts";
import { isPassable, type NotifyGroup, share } from "./group.ts";
import { createNotifyServer, type NotifyReceiver } from "./socket-server.ts";

export interface NotifySocketOptions {
  readonly path: string;
  readonly group: NotifyGroup | null;
  /** Between two looks whether the socket is still at its path, and two attempts while it cannot be had, in milliseconds. Default 10 s. */
  readonly checkMs?: number;
}

const MODES = { shared: 0o660, alone: 0o600 } as const;
/** sun_path holds 108 bytes with its final zero (unix(7)); Node cuts off what is beyond without a word. */
const MAX_PATH_BYTES = 107;
/** The socket has no more rights than these between its making and its sharing. */
const CLOSED_UMASK = 0o177;

/** The socket for notify scripts and `curl --unix-socket`: HTTP, one route. Its path is looked after for as long as the agent runs. */
export class NotifySocket {
  readonly #options: NotifySocketOptions;
  readonly #receiver: NotifyReceiver;
  readonly #log: NotifyLog;
  #server: Server | undefined;
  #inode: bigint | undefined;
  #problem: string | null = "not opened yet";
  #shareProblem: string | null = null;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: NotifySocketOptions, receiver: NotifyReceiver, log: NotifyLog) {
    this.#options = options;
    this.#receiver = receiver;
    this.#log = log;
  }

  /** Resolves after the first attempt. Never rejects: what fails is tried again. */
  async start(): Promise<void> {
    this.#looking = this.#look();
    await this.#looking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#shut();
  }

  view(): IntakeView {
    return { path: this.#options.path, up: this.#server !== undefined, problem: this.#problem };
  }

  async #look(): Promise<void> {
    if (this.#server !== undefined && this.#inode !== inodeOf(this.#options.path)) {
      this.#log.warn({ path: this.#options.path }, "the notify socket was removed or replaced by another program");
      await this.#shut();
    }
    if (this.#server === undefined) await this.#attempt();
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, this.#options.checkMs ?? 10_000);
    this.#timer.unref();
  }

  async #attempt(): Promise<void> {
    const { path } = this.#options;
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
      this.#refuse(`cannot listen on ${path}: the path of a Unix socket has at most ${MAX_PATH_BYTES} bytes`);
      return;
    }
    try {
      ensureDirectory(dirname(path));
      this.#server = await this.#listenAnew();
    } catch (error) {
      this.#refuse(listenProblem(path, error));
      return;
    }
    this.#inode = inodeOf(path);
    this.#problem = null;
    this.#shareIt();
    this.#log.info({ path }, "the notify socket is open");
  }

  async #listenAnew(): Promise<Server> {
    const { path } = this.#options;
    try {
      return await listen(createNotifyServer(this.#receiver), path);
    } catch (error) {
      if (systemCode(error) !== "EADDRINUSE" || !(await isAbandonedSocket(path))) throw error;
      // Left behind by an agent that was killed.
      await unlink(path);
      return listen(createNotifyServer(this.#receiver), path);
    }
  }

  #shareIt(): void {
    const { path, group } = this.#options;
    let problem = share(path, group, MODES);
    if (problem === null && group !== null && !isPassable(dirname(path), group))
      problem = `the group ${group.name} cannot pass through ${dirname(path)}: chmod o+x it, so that notify scripts reach the socket in it`;
    if (problem !== null && problem !== this.#shareProblem)
      this.#log.warn({ path, problem }, "not every notify script can reach the notify socket");
    this.#shareProblem = problem;
  }

  async #shut(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const { path } = this.#options;
    // Closing removes whatever is at the path by now: what is another program's must stay.
    const there = inodeOf(path);
    this.#problem = "closed";
    if (there !== undefined && there !== this.#inode) {
      server.unref();
      server.closeAllConnections();
      return;
    }
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  #refuse(problem: string): void {
    if (problem !== this.#problem) this.#log.warn({ path: this.#options.path, problem }, "the notify socket cannot be opened");
    this.#problem = problem;
  }
}

function listen(server: Server, path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const umask = process.umask(CLOSED_UMASK);
    try {
      // bind(2) happens within this call.
      server.listen(path, () => {
        server.off("error", reject);
        server.on("error", () => {});
        resolve(server);
      });
    } finally {
      process.umask(umask);
    }
  });
}

function inodeOf(path: string): bigint | undefined {
  try {
    return lstatSync(path, { bigint: true }).ino;
  } catch {
    return undefined;
  }
}

function listenProblem(path: string, error: unknown): string {
  if (systemCode(error) === "EADDRINUSE") {
    if (isSocket(path))
      return `another program (a second vrrpwatch?) listens on ${path}: stop it, or set keepalived.notify_socket to another path`;
    return `${path} is there already and is not a socket: remove it, or set keepalived.notify_socket to another path`;
  }
  return creationProblem("the notify socket", path, dirname(path), error);
}

function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch {
    return false;
  }
}
