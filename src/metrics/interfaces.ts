import { pair } from "./escape.ts";
import { interfaceLabel } from "./labels.ts";
import type { Metric } from "./metric.ts";

const up: Metric = {
  name: "vrrp_interface_up",
  type: "gauge",
  help: "Whether the kernel says that the link is up.",
  labels: [interfaceLabel],
  collect: ({ agent }, emit) => {
    for (const { name, up } of agent.interfaces) {
      if (up !== null) emit(Number(up), pair("interface", name));
    }
  },
};

const captureUp: Metric = {
  name: "vrrp_interface_capture_up",
  type: "gauge",
  help: "Whether frames of the interface are captured.",
  labels: [interfaceLabel],
  collect: ({ agent }, emit) => {
    for (const { name, capturing } of agent.interfaces) emit(Number(capturing), pair("interface", name));
  },
};

export const interfaces: readonly Metric[] = [up, captureUp];
