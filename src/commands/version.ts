import { readFileSync } from "node:fs";

/** The version in package.json, the nearest one above this file: compiled code lies at different depths. */
export function packageVersion(): string {
  for (let directory = new URL(".", import.meta.url); ; directory = new URL("..", directory)) {
    const version = versionIn(new URL("package.json", directory));
    if (version !== null) return version;
    if (directory.pathname === "/") return "unknown";
  }
}

function versionIn(file: URL): string | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return null; // no package.json here: look further up
  }
  const parsed: unknown = JSON.parse(text);
  const named = typeof parsed === "object" && parsed !== null && "name" in parsed && parsed.name === "vrrpwatch";
  return named && "version" in parsed && typeof parsed.version === "string" ? parsed.version : null;
}
