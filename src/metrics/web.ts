import { pair } from "./escape.ts";
import { webRefusalLabel } from "./labels.ts";
import type { Metric } from "./metric.ts";

const connections: Metric = {
  name: "vrrpwatch_http_connections",
  type: "gauge",
  help: "Connections that are open now, over all addresses of web.listen.",
  labels: [],
  collect: ({ agent: { web } }, emit) => {
    if (web !== null) emit(web.connections);
  },
};

const refused: Metric = {
  name: "vrrpwatch_http_refused_total",
  type: "counter",
  help: "Requests and connections that were refused before anything was served.",
  labels: [webRefusalLabel],
  collect: ({ agent: { web } }, emit) => {
    if (web === null) return;
    for (const reason of webRefusalLabel.values) emit(web.refused[reason], pair("reason", reason));
  },
};

const reloadSuccessful: Metric = {
  name: "vrrpwatch_web_config_last_reload_successful",
  type: "gauge",
  help: "Whether the web configuration file could be used when it was last read; 0: the one before goes on to hold.",
  labels: [],
  collect: ({ agent: { web } }, emit) => {
    if (web !== null && web.reload !== null) emit(Number(web.reload.successful));
  },
};

const reloadTimestamp: Metric = {
  name: "vrrpwatch_web_config_last_reload_success_timestamp_seconds",
  type: "gauge",
  help: "Time when the web configuration file, or a certificate or key that it names, was last taken over.",
  labels: [],
  collect: ({ agent: { web } }, emit) => {
    if (web !== null && web.reload !== null) emit(web.reload.lastSuccess / 1e6);
  },
};

const certificateNotAfter: Metric = {
  name: "vrrpwatch_web_certificate_not_after_timestamp_seconds",
  type: "gauge",
  help: "Time until which the certificate that the agent serves HTTPS with is valid.",
  labels: [],
  collect: ({ agent: { web } }, emit) => {
    if (web !== null && web.certificateNotAfter !== null) emit(web.certificateNotAfter / 1e6);
  },
};

export const web: readonly Metric[] = [connections, refused, reloadSuccessful, reloadTimestamp, certificateNotAfter];
