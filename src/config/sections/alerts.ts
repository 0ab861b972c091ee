import * as z from "zod";
import { severities } from "../../core/events.ts";
import { parseMatcher } from "../../lib/label-matcher.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { seconds } from "../../lib/time.ts";
import { duration, flag, listOf, oneOf, parsed, path, text, whole } from "../fields.ts";

/** Labels that identify an alert; a user's label of the same name would make two alerts one. */
const reservedLabels = ["alertname", "severity", "segment", "vrid", "family", "vlan", "inner_vlan", "instance"];

export const webhookFormats = [
  "alertmanager",
  "alertmanager-api",
  "pagerduty",
  "slack",
  "teams",
  "discord",
  "oneuptime",
  "raw",
  "template",
] as const;

const labelName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: "a label name has only letters, digits and _, and does not begin with a digit" })
  .refine((name) => !name.startsWith("__"), { error: "label names that begin with __ belong to Prometheus" })
  .refine((name) => !reservedLabels.includes(name), { error: `${reservedLabels.join(", ")} are set by vrrpwatch itself` });

const reservedHeaders = [
  "host",
  "content-type",
  "content-length",
  "transfer-encoding",
  "connection",
  "expect",
  "upgrade",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "authorization",
  "user-agent",
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature",
];

/** Only the shape is checked. Messages never repeat the URL: many receivers put their secret into it. */
function parseWebhookUrl(value: string): Result<string, string> {
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return err("must be a complete URL, such as https://example.net/hook");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return err("must be an http:// or https:// URL");
  if (url.username !== "" || url.password !== "") return err("must not contain a user name or password: use basic_auth");
  return ok(value);
}

/** As HTTP has it (RFC 9110 §5.1). */
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, { error: "must be the name of an HTTP header" })
  .refine((name) => !reservedHeaders.includes(name.toLowerCase()), { error: `${reservedHeaders.join(", ")} are set by vrrpwatch itself` });

const tls = z.strictObject({
  ca_file: path()
    .nullable()
    .default(null)
    .describe("PEM certificates that vouch for the receiver, instead of the authorities that Node brings along."),
  cert_file: path().nullable().default(null).describe("PEM certificate that the agent shows."),
  key_file: path().nullable().default(null).describe("PEM key of that certificate."),
  server_name: text(253)
    .nullable()
    .default(null)
    .describe("The name that the receiver's certificate must have, if it is not that of the URL."),
});

const basicAuth = z.strictObject({
  username: text(200).describe("User name."),
  password_file: path().describe("File with the password."),
});

const receiver = z.strictObject({
  name: text(60).describe("Name of the receiver, unique; a label of the delivery metrics."),
  url: parsed(parseWebhookUrl, "a URL in quotes")
    .optional()
    .describe("Where alerts are posted to. For `alertmanager-api` without `/api/v2/alerts`."),
  url_file: path()
    .optional()
    .describe("File with that URL, where it contains a secret (Slack, Teams, Discord, OneUptime). Instead of `url`."),
  urls: listOf(parsed(parseWebhookUrl, "a URL in quotes"), { min: 1, max: 16 })
    .optional()
    .describe("For `alertmanager-api`: every Alertmanager of the cluster, none of them behind a load balancer. Instead of `url`."),
  format: oneOf(webhookFormats).default("alertmanager").describe("The shape of the body."),
  template: z
    .record(z.string(), z.json(), { error: "must be a group of keys: the JSON document that is to be posted" })
    .optional()
    .describe("For `template`: the JSON document to post; its strings may hold {{ placeholders }}."),
  routing_key_file: path().optional().describe("For `pagerduty`: file with the integration key (Events API v2)."),
  send_resolved: flag().default(true).describe("Whether to tell when an alert ends."),
  max_alerts: whole(1, 5_000).default(300).describe("Alerts in one notification; the most severe go first, the others are counted."),
  severities: listOf(oneOf(severities), { min: 1, max: severities.length })
    .default(["critical", "warning"])
    .describe("Which severities it receives."),
  matchers: listOf(parsed(parseMatcher, 'a matcher in quotes, such as segment="dc1"'), { min: 0, max: 32 })
    .default([])
    .describe("Which alerts it receives, by their labels, all of them to fit: `=`, `!=`, `=~` and `!~` as in Alertmanager."),
  secret_file: path()
    .nullable()
    .default(null)
    .describe("File with the secret that signs deliveries (Standard Webhooks). Secrets never stand in this file."),
  bearer_token_file: path().nullable().default(null).describe("File with a bearer token."),
  basic_auth: basicAuth.nullable().default(null).describe("User name and password."),
  headers: z.record(headerName, text(2_000)).default({}).describe("Further headers."),
  header_files: z.record(headerName, path()).default({}).describe("Further headers whose values are secret: a file for each."),
  tls: tls.prefault({}).describe("How a receiver with https is trusted, and trusts."),
  timeout: duration(seconds(0.1), seconds(120)).prefault("10s").describe("How long one attempt may take."),
});

