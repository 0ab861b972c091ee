import { conditionHere } from "./joined.ts";
import { agent, by, on, target } from "./labels.ts";
import type { Rule } from "./rule.ts";
import { ownPage } from "./texts.ts";

/** 1: the agent answers, 0: it does not. */
export const answers = "instance:up:agent";
const lost = (outcomes: string): string =>
  `sum ${by(...agent, "receiver")} (increase(vrrpwatch_webhook_deliveries_total{outcome=~"${outcomes}"}[10m])) > 0.5`;
/** In seconds: as long before its end a certificate should have been renewed. */
const certificateNotice = 7 * 86_400;

/** Whether the agents themselves do their work. */
export const agentRules: readonly Rule[] = [
  {
    record: answers,
    why: "Targets that are agents: their answer says so, or the name of their job; or they were before, for as long as they are targets.",
    expr: `max ${by(...target)} (
  up
  and ${on(...target)} (
    vrrpwatch_build_info
    or up{job=~"vrrp.*"}
    or last_over_time(${answers}[1d])
  )
)`,
  },
  {
    alert: "VRRPAgentDown",
    expr: `1 - max ${by(...agent)} (${answers}) > 0\nor\nabsent(vrrpwatch_build_info)\nunless on ()\n  ${answers} == 0`,
    for: "2m",
    severity: "warning",
    summary: "{{ with $labels.instance }}{{ . }}: the agent does not answer{{ else }}no agent is scraped{{ end }}",
    description:
      "{{ with $labels.instance }}Prometheus cannot scrape the agent on {{ . }} for 2 min: the agent, its host or the way there is down, and what it watches is not judged.{{ else }}There is no agent at all, or no target is configured: nothing of VRRP is watched.{{ end }}",
    runbook: ownPage("VRRPAgentDown"),
  },
  {
    alert: "VRRPCaptureDown",
    expr: `max ${by(...agent, "interface")} (
  vrrp_interface_capture_up == 0
  and ${on(...target, "interface")} vrrp_interface_up == 1
  unless ${on(...target, "interface")}
    max_over_time(${conditionHere}{condition="capture_blind"}[1m])
) + 1`,
    for: "2m",
    severity: "warning",
    summary: "{{ $labels.instance }}: {{ $labels.interface }} is not captured",
    description: "The link of {{ $labels.interface }} on {{ $labels.instance }} is up, and the agent does not hear it for 2 min.",
    runbook: ownPage("VRRPCaptureDown"),
  },
  {
    alert: "VRRPCaptureDrops",
    expr: `max ${by(...agent)} (
  sum ${by(...target)} (rate(vrrpwatch_capture_drops_total[5m]))
  /
  (sum ${by(...target)} (rate(vrrpwatch_capture_drops_total[5m])) + sum ${by(...target)} (rate(vrrpwatch_capture_packets_total[5m])))
  unless ${on(...target)}
    max_over_time(${conditionHere}{condition="capture_blind"}[1m])
) > 0.01`,
    for: "5m",
    severity: "warning",
    summary: "{{ $labels.instance }}: {{ $value | humanizePercentage }} of the frames are dropped",
    description:
      "The kernel dropped {{ $value | humanizePercentage }} of the frames of the last 5 min before the agent on {{ $labels.instance }} could read them: it has too little CPU, or something floods the segment.",
    runbook: ownPage("VRRPCaptureDrops"),
  },
  {
    alert: "VRRPWebhooksFailing",
    expr: lost("rejected|expired|dropped"),
    severity: "warning",
    summary: "{{ $labels.instance }}: notifications for {{ $labels.receiver }} are lost",
    description:
      "{{ $value | humanize }} notification(s) of the agent on {{ $labels.instance }} for {{ $labels.receiver }} were refused, waited for too long, or were left out within the last 10 min.",
    runbook: ownPage("VRRPWebhooksFailing"),
  },
  {
    alert: "VRRPWebhookQueueAgeing",
    expr: `max ${by(...agent, "receiver")} (\n  time() - vrrpwatch_webhook_oldest_queued_timestamp_seconds\n) > 300\nunless ${on(...agent, "receiver")}\n  ${lost("rejected|expired|dropped")}`,
    severity: "warning",
    summary: "{{ $labels.instance }}: a notification for {{ $labels.receiver }} waits for {{ $value | humanizeDuration }}",
    description:
      "The oldest notification of the agent on {{ $labels.instance }} for {{ $labels.receiver }} waits for {{ $value | humanizeDuration }}: the receiver does not take it. Nothing is lost yet.",
    runbook: ownPage("VRRPWebhookQueueAgeing"),
  },
  {
    alert: "VRRPConfigReloadFailed",
    expr: `max ${by(...agent)} (vrrpwatch_config_last_reload_successful == 0) + 1`,
    for: "5m",
    severity: "warning",
    summary: "{{ $labels.instance }}: the configuration was refused",
    description:
      "The agent on {{ $labels.instance }} could not take up its configuration file for 5 min. The configuration before holds, and after a restart the agent would not come up.",
    runbook: ownPage("VRRPConfigReloadFailed"),
  },
  {
    alert: "VRRPWebConfigReloadFailed",
    expr: `max ${by(...agent)} (vrrpwatch_web_config_last_reload_successful == 0) + 1`,
    for: "5m",
    severity: "warning",
    summary: "{{ $labels.instance }}: the web configuration was refused",
    description:
      "The agent on {{ $labels.instance }} could not use its web configuration file, or a certificate or key that it names, for 5 min. What it had before holds, and after a restart the agent would not come up.",
    runbook: ownPage("VRRPWebConfigReloadFailed"),
  },
  {
    alert: "VRRPCertificateExpires",
    expr: `min ${by(...agent)} (vrrpwatch_web_certificate_not_after_timestamp_seconds)\n< time() + ${certificateNotice}`,
    for: "5m",
    severity: "warning",
    summary: "{{ $labels.instance }}: the certificate of the agent is valid until {{ $value | humanizeTimestamp }}",
    description:
      "The certificate that the agent on {{ $labels.instance }} serves HTTPS with is valid until {{ $value | humanizeTimestamp }}, which is less than 7 days away, or past: then Prometheus cannot scrape it.",
    runbook: ownPage("VRRPCertificateExpires"),
  },
];
