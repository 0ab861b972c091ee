import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { systemCode } from "../lib/system-code.ts";
import type { PageSource } from "./deps.ts";

const endings = { html: ".html", markdown: ".md" } as const;

/**
 * The pages of docs/ as `npm run build` laid them beside the program, each as Markdown and as HTML. Nothing else can be read: a name that
 * is not in the list of the folder leads to no file. Not kept in memory, for they are wanted seldom.
 */
export class PageFolder implements PageSource {
  readonly #folder: URL;
  #names: Promise<ReadonlySet<string>> | undefined;

  /** @param folder a `file:` URL that ends in a slash; where it is missing (a program that the build script did not make) there are no pages */
  constructor(folder: URL) {
    this.#folder = folder;
  }

  /** Rejects where a page that is listed cannot be read. */
  async read(name: string, as: "html" | "markdown"): Promise<string | null> {
    this.#names ??= namesIn(this.#folder);
    const names = await this.#names.catch((error: unknown) => {
      // Looked at anew by the next one who asks.
      this.#names = undefined;
      throw error;
    });
    if (!names.has(name)) return null;
    return readFile(new URL(`${name}${endings[as]}`, this.#folder), "utf8");
  }
}

async function namesIn(folder: URL): Promise<ReadonlySet<string>> {
  try {
    const entries = await readdir(fileURLToPath(folder), { recursive: true });
    return new Set(entries.filter((entry) => entry.endsWith(endings.markdown)).map((entry) => entry.slice(0, -endings.markdown.length)));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return new Set();
    throw error;
  }
}
