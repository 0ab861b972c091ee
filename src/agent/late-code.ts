import { passwordThread } from "../http/access/password-checker.ts";
import { HeldFolder } from "../http/held-folder.ts";
import { once } from "../lib/once.ts";
import { readerThread } from "./load-aside.ts";

/**
 * What is loaded when it is needed first, each once: Node looks for the file at every `import()`, also of what is loaded, and an agent
 * that has become another user may not be able to see its own folder any more, as with a clone in root's home. Nothing else of the agent
 * calls `import()` or starts a thread from a file; a test says so.
 */
export const lateCode = {
  alertmanagerLane: once(() => import("../alerts/alertmanager-lane.ts")),
  controlSocket: once(() => import("../http/control-socket.ts")),
  heartbeat: once(() => import("../alerts/heartbeat.ts")),
  httpServer: once(() => import("../http/server.ts")),
  pageFolder: once(() => import("../http/page-folder.ts")),
  processMetrics: once(() => import("../metrics/process.ts")),
  webConfigReader: once(() => import("../config/web-file/read.ts")),
  webhook: once(() => import("../alerts/webhook.ts")),
  webhookLane: once(() => import("../alerts/webhook-lane.ts")),
} as const;

/** The pages that the agent serves. */
export const docsFolder = new HeldFolder(new URL("docs/", import.meta.url));

/** Loads all of it, and holds what is read from the program's folder later. */
export async function loadLateCode(): Promise<void> {
  for (const part of [docsFolder, passwordThread, readerThread]) part.hold();
  await Promise.all(Object.values(lateCode).map((load) => load()));
}
