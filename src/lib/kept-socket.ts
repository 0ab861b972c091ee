import { lstatSync } from "node:fs";
import type { Server } from "node:http";
import { dirname } from "node:path";
import { creationProblem, ensureDirectory } from "./directories.ts";
import { systemCode } from "./system-code.ts";
import { bindClosed, isSocket, MAX_SOCKET_PATH_BYTES, removeAbandonedSocket } from "./unix-socket.ts";

export interface KeptSocketOptions {
  readonly path: string;
  /** What people call it, such as `the notify socket`. */
  readonly what: string;
  /** The setting that names its path, such as `keepalived.notify_socket`. */
  readonly setting: string;
  /** Between two looks whether the socket is still at its path, and two attempts while it cannot be had, in milliseconds. Default 10 s. */
  readonly checkMs?: number;
  /** How long requests under way may take to end when the socket closes, in milliseconds. Default 0. */
  readonly graceMs?: number;
}

export interface SocketLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface KeptSocketDeps {
  readonly log: SocketLog;
  /** A server that does not listen yet; asked for each time that the socket is made anew. */
  readonly create: () => Server | Promise<Server>;
  /** Called when the socket is there, its owner's alone so far, and before it is said to be open. */
  readonly opened?: () => void;
}

/** How a socket does. */
export interface SocketView {
  readonly path: string;
  readonly up: boolean;
  /** What is wrong and what to do about it, for a person; null while it is up. */
  readonly problem: string | null;
}

/**
 * A Unix socket (mode 0600) that is looked after for as long as the agent runs: made anew where somebody removed it, taken over from an
 * agent that is dead, left to one that lives. That it cannot be had is a warning with a remedy, never the end of the agent.
 */
export class KeptSocket {
  readonly #options: KeptSocketOptions;
  readonly #deps: KeptSocketDeps;
  #server: Server | undefined;
  /** Made for an attempt that failed: for the next one. */
  #spare: Server | undefined;
  #inode: bigint | undefined;
  #problem: string | null = "not opened yet";
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: KeptSocketOptions, deps: KeptSocketDeps) {
    this.#options = options;
    this.#deps = deps;
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

  view(): SocketView {
    return { path: this.#options.path, up: this.#server !== undefined, problem: this.#problem };
  }

  async #look(): Promise<void> {
    const { path, what } = this.#options;
    if (this.#server !== undefined && this.#inode !== inodeOf(path)) {
      this.#deps.log.warn({ path }, `${what} was removed or replaced by another program`);
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
    const { path, what } = this.#options;
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
      this.#refuse(`cannot listen on ${path}: the path of a Unix socket has at most ${MAX_SOCKET_PATH_BYTES} bytes`);
      return;
    }
    try {
      ensureDirectory(dirname(path));
      this.#server = await this.#listenAnew();
    } catch (error) {
      this.#refuse(this.#listenProblem(error));
      return;
    }
    this.#inode = inodeOf(path);
    this.#problem = null;
    this.#deps.opened?.();
    this.#deps.log.info({ path }, `${what} is open`);
  }

  async #listenAnew(): Promise<Server> {
    const { path } = this.#options;
    this.#spare ??= await this.#deps.create();
    const server = this.#spare;
    try {
      await listen(server, path);
    } catch (error) {
      // Left behind by an agent that was killed.
      if (systemCode(error) !== "EADDRINUSE" || !(await removeAbandonedSocket(path))) throw error;
      await listen(server, path);
    }
    this.#spare = undefined;
    return server;
  }

  async #shut(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const { path, graceMs = 0 } = this.#options;
    // Closing removes whatever is at the path by now: what is another program's must stay.
    const there = inodeOf(path);
    this.#problem = "closed";
    if (there !== undefined && there !== this.#inode) {
      server.unref();
      server.closeAllConnections();
      return;
    }
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => server.closeAllConnections(), graceMs);
      server.close(() => {
        clearTimeout(force);
        resolve();
      });
      server.closeIdleConnections();
    });
  }

  #refuse(problem: string): void {
    const { path, what } = this.#options;
    if (problem !== this.#problem) this.#deps.log.warn({ path, problem }, `${what} cannot be opened`);
    this.#problem = problem;
  }

  #listenProblem(error: unknown): string {
    const { path, what, setting } = this.#options;
    if (systemCode(error) !== "EADDRINUSE") return creationProblem(what, path, dirname(path), error);
    // Where nothing is any more, the other program is just leaving.
    return inodeOf(path) === undefined || isSocket(path)
      ? `another program (a second vrrpwatch?) listens on ${path}: stop it, or set ${setting} to another path`
      : `${path} is there already and is not a socket: remove it, or set ${setting} to another path`;
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const listening = (): void => {
      server.off("error", failed);
      server.on("error", () => {});
      resolve();
    };
    const failed = (error: Error): void => {
      server.off("listening", listening);
      reject(error);
    };
    server.once("listening", listening).once("error", failed);
    bindClosed(() => server.listen(path));
  });
}

function inodeOf(path: string): bigint | undefined {
  try {
    return lstatSync(path, { bigint: true }).ino;
  } catch {
    return undefined;
  }
}
