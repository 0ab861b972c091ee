import { lstatSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "../../lib/system-code.ts";
import { millis, type WallTime, wallTime } from "../../lib/time.ts";

/** A text that differs when a file, or the list of names in a directory, may have become another. */
export function signatureOf(files: readonly string[], directories: readonly string[]): string {
  return [...files, ...directories].map(signature).join("\n");
}

function signature(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return systemCode(error) ?? "";
  }
}

/** The latest change of any of the files; null where none of them is there. */
export function lastModified(files: readonly string[]): WallTime | null {
  let last: bigint | null = null;
  for (const path of files) {
    try {
      const { mtimeNs } = statSync(path, { bigint: true });
      if (last === null || mtimeNs > last) last = mtimeNs;
    } catch {
      // It is not there, or may not be seen.
    }
  }
  return last === null ? null : wallTime(Number(last / 1_000n));
}

/** The kernel stamps files by a clock that may be so far behind. */
const STAMP_TOLERANCE = millis(20);

/**
 * When other files took the place of some, or some went: told by the change of an inode, of the link that leads to it, or of the
 * directory. Their own times of change are kept by `mv`, `cp -a` and `rsync -t`.
 * @param after when it was not so yet
 * @returns null where nothing tells
 */
export function replacedAfter(files: readonly string[], directories: readonly string[], after: WallTime): WallTime | null {
  for (const paths of [files, directories]) {
    const last = Math.max(0, ...paths.flatMap((path) => [inodeChanged(path, statSync), inodeChanged(path, lstatSync)]));
    if (last >= after - STAMP_TOLERANCE) return wallTime(last);
  }
  return null;
}

function inodeChanged(path: string, look: typeof statSync): number {
  try {
    return Number(look(path, { bigint: true }).ctimeNs / 1_000n);
  } catch {
    return 0;
  }
}

/** Where to look for changes: the directories, wherever symbolic links lead from them and from the files, and where such links lie. */
export function placesOf(files: readonly string[], directories: readonly string[]): readonly string[] {
  const places = new Set(directories);
  const add = (path: string, placeOf: (real: string) => string): void => {
    try {
      places.add(placeOf(realpathSync(path)));
    } catch {
      // It leads nowhere: what would change that happens in its own directory.
    }
  };
  for (const directory of directories) {
    add(directory, (real) => real);
    if (isLink(directory)) places.add(dirname(directory));
  }
  for (const path of files) add(path, dirname);
  return [...places];
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
