import { parentPort, workerData } from "node:worker_threads";
import { checkConfig } from "../config/load.ts";

/** What the thread is given, and answers with what `checkConfig` says of it. */
export interface ConfigReaderInput {
  readonly text: string;
  readonly file: string;
}

// Runs in a thread of its own only: see load-aside.ts.
if (parentPort !== null) {
  const { text, file } = workerData as ConfigReaderInput;
  parentPort.postMessage(checkConfig(text, file));
}
