import type { Storage } from "./storage.ts";

/**
 * Puts a text in the place of a file so that whoever reads it gets all of the old or all of the new one, after a loss of power, too.
 * @returns its size in bytes
 */
export async function replaceFile(storage: Storage, path: string, text: string): Promise<number> {
  const bytes = Buffer.from(text);
  const temporary = `${path}.tmp`;
  const file = await storage.open(temporary, "w", 0o600);
  try {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, done);
      if (bytesWritten === 0) throw new Error(`${temporary}: the disk takes nothing more`);
      done += bytesWritten;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await storage.rename(temporary, path);
  return bytes.length;
}
