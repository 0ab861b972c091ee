import { open } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { Proc } from "./proc.ts";

const PATTERN = /Keepalived v(\d+\.\d+\.\d+)/;
const CHUNK = 64 * 1024;
const LARGEST = 16 * 1024 * 1024;
/** Longer than what the pattern matches: it may lie across two chunks. */
const OVERLAP = 32;
const usual = ["/usr/sbin/keepalived", "/usr/local/sbin/keepalived", "/sbin/keepalived"];

/**
 * The version of the keepalived that runs as `pid`, from the text in its executable: nothing is executed. The process's own
 * link to it is open to root only; others go by its command line, and then the file may already be that of an upgrade.
 * @returns null where it cannot be found out
 */
export async function keepalivedVersion(proc: Proc, pid: number): Promise<string | null> {
  const [command = ""] = await proc.commandLine(pid);
  const files = [proc.path(`${pid}/exe`), ...(isAbsolute(command) ? [command] : usual)];
  for (const file of files) {
    const version = await versionIn(file).catch(() => null);
    if (version !== null) return version;
  }
  return null;
}

async function versionIn(path: string): Promise<string | null> {
  const file = await open(path, "r");
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > LARGEST) return null;
    const chunk = Buffer.alloc(OVERLAP + CHUNK);
    for (let at = 0; at < stat.size; at += CHUNK) {
      const { bytesRead } = await file.read(chunk, OVERLAP, CHUNK, at);
      if (bytesRead === 0) return null;
      const [, version] = PATTERN.exec(chunk.toString("latin1", 0, OVERLAP + bytesRead)) ?? [];
      if (version !== undefined) return version;
      chunk.copy(chunk, 0, bytesRead, bytesRead + OVERLAP);
    }
    return null;
  } finally {
    await file.close();
  }
}
