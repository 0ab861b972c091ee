import { words } from "./mappings.ts";
import { AGENT_COLUMNS, mergedAs } from "./masters-table.ts";
import { table, timeline, timeSeries } from "./panels.ts";
import { AGENT, AGENT_LEGEND, increaseOfAgents, ofAgents } from "./promql.ts";
import { line, rows } from "./target.ts";
import { neutral, noneIsUsual, oneIsGood, steps } from "./thresholds.ts";

const notAfter = `min by (${AGENT}) (${ofAgents("vrrpwatch_web_certificate_not_after_timestamp_seconds")})`;

/** What the agents serve, and with which certificate. */
export const webPanels = () => [
  timeSeries({
    title: "Connections to the web server",
    description: "Those that are open now, over all addresses of web.listen: Prometheus, people, balancers.",
    unit: "short",
    thresholds: neutral(),
    width: 12,
    targets: [line(ofAgents("vrrpwatch_http_connections"), AGENT_LEGEND)],
  }),
  timeSeries({
    title: "Refused requests and connections",
    description:
      "What was refused before anything was served, by reason: limits of connections and requests, passwords and client certificates that are missing or wrong.",
    unit: "short",
    thresholds: noneIsUsual(),
    width: 12,
    targets: [line(`sum by (${AGENT}, reason) (${increaseOfAgents("vrrpwatch_http_refused_total")})`, `${AGENT_LEGEND}: {{reason}}`)],
  }),
  timeline({
    title: "Web configuration",
    description:
      "Whether the web configuration file could be used when it was last read: while it could not, the one before holds. Agents without such a file have no row.",
    unit: "short",
    thresholds: oneIsGood(),
    mappings: words({ 0: ["refused", "red"], 1: ["loaded", "green"] }),
    width: 12,
    targets: [line(ofAgents("vrrpwatch_web_config_last_reload_successful"), AGENT_LEGEND)],
  }),
  table({
    title: "Certificates",
    description:
      "Until when the certificate of each agent that serves HTTPS is valid, and when it or the web configuration was last taken over.",
    unit: "dateTimeAsIso",
    thresholds: neutral(),
    width: 12,
    height: 8,
    targets: [
      rows(`${notAfter} * 1000`),
      rows(`${notAfter} - time()`),
      rows(`max by (${AGENT}) (${ofAgents("vrrpwatch_web_config_last_reload_success_timestamp_seconds")}) * 1000`),
    ],
  })
    .transformations(mergedAs({ ...AGENT_COLUMNS, "Value #A": "Valid until", "Value #B": "Valid for", "Value #C": "Taken over" }))
    .overrideByName("Valid for", [
      { id: "unit", value: "s" },
      { id: "custom.cellOptions", value: { type: "color-text" } },
      { id: "thresholds", value: steps("red", [7 * 86_400, "yellow"], [14 * 86_400, "green"]).build() },
    ]),
];
