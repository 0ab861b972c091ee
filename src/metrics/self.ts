import { pair } from "./escape.ts";
import { buildVersionLabel, evictionKindLabel, interfaceLabel, nodeVersionLabel, revisionLabel, runbooksUrlLabel } from "./labels.ts";
import type { Metric } from "./metric.ts";

const buildInfo: Metric = {
  name: "vrrpwatch_build_info",
  type: "info",
  help: "What is running.",
  labels: [buildVersionLabel, revisionLabel, nodeVersionLabel],
  collect: ({ agent: { build } }, emit) =>
    emit(1, `${pair("version", build.version)},${pair("revision", build.revision)},${pair("nodeversion", build.nodeVersion)}`),
};

const runbooksInfo: Metric = {
  name: "vrrpwatch_runbooks_info",
  type: "info",
  help: "Where the pages of the conditions are served: `alerts.runbook_url`, else this agent itself. Absent where only its own host reaches it.",
  labels: [runbooksUrlLabel],
  collect: ({ agent: { runbooks } }, emit) => {
    if (runbooks !== null) emit(1, pair("url", runbooks));
  },
};

const capturePackets: Metric = {
  name: "vrrpwatch_capture_packets_total",
  type: "counter",
  help: "Frames that passed the kernel's filter and reached the agent.",
  labels: [interfaceLabel],
  collect: ({ agent }, emit) => {
    for (const [name, count] of agent.capture.packets) emit(count, pair("interface", name));
  },
};

const captureDrops: Metric = {
  name: "vrrpwatch_capture_drops_total",
  type: "counter",
  help: "Frames that the kernel dropped because the agent did not read them in time. With af_packet one socket serves all interfaces.",
  labels: [interfaceLabel],
  collect: ({ agent }, emit) => {
    for (const [name, count] of agent.capture.drops) emit(count, pair("interface", name));
  },
};

const evictions: Metric = {
  name: "vrrpwatch_evictions_total",
  type: "counter",
  help: "Things that are not tracked, or no longer, because a bound was reached.",
  labels: [evictionKindLabel],
  collect: ({ snapshot }, emit) => {
    for (const kind of evictionKindLabel.values) emit(snapshot.evictions[kind], pair("kind", kind));
  },
};

const lateInputs: Metric = {
  name: "vrrpwatch_late_inputs_total",
  type: "counter",
  help: "Inputs that were older than what had been concluded already.",
  labels: [],
  collect: ({ snapshot }, emit) => emit(snapshot.lateInputs),
};

const hostPause: Metric = {
  name: "vrrpwatch_host_pause_seconds_total",
  type: "counter",
  help: "Time in which the host or the agent did not run, and silence on the wire therefore proved nothing.",
  labels: [],
  collect: ({ agent }, emit) => {
    if (agent.hostPause !== null) emit(agent.hostPause / 1e6);
  },
};

const reloadSuccessful: Metric = {
  name: "vrrpwatch_config_last_reload_successful",
  type: "gauge",
  help: "Whether the last load of the configuration succeeded. 0: the file has problems, and the configuration before goes on.",
  labels: [],
  collect: ({ agent }, emit) => {
    if (agent.configReload !== null) emit(Number(agent.configReload.successful));
  },
};

const reloadTimestamp: Metric = {
  name: "vrrpwatch_config_last_reload_success_timestamp_seconds",
  type: "gauge",
  help: "Time of the last successful load of the configuration.",
  labels: [],
  collect: ({ agent }, emit) => {
    const at = agent.configReload?.lastSuccess ?? null;
    if (at !== null) emit(at / 1e6);
  },
};

const restartRequired: Metric = {
  name: "vrrpwatch_config_restart_required",
  type: "gauge",
  help: "Whether the configuration file has settings that take effect only when the agent is started anew; /api/v1/status names them.",
  labels: [],
  collect: ({ agent }, emit) => {
    if (agent.configReload !== null) emit(Number(agent.configReload.atNextStart.length > 0));
  },
};

const silencesActive: Metric = {
  name: "vrrpwatch_silences_active",
  type: "gauge",
  help: "Silences that hold now, whether anything fits them or not.",
  labels: [],
  collect: ({ agent: { silences } }, emit) => {
    if (silences !== null) emit(silences.active);
  },
};

const silenceStoreFailures: Metric = {
  name: "vrrpwatch_silence_store_failures_total",
  type: "counter",
  help: "Writes of the file of silences that failed: what was changed since the last good one would not survive a restart.",
  labels: [],
  collect: ({ agent: { silences } }, emit) => {
    if (silences !== null) emit(silences.storeFailures);
  },
};

const incidentsTotal: Metric = {
  name: "vrrpwatch_incidents_total",
  type: "counter",
  help: "Incidents that began since the start of the agent.",
  labels: [],
  collect: ({ agent: { incidents } }, emit) => {
    if (incidents !== null) emit(incidents.total);
  },
};

const incidentsOpen: Metric = {
  name: "vrrpwatch_incidents_open",
  type: "gauge",
  help: "Incidents that are not over.",
  labels: [],
  collect: ({ agent: { incidents } }, emit) => {
    if (incidents !== null) emit(incidents.open);
  },
};

const incidentWriteFailures: Metric = {
  name: "vrrpwatch_incident_write_failures_total",
  type: "counter",
  help: "Times that the disk refused something about incidents: the evidence may be incomplete.",
  labels: [],
  collect: ({ agent: { incidents } }, emit) => {
    if (incidents !== null) emit(incidents.writeFailures);
  },
};

const incidentBytes: Metric = {
  name: "vrrpwatch_incident_bytes",
  type: "gauge",
  help: "Bytes of all incidents on disk.",
  labels: [],
  collect: ({ agent: { incidents } }, emit) => {
    if (incidents !== null) emit(incidents.bytes);
  },
};

export const self: readonly Metric[] = [
  buildInfo,
  runbooksInfo,
  capturePackets,
  captureDrops,
  evictions,
  lateInputs,
  hostPause,
  reloadSuccessful,
  reloadTimestamp,
  restartRequired,
  silencesActive,
  silenceStoreFailures,
  incidentsTotal,
  incidentsOpen,
  incidentWriteFailures,
  incidentBytes,
];
