import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";

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
  open,
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  list: (path) => readdir(path),
  read: (path) => readFile(path, "utf8"),
};
