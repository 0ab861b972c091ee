import { readFileSync } from "node:fs";

/** The commit that was built, as `npm run build` noted it beside the program; empty where it did not. */
export function buildRevision(): string {
  try {
    // The whole program lies in one folder once it is bundled.
    const info: unknown = JSON.parse(readFileSync(new URL("build-info.json", import.meta.url), "utf8"));
    return typeof info === "object" && info !== null && "revision" in info ? String(info.revision) : "";
  } catch {
    return ""; // not built by the script: a compiler's output directory, a test
  }
}
