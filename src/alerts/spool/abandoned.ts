import type { Dirent } from "node:fs";
import { lstat, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import { type DurableSteps, nodeSteps } from "../../lib/durable-file.ts";
import { systemCode } from "../../lib/system-code.ts";
import { type Duration, seconds } from "../../lib/time.ts";
import type { AlertLog } from "../log.ts";
import { fitted, plainLine } from "../plain.ts";
import { places } from "./delivery.ts";
import { originalName, safeName } from "./names.ts";

export interface AbandonedDeps {
  /** Holds `queue/` and `dead/`. */
  readonly directory: string;
  /** Names of those that have deliveries. */
  readonly receivers: readonly string[];
  readonly maxAge: Duration;
  readonly clock: Clock;
  readonly log: AlertLog;
  /** Whether those are the receivers still: a name may come back. */
  readonly isCurrent?: () => boolean;
  readonly steps?: DurableSteps;
}

/** The wall clock, which says how old a file is, may be far off when the host starts. */
const GRACE = seconds(600);
const BETWEEN = seconds(3_600);

/** In one line of the log. */
const MOST_NAMES = 20;
const NAME_CHARACTERS = 60;

/** What the spool makes: deliveries, half-written ones, damaged ones, and its probe. Anything else is not ours to delete. */
const ours = /^(?:\d{12}-.*\.json(?:\.tmp|\.damaged(?:-\d+)?)?|\.probe(?:\.tmp)?)$/s;

interface Folder {
  readonly path: string;
  readonly receiver: string;
}

/**
 * Finds what receivers left that are not configured any more, and says so once. It stays until it is older than `maxAge`, as a name may
 * come back; looked at ten minutes after the start and then once an hour. Never rejects.
 */
export async function tendAbandoned(deps: AbandonedDeps): Promise<void> {
  const folders = await find(deps);
  if (folders.length === 0) return;
  const names = [...new Set(folders.map(({ receiver }) => receiver))];
  deps.log.warn(
    { receivers: names.slice(0, MOST_NAMES).map((name) => fitted(plainLine(name), NAME_CHARACTERS)), count: names.length },
    "deliveries of receivers that are not configured any more are kept until they are older than spool.max_age",
  );
  deps.clock.after(GRACE, () => void tend(folders, deps));
}

async function tend(folders: readonly Folder[], deps: AbandonedDeps): Promise<void> {
  if (deps.isCurrent?.() === false) return;
  const left: Folder[] = [];
  for (const folder of folders) if (!(await isCleared(folder, deps))) left.push(folder);
  if (left.length > 0) deps.clock.after(BETWEEN, () => void tend(left, deps));
}

async function find({ directory, receivers, log }: AbandonedDeps): Promise<Folder[]> {
  const known = new Set(receivers.map(safeName));
  const found: Folder[] = [];
  for (const place of places) {
    const parent = join(directory, place);
    for (const entry of await entriesOf(parent, log)) {
      const receiver = originalName(entry.name);
      if (entry.isDirectory() && receiver !== null && !known.has(entry.name)) found.push({ path: join(parent, entry.name), receiver });
    }
  }
  return found;
}

async function entriesOf(parent: string, log: AlertLog): Promise<Dirent[]> {
  try {
    return await readdir(parent, { withFileTypes: true });
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOENT") log.warn({ problem: code ?? "unknown" }, "what earlier receivers left cannot be looked for");
    return [];
  }
}

/** @returns whether there is nothing more to be done about it */
async function isCleared({ path, receiver }: Folder, { clock, maxAge, steps = nodeSteps, log }: AbandonedDeps): Promise<boolean> {
  try {
    let kept = 0;
    for (const name of await readdir(path)) {
      const file = join(path, name);
      if (!ours.test(name)) continue;
      const { mtimeMs } = await lstat(file);
      if (clock.wall() - mtimeMs * 1_000 >= maxAge) await steps.remove(file);
      else kept += 1;
    }
    if (kept > 0) return false;
    await rmdir(path);
  } catch (error) {
    const code = systemCode(error);
    // Somebody else has put something there, or has cleared it.
    if (code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOENT") return true;
    const problem = code ?? "unknown";
    log.warn({ receiver: fitted(plainLine(receiver), NAME_CHARACTERS), problem }, "what an earlier receiver left cannot be deleted");
  }
  return true;
}
