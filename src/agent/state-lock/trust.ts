import { statSync } from "node:fs";

const OTHERS_WRITE = 0o002;

/**
 * Why what stands in a directory may come from somebody else than the agent: whoever can write there can silence alerts, and read those
 * that wait. Asked by root nobody is somebody else, as it may be about to become the owner.
 * @returns what is wrong and what to do, for a person, or null
 * @throws what stat(2) throws
 */
export function trustProblem(directory: string): string | null {
  const { uid, mode } = statSync(directory);
  const own = process.geteuid?.() ?? 0;
  if ((mode & OTHERS_WRITE) !== 0) return `every user may write to ${directory}: chmod o-w ${directory}`;
  if (own === 0 || uid === own || uid === 0) return null;
  return `${directory} belongs to the user with the id ${uid}, not to the agent: give the agent a directory of its own`;
}
