import { words } from "./mappings.ts";
import { mergedAs } from "./masters-table.ts";
import { table, timeline, timeSeries } from "./panels.ts";
import { ofAgents, ofProcess } from "./promql.ts";
import { line, rows } from "./target.ts";
import { neutral, oneIsGood, steps } from "./thresholds.ts";

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
      line(ofProcess("nodejs_eventloop_lag_p99_seconds"), "{{instance}}: p99"),
      line(ofProcess("nodejs_eventloop_lag_max_seconds"), "{{instance}}: max"),
    ],
  }),
  timeSeries({
    title: "Memory",
    description: "Resident memory of the process, and what of it is the used heap.",
    unit: "bytes",
    thresholds: neutral(),
    width: 12,
    targets: [
      line(ofProcess("process_resident_memory_bytes"), "{{instance}}: resident"),
      line(ofProcess("nodejs_heap_size_used_bytes"), "{{instance}}: heap used"),
    ],
  }),
  timeSeries({
    title: "Processor time",
    description: "As a share of one core.",
    unit: "percentunit",
    thresholds: steps("green", [0.5, "yellow"], [0.9, "red"]),
    width: 8,
    targets: [line(`rate(${ofProcess("process_cpu_seconds_total", "$__rate_interval")})`, "{{instance}}")],
  }),
  timeSeries({
    title: "Garbage collection",
    description: "As a share of time.",
    unit: "percentunit",
    thresholds: steps("green", [0.05, "yellow"], [0.2, "red"]),
    width: 8,
    targets: [line(`sum by (instance) (rate(${ofProcess("nodejs_gc_duration_seconds_sum", "$__rate_interval")}))`, "{{instance}}")],
  }),
  timeSeries({
    title: "Open file descriptors",
    description: "As a share of the limit.",
    unit: "percentunit",
    thresholds: steps("green", [0.5, "yellow"], [0.8, "red"]),
    width: 8,
    targets: [line(`${ofProcess("process_open_fds")} / ${ofProcess("process_max_fds")}`, "{{instance}}")],
  }),
  timeline({
    title: "Configuration",
    description: "Whether the last load of the configuration succeeded: while it did not, the one before it holds.",
    unit: "short",
    thresholds: oneIsGood(),
    mappings: words({ 0: ["refused", "red"], 1: ["loaded", "green"] }),
    width: 12,
    targets: [line(ofAgents("vrrpwatch_config_last_reload_successful"), "{{instance}}")],
  }),
  table({
    title: "Versions",
    description: "What runs since when, when its configuration was loaded, and whether the file has settings that only a start takes up.",
    unit: "short",
    thresholds: neutral(),
    width: 12,
    height: 8,
    targets: [
      rows(`max by (instance, version, revision, nodeversion) (${ofAgents("vrrpwatch_build_info")})`),
      rows(`max by (instance) (${ofProcess("process_start_time_seconds")}) * 1000`),
      rows(`max by (instance) (${ofAgents("vrrpwatch_config_last_reload_success_timestamp_seconds")}) * 1000`),
      rows(`max by (instance) (${ofAgents("vrrpwatch_config_restart_required")})`),
    ],
  })
    .transformations(
      mergedAs(
        {
          instance: "Agent",
          version: "Version",
          revision: "Revision",
          nodeversion: "Node",
          "Value #B": "Started",
          "Value #C": "Configured",
          "Value #D": "Needs a restart",
        },
        "Value #A",
      ),
    )
    .overrideByName("Started", [{ id: "unit", value: "dateTimeAsIso" }])
    .overrideByName("Configured", [{ id: "unit", value: "dateTimeAsIso" }])
    .overrideByName("Needs a restart", [{ id: "mappings", value: words({ 0: ["no", "text"], 1: ["yes", "yellow"] }) }]),
];
