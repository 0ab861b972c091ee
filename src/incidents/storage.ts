import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";

/** More than any file of ours that is read as a whole. */
const LARGEST_READ = 16 * 1024 * 1024;

/** What somebody with the right to write the directory may have put in a file's place must neither be followed nor waited for. */
const careful = constants.O_NOFOLLOW | constants.O_NONBLOCK;
const flagsOf: Readonly<Record<string, number>> = {
  r: constants.O_RDONLY | careful,
  "r+": constants.O_RDWR | careful,
  w: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | careful,
};

/** @throws as `open`, and for anything but an ordinary file */
async function openFile(path: string, flags: string, mode?: number): Promise<FileHandle> {
  const file = await open(path, flagsOf[flags] ?? flags, mode);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw Object.assign(new Error(`${path} is no ordinary file`), { code: "EINVAL" });
}

async function readText(path: string): Promise<string> {
  const file = await openFile(path, "r");
  try {
    const { size } = await file.stat();
    if (size > LARGEST_READ) throw Object.assign(new Error(`${path} is larger than any of ours`), { code: "EFBIG" });
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** What the recorder asks of the file system; tests make each step fail. */
export interface Storage {
  mkdir(path: string, options: { readonly recursive: boolean; readonly mode: number }): Promise<unknown>;
  open(path: string, flags: string, mode?: number): Promise<StoredFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Names in a directory. */
  list(path: string): Promise<string[]>;
  read(path: string): Promise<string>;
}

export type StoredFile = Pick<FileHandle, "write" | "truncate" | "sync" | "stat" | "close" | "createReadStream">;

export const diskStorage: Storage = {
  mkdir,
  open: openFile,
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  list: (path) => readdir(path),
  read: readText,
};
