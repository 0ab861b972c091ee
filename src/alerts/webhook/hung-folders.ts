import { dirname } from "node:path";

/** As long as a receiver may take by default: longer than any disk that works. */
const PATIENCE_MS = 10_000;

/**
 * Keeps the files of a network file system that does not answer from being asked for again and again: each call that hangs takes one of the
 * few threads that also compress scrapes, look up names and write the spool, until the file system answers.
 */
export class HungFolders {
  readonly #now: () => number;
  readonly #underWay = new Set<{ readonly folder: string; readonly since: number }>();

  /** @param now milliseconds that only grow */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Does something with a file.
   * @throws an Error with code HUNG, and nothing is done, while a call for a file of the same folder has not come back for long
   */
  async use<T>(path: string, action: () => Promise<T>): Promise<T> {
    const folder = dirname(path);
    const now = this.#now();
    for (const call of this.#underWay)
      if (call.folder === folder && now - call.since >= PATIENCE_MS)
        throw Object.assign(new Error(`the file system of ${folder} does not answer`), { code: "HUNG" });
    const call = { folder, since: now };
    this.#underWay.add(call);
    try {
      return await action();
    } finally {
      this.#underWay.delete(call);
    }
  }
}

/** Of all receivers: they share the threads. */
export const hungFolders = new HungFolders();
