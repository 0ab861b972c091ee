import { dirname } from "node:path";

/** As long as a receiver may take by default: longer than any disk that works. */
const PATIENCE_MS = 10_000;

/**
 * Keeps the files of a network file system that does not answer from being asked for more than once: each call that hangs takes one of the
 * few threads that also compress scrapes, look up names and write the spool, until the file system answers. So one call for the files of a
 * folder goes on at a time, and the others wait for it without a thread.
 */
export class HungFolders {
  readonly #now: () => number;
  readonly #underWay = new Map<string, { readonly since: number; readonly ended: Promise<void> }>();

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
    for (let call = this.#underWay.get(folder); call !== undefined; call = this.#underWay.get(folder)) {
      if (this.#now() - call.since >= PATIENCE_MS)
        throw Object.assign(new Error(`the file system of ${folder} does not answer`), { code: "HUNG" });
      await call.ended;
    }
    const answer = action();
    const over = (): void => void this.#underWay.delete(folder);
    this.#underWay.set(folder, { since: this.#now(), ended: answer.then(over, over) });
    return await answer;
  }
}

/** Of all receivers: they share the threads. */
export const hungFolders = new HungFolders();
