import { access, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "./system-code.ts";

/** The steps of a durable write; tests let each of them fail. */
export interface DurableSteps {
  readonly makeDirectory: (path: string) => Promise<unknown>;
  readonly remove: (path: string) => Promise<unknown>;
  /** Makes a file that is not there yet, its owner's alone, and brings its content to the disk. */
  readonly writeNew: (path: string, text: string) => Promise<unknown>;
  readonly rename: (from: string, to: string) => Promise<unknown>;
  readonly syncDirectory: (path: string) => Promise<unknown>;
}

export const nodeSteps: DurableSteps = {
  makeDirectory,
  remove: (path) => rm(path, { force: true }),
  async writeNew(path, text) {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  rename,
  async syncDirectory(path) {
    const directory = await open(path, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};

const DIRECTORY_MODE = 0o750;

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    // Node (20.20) says so of a read-only file system as well, where the call for a single directory says EROFS.
    let missing = path;
    while (!(await isThere(dirname(missing)))) missing = dirname(missing);
    await mkdir(missing, DIRECTORY_MODE);
    throw error;
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Puts a text in the place of a file, whole or not at all, and returns when a power failure cannot take it back. One writer at a time.
 * @throws what the failing step throws; the old file is then still there, or the new one where only the last step failed
 */
export async function writeDurably(path: string, text: string, steps: DurableSteps): Promise<void> {
  const directory = dirname(path);
  const temporary = `${path}.tmp`;
  await steps.makeDirectory(directory);
  // What a writer left that died before the rename.
  await steps.remove(temporary);
  try {
    await steps.writeNew(temporary, text);
    await steps.rename(temporary, path);
  } catch (error) {
    await steps.remove(temporary).catch(() => undefined);
    throw error;
  }
  await steps.syncDirectory(directory);
}