const spool = z.strictObject({
  max_count: whole(1, 100_000)
    .default(1_000)
    .describe("Deliveries that wait for one receiver; of more, the least severe and oldest are dropped."),
  max_bytes: whole(65_536, 1_073_741_824).default(16_777_216).describe("Their size, for one receiver."),
  max_age: duration(seconds(60), seconds(30 * 86_400))
    .prefault("3d")
    .describe("A delivery that waited for so long is given up."),
  max_dead: whole(0, 10_000)
    .default(100)
    .describe("Deliveries that a receiver refused and that are kept to be looked at, for one receiver."),
});

const damping = z.strictObject({
  changes: whole(2, 100)
    .default(6)
    .describe("After so many notifications of one alert within `window`, one more says so, and then nothing until it is quiet."),
  window: duration(seconds(10), seconds(86_400)).prefault("10m").describe("The time in which they are counted."),
  quiet: duration(seconds(1), seconds(86_400))
    .prefault("5m")
    .describe("It is quiet once it has not changed for so long; how it stands then is told."),
});

const heartbeat = z.strictObject({
  url: parsed(parseWebhookUrl, "a URL in quotes").optional().describe("Where the sign of life is posted to."),
  url_file: path().optional().describe("File with that URL, where it contains a secret. Instead of `url`."),
  interval: duration(seconds(1), seconds(86_400)).prefault("1m").describe("How often."),
  timeout: duration(seconds(0.1), seconds(120)).prefault("10s").describe("How long one attempt may take."),
  tls: tls.prefault({}).describe("How a receiver with https is trusted, and trusts."),
});

/** Who is told. */
export const alertsSection = z.strictObject({
  external_labels: z
    .record(labelName, text(200), {
      error: ({ input }) => (Array.isArray(input) ? "must be a group of keys, not a list" : "must be a group of keys"),
    })
    .default({})
    .describe("Labels added to every alert, such as {site: ams1}."),
  external_url: parsed(parseWebhookUrl, "a URL in quotes")
    .nullable()
    .prefault(null)
    .describe("Where people reach this agent's page; http://HOSTNAME:PORT of `web.listen` where it is not given."),
  runbook_url: parsed(parseWebhookUrl, "a URL in quotes")
    .nullable()
    .prefault(null)
    .describe(
      "Where the pages of docs/conditions/ are served, such as your wiki; the condition's name and .md are added. The agent serves them itself, under external_url, where this is not given.",
    ),
  group_wait: duration(seconds(0), seconds(3_600))
    .prefault("1s")
    .describe("How long to wait for related alerts (of the same segment or sync group) before the first delivery."),
  group_interval: duration(seconds(0), seconds(3_600))
    .prefault("10s")
    .describe("Shortest time between two notifications of one group. Only the first critical alert of a group does not wait for it."),
  repeat_interval: duration(seconds(60), seconds(30 * 86_400))
    .prefault("4h")
    .describe("How often an alert that still fires is sent again."),
  resend_interval: duration(seconds(5), seconds(3_600))
    .prefault("1m")
    .describe("How often `alertmanager-api` receivers are told what fires; they forget it after four times that."),
  master_changes: flag().default(false).describe("Whether changes of master are sent, with severity info."),
  damping: damping.prefault({}).describe("What comes and goes all the time is not told every time."),
  spool: spool.prefault({}).describe("What waits for a receiver on the disk."),
  heartbeat: heartbeat
    .nullable()
    .prefault(null)
    .describe("A sign of life for a dead-man's switch, sent only while the agent really captures and judges."),
  receivers: listOf(receiver, { min: 0, max: 64 })
    .prefault([])
    .describe("Webhooks.")
    .meta({
      examples: [[{ name: "oncall", url: "https://example.net/hook", format: "alertmanager", severities: ["critical", "warning"] }]],
    }),
});
