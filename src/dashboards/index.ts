import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { agentHealth } from "./agent-health.ts";
import { fleet } from "./fleet.ts";
import { dashboardNames } from "./names.ts";
import { overview } from "./overview.ts";
import { virtualRouter } from "./virtual-router.ts";

/** Every dashboard. Built once: the builders keep what they have placed. */
export const dashboards: readonly Dashboard[] = [overview(), virtualRouter(), fleet(), agentHealth()];

/** The generated files: path in the repository and text. */
export function dashboardFiles(): Record<string, string> {
  const files = dashboards.map((dashboard): [string, string] => {
    const name = dashboardNames.find(({ uid }) => uid === dashboard.uid);
    if (name === undefined) throw new Error(`the dashboard ${dashboard.uid} has no file`);
    return [`dashboards/${name.file}.json`, `${JSON.stringify(dashboard, null, 2)}\n`];
  });
  return Object.fromEntries(files);
}
