import { lstatSync } from "node:fs";
import { readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DurableSteps } from "../../lib/durable-file.ts";
import { readAtMost } from "../../lib/read-file.ts";
import { systemCode } from "../../lib/system-code.ts";
import type { Instant } from "../../lib/time.ts";
import type { Delivery, Place } from "./delivery.ts";
import { safeName } from "./names.ts";
import { parseStored } from "./stored.ts";

/** A notification of the most alerts with the longest texts has a quarter of it. */
const LARGEST = 64 * 1024 * 1024;

export const folderOf = (directory: string, place: Place, receiver: string): string => join(directory, place, safeName(receiver));

export interface FolderContent {
  /** In their order. */
  readonly deliveries: readonly Delivery[];
  /** Files that could not be used. They stay, under a name that is not read again where it can be given. */
  readonly damaged: number;
  /** What went wrong besides. */
  readonly errors: readonly unknown[];
}

/** Reads what an earlier run left of one receiver, clears half-written files away and puts aside what it cannot use. Never rejects. */
export async function readFolder(
  directory: string,
  place: Place,
  receiver: string,
  now: Instant,
  steps: DurableSteps,
): Promise<FolderContent> {
  const folder = folderOf(directory, place, receiver);
  const deliveries: Delivery[] = [];
  const errors: unknown[] = [];
  let damaged = 0;
  for (const name of await namesIn(folder, errors)) {
    const path = join(folder, name);
    if (name.endsWith(".tmp")) await steps.remove(path).catch((error: unknown) => errors.push(error));
    if (!name.endsWith(".json")) continue;
    const read = await readDelivery(path);
    if (read instanceof Error) {
      // It may be readable the next time: nothing says that it is damaged.
      errors.push(read);
      continue;
    }
    const delivery = read === null ? null : parseStored(name, place, read, receiver, now);
    if (delivery !== null) {
      delivery.hold({ path, holders: 0 });
      delivery.saved = true;
      deliveries.push(delivery);
      continue;
    }
    damaged += 1;
    await putAside(path).catch((error: unknown) => errors.push(error));
  }
  return { deliveries: deliveries.sort((a, b) => a.order - b.order), damaged, errors };
}

async function namesIn(folder: string, errors: unknown[]): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (systemCode(error) !== "ENOENT") errors.push(error);
    return [];
  }
}

async function putAside(path: string): Promise<void> {
  let aside = `${path}.damaged`;
  for (let n = 2; lstatSync(aside, { throwIfNoEntry: false }) !== undefined; n++) aside = `${path}.damaged-${n}`;
  await rename(path, aside);
}

/** null: too large for any that was written here, or no file at all. */
async function readDelivery(path: string): Promise<Uint8Array | Error | null> {
  try {
    const { size } = await stat(path);
    return size > LARGEST ? null : await readAtMost(path, size);
  } catch (error) {
    const code = systemCode(error);
    return code === "NOT_REGULAR" || code === "EISDIR" || !(error instanceof Error) ? null : error;
  }
}
