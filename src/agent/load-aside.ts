import { once } from "node:events";
import { type CheckedConfig, configOf, loadConfig } from "../config/load.ts";
import type { ConfigProblem } from "../config/problems.ts";
import type { Config } from "../config/schema.ts";
import { err, ok, type Result } from "../lib/result.ts";
import { ThreadProgram } from "../lib/thread-program.ts";
import type { ConfigReaderInput } from "./config-reader.ts";

export const readerThread = new ThreadProgram("config-reader", import.meta.url);

/** Read within some milliseconds; a thread takes longer, and memory. */
const SMALL = 16_384;
/** What no configuration needs: 1 MiB of it takes two seconds. */
const PATIENCE_MS = 30_000;
/** The units and manifests in deploy/ let the whole agent have 256 MB: the thread has to end before the kernel ends the agent. */
const MOST_MEGABYTES = 96;

/**
 * As `loadConfig`, in a thread of its own where the text is long: a thousand virtual routers take the parser 100 ms and more, in which no
 * frame would be read.
 */
export async function loadAside(text: string, file: string): Promise<Result<Config, ConfigProblem[]>> {
  if (text.length <= SMALL) return loadConfig(text, file);
  const checked = await checkAside({ text, file });
  return checked.ok ? ok(configOf(checked.value)) : checked;
}

async function checkAside(input: ConfigReaderInput): Promise<Result<CheckedConfig, ConfigProblem[]>> {
  const worker = readerThread.start({
    workerData: input,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
  });
  worker.unref();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE_MS);
  try {
    const [checked] = await once(worker, "message", { signal: late.signal });
    return checked as Result<CheckedConfig, ConfigProblem[]>;
  } catch (error) {
    const message = late.signal.aborted ? `could not be read within ${PATIENCE_MS / 1_000} s` : outOfReach(error);
    return err([{ file: input.file, line: null, column: null, path: "", message }]);
  } finally {
    clearTimeout(timer);
    void worker.terminate();
  }
}

/** @throws what is no fault of the file */
function outOfReach(error: unknown): string {
  if (error instanceof Error && "code" in error && String(error.code).endsWith("OUT_OF_MEMORY"))
    return `needs more than ${MOST_MEGABYTES} MB to be read`;
  throw error;
}
