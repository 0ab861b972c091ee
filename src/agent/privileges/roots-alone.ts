import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";

const OTHERS_WRITE = 0o022;
/** Of a directory: what is in it is removed and renamed by its owner only. */
const STICKY = 0o1000;
const MOST_LINKS = 8;

/**
 * Whether nobody but root can change what a path leads to: each directory above it is root's, and no other may write to it, so that
 * nothing on the way is swapped for a link between two system calls. Links that root made are followed.
 * @throws what lstat(2) throws
 */
export function isRootsAlone(path: string): boolean {
  // The kernel goes up from where a link has led to.
  if (path.split("/").includes("..")) return false;
  const absolute = resolve(path);
  return absolute === "/" || isRootsDirectory(dirname(absolute), exists(absolute), MOST_LINKS);
}

/** @param holds what is looked for in it exists: in a sticky directory it is safe then, and could be made by anybody else */
function isRootsDirectory(path: string, holds: boolean, links: number): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const parent = dirname(path);
  if (parent !== path && !isRootsDirectory(parent, found !== undefined, links)) return false;
  if (found === undefined) return true;
  if (found.uid !== 0) return false;
  if (found.isSymbolicLink()) return links > 0 && isRootsDirectory(resolve(realpathSync(parent), readlinkSync(path)), holds, links - 1);
  if (!found.isDirectory()) return false;
  return (found.mode & OTHERS_WRITE) === 0 || (holds && (found.mode & STICKY) !== 0);
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
