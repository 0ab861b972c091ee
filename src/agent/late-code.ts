import { loadWatcher } from "../keepalived/conf/directory-watch.ts";
import { once } from "../lib/once.ts";

/**
 * What is loaded when it is needed first, each once: Node looks for the file at every `import()`, also of what is loaded, and an agent
 * that has become another user may not be able to see its own folder any more, as with a clone in root's home. Nothing else of the agent
 * calls `import()`; a test says so.
 */
export const lateCode = {
  alertmanagerLane: once(() => import("../alerts/alertmanager-lane.ts")),
  controlSocket: once(() => import("../http/control-socket.ts")),
  heartbeat: once(() => import("../alerts/heartbeat.ts")),
  httpServer: once(() => import("../http/server.ts")),
  processMetrics: once(() => import("../metrics/process.ts")),
  watcher: loadWatcher,
  webConfigReader: once(() => import("../config/web-file/read.ts")),
  webhook: once(() => import("../alerts/webhook.ts")),
  webhookLane: once(() => import("../alerts/webhook-lane.ts")),
} as const;

/** Loads all of it. */
export async function loadLateCode(): Promise<void> {
  await Promise.all(Object.values(lateCode).map((load) => load()));
}
