import { constants, openSync } from "node:fs";
import { systemCode } from "../lib/system-code.ts";

/** A folder that can be read on when this process may not come to it by its path any more. */
export class HeldFolder {
  #url: URL;

  /** @param url a `file:` URL that ends in a slash */
  constructor(url: URL) {
    this.#url = url;
  }

  /** Where to read from now. */
  get url(): URL {
    return this.#url;
  }

  /** By a descriptor, for the life of the process; needs Linux. A folder that is missing is missing later, too. */
  hold(): void {
    try {
      this.#url = new URL(`file:///proc/self/fd/${openSync(this.#url, constants.O_RDONLY | constants.O_DIRECTORY)}/`);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
    }
  }
}
