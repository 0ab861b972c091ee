import type { Snapshot } from "../core/view.ts";
import { rfc3339 } from "../lib/time.ts";
import type { AgentView } from "../metrics/agent-view.ts";
import { hintJson, routerState } from "./router-json.ts";

/** The agent in one object: what runs, what it hears, and whether its conclusions can be trusted. */
export function statusJson(snapshot: Snapshot, agent: AgentView): object {
  const drops = [...agent.capture.drops.values()].reduce((sum, count) => sum + count, 0);
  const reload = agent.configReload;
  return {
    version: agent.build.version,
    revision: agent.build.revision,
    node_version: agent.build.nodeVersion,
    at: rfc3339(snapshot.wall),
    ready: agent.readiness.ready,
    reason: agent.readiness.reason,
    interfaces: agent.interfaces.map(({ name, up, capturing, why, absentGroups }) => ({
      name,
      up,
      capturing,
      why,
      absent_groups: absentGroups,
      packets: agent.capture.packets.get(name) ?? 0,
    })),
    capture_drops: drops,
    late_inputs: snapshot.lateInputs,
    evictions: snapshot.evictions,
    host_pause_seconds: agent.hostPause === null ? null : agent.hostPause / 1e6,
    config:
      reload === null
        ? null
        : {
            last_reload_successful: reload.successful,
            last_reload_success: reload.lastSuccess === null ? null : rfc3339(reload.lastSuccess),
            problems: reload.problems,
            at_next_start: reload.atNextStart,
          },
    virtual_routers: snapshot.routers.length,
    keepalived:
      snapshot.host.process === null
        ? null
        : { up: snapshot.host.process.running, version: snapshot.host.process.version, config: snapshot.host.config?.state ?? null },
    troubled: snapshot.routers.filter((router) => routerState(router) !== "master").length,
    hint: hintJson(agent.hint),
  };
}
