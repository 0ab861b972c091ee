import { chmodSync, mkdirSync } from "node:fs";
import { systemCode } from "./system-code.ts";

/** Makes a directory and those above it where they are missing, open to everyone for passing through. @throws what mkdir(2) throws */
export function ensureDirectory(path: string): void {
  const made = mkdirSync(path, { recursive: true, mode: 0o755 });
  // The umask may have taken away what keepalived's script user needs.
  if (made !== undefined) chmodSync(path, 0o755);
}

/** Why something in a directory could not be made, with what to do; for a person. */
export function creationProblem(what: string, path: string, directory: string, error: unknown): string {
  const code = systemCode(error);
  if (code === "EACCES" || code === "EPERM")
    return `cannot make ${what} ${path}: permission denied; let the agent's user write to ${directory} (systemd: RuntimeDirectory=)`;
  if (code === "EROFS") return `cannot make ${what} ${path}: the file system is read-only; choose a path below /run`;
  if (code === "ENOTDIR" || code === "EEXIST") return `cannot make ${what} ${path}: a part of the path is no directory`;
  return `cannot make ${what} ${path}: ${error instanceof Error ? error.message : String(error)}`;
}
