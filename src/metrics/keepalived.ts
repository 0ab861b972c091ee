import type { InstanceView, RouterState } from "../core/host/view.ts";
import { encoded, pair } from "./escape.ts";
import {
  driftKindLabel,
  groupLabel,
  instanceAddressLabel,
  instanceInterfaceLabel,
  instanceLabel,
  instanceVridLabel,
  keepalivedVersionLabel,
  notifyEventLabel,
  notifyKindLabel,
  notifySourceLabel,
  routerLabels,
  routerStateLabel,
} from "./labels.ts";
import type { Metric } from "./metric.ts";

const stateSuffixes = routerStateLabel.values.map((state) => ({ state, pair: encoded(`,${pair("state", state)}`) }));

const routerState: Metric = {
  name: "vrrp_router_state",
  type: "gauge",
  help: "What keepalived on this host is in the virtual router, by its own word, its process, or what addresses and adverts let conclude: 1 for the state that holds, 0 for the others. Absent where no instance is known for it.",
  labels: [...routerLabels, routerStateLabel],
  ofJoined: ({ instance }, labels, emit) => {
    if (instance === null) return;
    const { state } = instance;
    for (const entry of stateSuffixes) emit(Number(entry.state === state), labels, entry.pair);
  },
};

const up: Metric = {
  name: "keepalived_up",
  type: "gauge",
  help: "Whether the VRRP process of keepalived runs. Absent on a host where there is no sign of keepalived.",
  labels: [],
  collect: ({ snapshot: { host } }, emit) => {
    if (host.process !== null) emit(Number(host.process.running));
  },
};

const info: Metric = {
  name: "keepalived_info",
  type: "info",
  help: "The keepalived that runs, or ran last.",
  labels: [keepalivedVersionLabel],
  collect: ({ snapshot: { host } }, emit) => {
    if (host.process !== null) emit(1, pair("version", host.process.version ?? ""));
  },
};

const startTime: Metric = {
  name: "keepalived_start_timestamp_seconds",
  type: "gauge",
  help: "Start of the VRRP process of keepalived that runs, or ran last.",
  labels: [],
  collect: ({ snapshot: { host } }, emit) => {
    const at = host.process?.startedWall ?? null;
    if (at !== null) emit(at / 1e6);
  },
};

const reloadTime: Metric = {
  name: "keepalived_last_reload_timestamp_seconds",
  type: "gauge",
  help: "Last time that keepalived was seen to read its configuration again. Absent before that.",
  labels: [],
  collect: ({ snapshot: { host } }, emit) => {
    const at = host.process?.reloadedWall ?? null;
    if (at !== null) emit(at / 1e6);
  },
};

const restarts: Metric = {
  name: "keepalived_restarts_total",
  type: "counter",
  help: "Starts of the VRRP process of keepalived since the agent looks, after the first.",
  labels: [],
  collect: ({ snapshot: { host } }, emit) => {
    if (host.process !== null) emit(host.restarts);
  },
};

/** The values of the widespread exporter; keepalived has no number for a process that does not run. */
const stateNumbers: Readonly<Partial<Record<RouterState, number>>> = { init: 0, backup: 1, master: 2, fault: 3 };

/** `iname`, `intf` and `vrid` of an instance, as the widespread exporter has them. */
export function instanceLabels({ name, router, configured }: InstanceView): string {
  const vrid = router?.vrid ?? configured?.vrid ?? "";
  return `${pair("iname", name)},${pair("intf", router?.interface ?? configured?.interface ?? "")},vrid="${vrid}"`;
}

const vrrpState: Metric = {
  name: "keepalived_vrrp_state",
  type: "gauge",
  help: "State of an instance in the numbers of the widespread exporter: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT; one sample for each of its advertised addresses. Absent while it is not known or keepalived does not run.",
  labels: [instanceLabel, instanceInterfaceLabel, instanceVridLabel, instanceAddressLabel],
  collect: ({ snapshot: { host } }, emit) => {
    for (const instance of host.instances) {
      const number = stateNumbers[instance.state];
      if (number === undefined) continue;
      const labels = instanceLabels(instance);
      const advertised = [...new Set((instance.configured?.addresses ?? []).filter((a) => a.advertised).map(({ address }) => address))];
      for (const address of advertised.length > 0 ? advertised : [""]) emit(number, `${labels},${pair("ip_address", address)}`);
    }
  },
};

