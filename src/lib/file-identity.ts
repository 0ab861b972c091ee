import { stat } from "node:fs/promises";

/** Differs when the file behind a path was changed or replaced, or came or went. Links are followed. Never throws. */
export async function fileIdentity(path: string): Promise<string> {
  try {
    const { dev, ino, size, mode, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mode, mtimeNs, ctimeNs].join();
  } catch {
    return "";
  }
}
