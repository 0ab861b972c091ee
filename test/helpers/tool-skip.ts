import { accessSync, constants } from "node:fs";
import path from "node:path";

/** For `test(title, { skip: toolSkip("promtool") }, …)`: which programs are missing on the PATH, or false where all are there. */
export function toolSkip(...tools: readonly string[]): string | false {
  const missing = tools.filter((tool) => !isThere(tool));
  return missing.length > 0 && `missing: ${missing.join(", ")}`;
}

function isThere(tool: string): boolean {
  return (process.env["PATH"] ?? "").split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
