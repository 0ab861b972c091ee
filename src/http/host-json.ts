import { routerJson } from "../core/event-json.ts";
import type { InstanceView, JoinedRouterView, SyncGroupView, VipView } from "../core/host/view.ts";
import type { ConfiguredInstance } from "../core/keepalived-config.ts";
import type { Snapshot } from "../core/view.ts";
import { rfc3339, type WallTime } from "../lib/time.ts";
import type { AgentView, NotifyPathView } from "../metrics/agent-view.ts";

type Json = Readonly<Record<string, unknown>>;

const time = (at: WallTime | null): string | null => (at === null ? null : rfc3339(at));

function configuredJson(configured: ConfiguredInstance): Json {
  return {
    interface: configured.interface,
    family: configured.family,
    vrid: configured.vrid,
    version: configured.version,
    priority: configured.priority,
    interval_seconds: configured.interval / 1e6,
    initial_state: configured.initialState,
    auth: configured.auth,
    addresses: configured.addresses.map(({ address, prefixLength, dev, advertised }) => ({
      address,
      prefix_length: prefixLength,
      dev,
      advertised,
    })),
    vmac: configured.vmac,
    nopreempt: configured.nopreempt,
    preempt_delay_seconds: configured.preemptDelay / 1e6,
    unicast_peers: configured.unicastPeers,
    tracks: configured.tracks,
    file: configured.file,
    line: configured.line,
  };
}

export function instanceJson(instance: InstanceView): Json {
  const { name, state, sinceWall, by, priority, configured, becameMaster, releasedMaster } = instance;
  return {
    instance: name,
    state,
    since: time(sinceWall),
    by,
    priority,
    became_master: becameMaster,
    released_master: releasedMaster,
    configured: configured === null ? null : configuredJson(configured),
  };
}

function vipJson(vip: VipView): Json {
  return {
    address: vip.address,
    origins: vip.origins,
    present: vip.devices.length === 0 ? null : vip.present,
    since: time(vip.changedWall),
    devices: vip.devices.map(({ dev, present, configured, tentative, dadFailed, deprecated, nodad, secondary }) => ({
      dev,
      present,
      configured,
      tentative,
      dad_failed: dadFailed,
      deprecated,
      nodad,
      secondary,
    })),
    changes: vip.changes,
    announcements: vip.announcements,
    owner_mismatch: vip.ownerMismatch,
    owner_mismatch_seconds: vip.ownerMismatchTotal / 1e6,
    claimed_by: vip.claimedBy,
  };
}

/** What this host knows of a virtual router, beside what its adverts show. */
export function joinedJson(joined: JoinedRouterView | null): Json {
  return {
    keepalived: joined === null || joined.instance === null ? null : instanceJson(joined.instance),
    addresses_here: (joined?.vips ?? []).map(vipJson),
    senders_here: joined?.sendersHere ?? [],
    is_master_here: joined?.isMasterHere ?? false,
    drift: joined?.drift ?? [],
    contradictions: joined?.contradictions ?? [],
  };
}

const groupJson = ({ name, members, state, sinceWall }: SyncGroupView): Json => ({ group: name, members, state, since: time(sinceWall) });
const intakeJson = ({ path, up, problem }: NotifyPathView): Json => ({ path, up, problem });

/** The keepalived of this host: process, configuration, intakes, instances. */
export function keepalivedJson({ host }: Snapshot, { notify }: AgentView): Json {
  const { process: daemon, config } = host;
  return {
    up: daemon?.running ?? null,
    started: time(daemon?.startedWall ?? null),
    last_reload: time(daemon?.reloadedWall ?? null),
    restarts: host.restarts,
    version: daemon?.version ?? null,
    config:
      config === null
        ? null
        : {
            path: config.path,
            state: config.state,
            problem: config.problem,
            modified: time(config.modified),
            read_at: time(config.readAt),
          },
    notify: notify === null ? null : { fifo: intakeJson(notify.fifo), socket: intakeJson(notify.socket) },
    instances: host.instances.map((instance) => ({
      ...instanceJson(instance),
      virtual_router: instance.router === null ? null : routerJson(instance.router),
    })),
    sync_groups: host.syncGroups.map(groupJson),
  };
}
