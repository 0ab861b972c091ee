import type { Config } from "../config/schema.ts";
import { externalUrlOf } from "./receivers.ts";

/**
 * Where people find the pages of the conditions, without a slash at its end: `alerts.runbook_url`, else this agent, which serves them.
 * null where neither is known: the agent listens on loopback or a socket alone.
 * @param secure whether `web.listen` speaks HTTPS
 */
export function runbooksOf(config: Pick<Config, "alerts" | "web">, secure: boolean): string | null {
  const { runbook_url: url } = config.alerts;
  const agent = externalUrlOf(config, secure);
  if (url === null && agent === "") return null;
  return withoutSlash(url ?? `${withoutSlash(agent)}/docs/conditions`);
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, "");
