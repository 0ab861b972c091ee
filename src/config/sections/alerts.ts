import * as z from "zod";
import { severities } from "../../core/events.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { seconds } from "../../lib/time.ts";
import { duration, flag, listOf, oneOf, parsed, path, text } from "../fields.ts";

/** Labels that identify an alert; a user's label of the same name would make two alerts one. */
const reservedLabels = ["alertname", "severity", "segment", "vrid", "family", "vlan", "inner_vlan", "instance"];

const labelName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: "a label name has only letters, digits and _, and does not begin with a digit" })
  .refine((name) => !name.startsWith("__"), { error: "label names that begin with __ belong to Prometheus" })
  .refine((name) => !reservedLabels.includes(name), { error: `${reservedLabels.join(", ")} are set by vrrpwatch itself` });

/** Only the shape is checked. Messages never repeat the URL: many receivers put their secret into it. */
function parseWebhookUrl(value: string): Result<string, string> {
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return err("must be a complete URL, such as https://example.net/hook");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return err("must be an http:// or https:// URL");
  if (url.username !== "" || url.password !== "") return err("must not contain a user name or password: use secret_file");
  return ok(value);
}

const receiver = z.strictObject({
  name: text(60).describe("Name of the receiver, unique; a label of the delivery metrics."),
  url: parsed(parseWebhookUrl, "a URL in quotes").describe("Where alerts are posted to."),
  format: oneOf(["alertmanager", "alertmanager-api", "pagerduty", "slack", "teams", "discord", "oneuptime", "raw", "template"])
    .default("alertmanager")
    .describe("The shape of the body."),
  send_resolved: flag().default(true).describe("Whether to tell when an alert ends."),
  secret_file: path()
    .nullable()
    .default(null)
    .describe("File with the secret that signs deliveries (Standard Webhooks). Secrets never stand in this file."),
  severities: listOf(oneOf(severities), { min: 1, max: severities.length })
    .default(["critical", "warning"])
    .describe("Which severities it receives."),
});

/** Who is told. */
export const alertsSection = z.strictObject({
  external_labels: z
    .record(labelName, text(200), {
      error: ({ input }) => (Array.isArray(input) ? "must be a group of keys, not a list" : "must be a group of keys"),
    })
    .default({})
    .describe("Labels added to every alert, such as {site: ams1}."),
  group_wait: duration(seconds(0), seconds(3_600))
    .prefault("1s")
    .describe("How long to wait for related alerts before the first delivery."),
  repeat_interval: duration(seconds(60), seconds(30 * 86_400))
    .prefault("4h")
    .describe("How often an alert that still fires is sent again."),
  receivers: listOf(receiver, { min: 0, max: 64 })
    .prefault([])
    .describe("Webhooks.")
    .meta({
      examples: [[{ name: "oncall", url: "https://example.net/hook", format: "alertmanager", severities: ["critical", "warning"] }]],
    }),
});
