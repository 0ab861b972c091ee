import { closeSync, lstatSync, mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemCode } from "../../lib/system-code.ts";
import { rfc3339, type WallTime } from "../../lib/time.ts";
import { StateDirectoryError } from "./errors.ts";
import type { LockHolder } from "./holder.ts";
import { lockFile, type TryLock, writeHolder } from "./lock-file.ts";
import { trustProblem } from "./trust.ts";

export interface StateLockLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface StateLockDeps {
  /** flock(2) of the addon, or the program of that name. */
  readonly tryLock: TryLock;
  readonly wall: WallTime;
  readonly log: StateLockLog;
}

export const LOCK_FILE = "agent.lock";
const DIRECTORY_MODE = 0o750;
/** Between the lock and its holder's name there are some microseconds. */
const NAMING_MS = 20;
const NAMING_ATTEMPTS = 5;

/**
 * Keeps a second agent off the state directory. The lock is the kernel's (flock): it ends with the process, also by kill -9, and a file
 * that is left behind locks nothing. The file stays when the agent ends: who removes it could remove that of another.
 */
export class StateLock {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Makes the directory where it is missing.
   * @returns null where it cannot be locked, which is logged: an agent without a directory to write to works from memory
   * @throws ERR_STATE_DIRECTORY_IN_USE
   */
  static async take(directory: string, { tryLock, wall, log }: StateLockDeps): Promise<StateLock | null> {
    const path = join(directory, LOCK_FILE);
    try {
      mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
      const doubt = trustProblem(directory);
      if (doubt !== null) log.warn({ path: directory, problem: doubt }, "the state directory is not the agent's alone");
      let attempt = lockFile(path, tryLock);
      for (let n = 1; n < NAMING_ATTEMPTS && attempt.outcome === "taken" && !isAlive(attempt.holder); n++) {
        await delay(NAMING_MS);
        attempt = lockFile(path, tryLock);
      }
      if (attempt.outcome === "taken") throw StateDirectoryError.inUse(directory, attempt.holder, hostname());
      const lock = new StateLock(attempt.fd);
      lock.#name({ pid: process.pid, host: hostname(), since: rfc3339(wall) }, path, log);
      return lock;
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined || error instanceof StateDirectoryError) throw error;
      // What cannot be written there is told by those who write.
      const level = isThere(path) && code !== "EROFS" ? "warn" : "info";
      log[level]({ path, problem: problemOf(code) }, "the state directory is not locked: a second agent that uses it would not be noticed");
      return null;
    }
  }

  release(): void {
    try {
      writeHolder(this.#fd, null);
    } catch (error) {
      // A name that is left there is not believed by anybody once the lock is gone.
      if (systemCode(error) === undefined) throw error;
    } finally {
      closeSync(this.#fd);
    }
  }

  /** The lock holds without a name as well, as on a full disk. */
  #name(holder: LockHolder, path: string, log: StateLockLog): void {
    try {
      writeHolder(this.#fd, holder);
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      log.info({ path, problem: code }, "the lock of the state directory does not name this process");
    }
  }
}

/** Whether the name may be that of who has the lock now: on another host, or in another namespace, nobody can tell. */
function isAlive(holder: LockHolder | null): boolean {
  if (holder === null) return false;
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

const problems: Readonly<Record<string, string>> = {
  EACCES: "permission denied; give it to the agent's user, or remove it while no agent runs",
  EPERM: "permission denied; give it to the agent's user, or remove it while no agent runs",
  EROFS: "the file system is read-only",
  ELOOP: "it is a symbolic link; remove it",
  NOT_OURS: "it is no ordinary file, or has a second name; remove it",
  ENOENT: "the program flock is missing (Debian: util-linux), or the directory is",
  ENOLCK: "the file system knows no locks",
  EOPNOTSUPP: "the file system knows no locks",
};

const problemOf = (code: string): string => problems[code] ?? code;
