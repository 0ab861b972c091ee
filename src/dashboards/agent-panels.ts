import { words } from "./mappings.ts";
import { timeline, timeSeries } from "./panels.ts";
import { AGENT, AGENT_LEGEND, ofAgents, ofProcess, onlyAgents } from "./promql.ts";
import { line } from "./target.ts";
import { neutral, oneIsGood, steps } from "./thresholds.ts";
import { versions } from "./versions-table.ts";

/** What the process needs, and whether it is quick enough. */
export const agentPanels = () => [
  timeSeries({
    title: "Delay of the event loop",
    description:
      "The 99th percentile and the maximum since the last scrape. Above 50 ms, times that the agent tells are late by as much; they come from the kernel's stamps and stay right.",
    unit: "s",
    thresholds: steps("green", [0.05, "yellow"], [0.25, "red"]),
    width: 12,
    targets: [
      line(onlyAgents(ofProcess("nodejs_eventloop_lag_p99_seconds")), `${AGENT_LEGEND}: p99`),
      line(onlyAgents(ofProcess("nodejs_eventloop_lag_max_seconds")), `${AGENT_LEGEND}: max`),
    ],
  }),
  timeSeries({
    title: "Memory",
    description: "Resident memory of the process, and what of it is the used heap.",
    unit: "bytes",
    thresholds: neutral(),
    width: 12,
    targets: [
      line(onlyAgents(ofProcess("process_resident_memory_bytes")), `${AGENT_LEGEND}: resident`),
      line(onlyAgents(ofProcess("nodejs_heap_size_used_bytes")), `${AGENT_LEGEND}: heap used`),
    ],
  }),
  timeSeries({
    title: "Processor time",
    description: "As a share of one core.",
    unit: "percentunit",
    thresholds: steps("green", [0.5, "yellow"], [0.9, "red"]),
    width: 8,
    targets: [line(onlyAgents(`rate(${ofProcess("process_cpu_seconds_total", "$__rate_interval")})`), AGENT_LEGEND)],
  }),
  timeSeries({
    title: "Garbage collection",
    description: "As a share of time.",
    unit: "percentunit",
    thresholds: steps("green", [0.05, "yellow"], [0.2, "red"]),
    width: 8,
    targets: [
      line(`sum by (${AGENT}) (${onlyAgents(`rate(${ofProcess("nodejs_gc_duration_seconds_sum", "$__rate_interval")})`)})`, AGENT_LEGEND),
    ],
  }),
  timeSeries({
    title: "Open file descriptors",
    description: "As a share of the limit.",
    unit: "percentunit",
    thresholds: steps("green", [0.5, "yellow"], [0.8, "red"]),
    width: 8,
    targets: [line(onlyAgents(`${ofProcess("process_open_fds")} / ${ofProcess("process_max_fds")}`), AGENT_LEGEND)],
  }),
  timeline({
    title: "Configuration",
    description: "Whether the last load of the configuration succeeded: while it did not, the one before it holds.",
    unit: "short",
    thresholds: oneIsGood(),
    mappings: words({ 0: ["refused", "red"], 1: ["loaded", "green"] }),
    width: 12,
    targets: [line(ofAgents("vrrpwatch_config_last_reload_successful"), AGENT_LEGEND)],
  }),
  versions({
    title: "Versions",
    description: "What runs since when, when its configuration was loaded, and whether the file has settings that only a start takes up.",
    columns: [
      {
        name: "Configured",
        expression: `max by (${AGENT}) (${ofAgents("vrrpwatch_config_last_reload_success_timestamp_seconds")}) * 1000`,
      },
      { name: "Needs a restart", expression: `max by (${AGENT}) (${ofAgents("vrrpwatch_config_restart_required")})` },
    ],
  })
    .overrideByName("Configured", [{ id: "unit", value: "dateTimeAsIso" }])
    .overrideByName("Needs a restart", [{ id: "mappings", value: words({ 0: ["no", "text"], 1: ["yes", "yellow"] }) }]),
];