const effectivePriority: Metric = {
  name: "keepalived_effective_priority",
  type: "gauge",
  help: "Priority of the instance with what tracking adds: of its adverts or of its last notify call, whichever is newer. Absent while neither is known.",
  labels: [instanceLabel],
  collect: ({ snapshot: { host } }, emit) => {
    for (const { name, priority } of host.instances) if (priority !== null) emit(priority, pair("iname", name));
  },
};

const syncGroupState: Metric = {
  name: "keepalived_sync_group_state",
  type: "gauge",
  help: "State of a sync group by keepalived's own word, else that of all its members: 1 for the state that holds, 0 for the others.",
  labels: [groupLabel, routerStateLabel],
  collect: ({ snapshot: { host } }, emit) => {
    for (const group of host.syncGroups) {
      for (const state of routerStateLabel.values)
        emit(Number(group.state === state), `${pair("group", group.name)},${pair("state", state)}`);
    }
  },
};

const notifyEvents: Metric = {
  name: "keepalived_notify_events_total",
  type: "counter",
  help: "Notify calls of keepalived that reached the agent. A combination that never came is absent.",
  labels: [notifySourceLabel, notifyKindLabel, notifyEventLabel],
  collect: ({ snapshot: { host } }, emit) => {
    for (const [key, count] of host.notifies) {
      const [source = "", kind = "", event = ""] = key.split(" ");
      emit(count, `${pair("source", source)},${pair("kind", kind)},${pair("event", event)}`);
    }
  },
};

const parseFailures: Metric = {
  name: "keepalived_notify_parse_failures_total",
  type: "counter",
  help: "Lines at the notify intakes that are none of keepalived's.",
  labels: [notifySourceLabel],
  collect: ({ snapshot: { host }, agent }, emit) => {
    if (agent.notify === null) return;
    for (const source of notifySourceLabel.values) emit(host.unparsable[source], pair("source", source));
  },
};

const fifoUp: Metric = {
  name: "keepalived_notify_fifo_up",
  type: "gauge",
  help: "Whether the agent holds the notify FIFO open.",
  labels: [],
  collect: ({ agent: { notify } }, emit) => {
    if (notify !== null) emit(Number(notify.fifo.up));
  },
};

const drift: Metric = {
  name: "keepalived_config_drift",
  type: "gauge",
  help: "1 while keepalived.conf says something else than the running keepalived does. Absent where it cannot be told: while the file cannot be read or keepalived does not run; `file` where it was changed before the agent looked; all others while this host sends no adverts.",
  labels: [instanceLabel, driftKindLabel],
  collect: ({ snapshot: { host } }, emit) => {
    for (const { instance, drift: found, driftJudged } of host.routers) {
      if (instance === null) continue;
      for (const kind of driftJudged)
        emit(Number(found.some((one) => one.kind === kind)), `${pair("iname", instance.name)},${pair("kind", kind)}`);
    }
  },
};

const configReadable: Metric = {
  name: "vrrpwatch_keepalived_config_last_read_successful",
  type: "gauge",
  help: "Whether keepalived.conf could be read and understood the last time. Absent where there is no such file.",
  labels: [],
  collect: ({ snapshot: { host } }, emit) => {
    if (host.config !== null && host.config.state !== "absent") emit(Number(host.config.state === "read"));
  },
};

const configReadTime: Metric = {
  name: "vrrpwatch_keepalived_config_last_read_success_timestamp_seconds",
  type: "gauge",
  help: "When the contents of keepalived.conf that the agent works with were read.",
  labels: [],
  collect: ({ snapshot: { host } }, emit) => {
    const at = host.config?.readAt ?? null;
    if (at !== null) emit(at / 1e6);
  },
};

export const keepalived: readonly Metric[] = [
  routerState,
  up,
  info,
  startTime,
  reloadTime,
  restarts,
  vrrpState,
  effectivePriority,
  syncGroupState,
  notifyEvents,
  parseFailures,
  fifoUp,
  drift,
  configReadable,
  configReadTime,
];
