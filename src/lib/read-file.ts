import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";

/**
 * The first bytes of a regular file: opening a pipe without a writer waits forever, a device may never end.
 * @throws what the file system throws; an Error with code EISDIR or NOT_REGULAR for anything else than a regular file
 */
export async function readAtMost(path: string, limit: number): Promise<Uint8Array> {
  const kind = await stat(path);
  if (!kind.isFile()) throw Object.assign(new Error("not a regular file"), { code: kind.isDirectory() ? "EISDIR" : "NOT_REGULAR" });
  // Does not wait either, should the file have been replaced in this moment.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = new Uint8Array(limit);
    let length = 0;
    while (length < limit) {
      const { bytesRead } = await file.read(bytes, length, limit - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}
