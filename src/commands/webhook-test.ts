import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type Receiver, ruleOf } from "../agent/receivers.ts";
import { runbooksOf } from "../agent/runbooks.ts";
import type { Labels, Notification } from "../alerts/alert.ts";
import type { Subject } from "../alerts/identity.ts";
import { type ReceiverRule, wants } from "../alerts/lifecycle/receiver-rule.ts";
import type { Attempt, Outcome } from "../alerts/outcome.ts";
import type { ShownRequest } from "../alerts/webhook/poster.ts";
import { formatProblem } from "../config/problems.ts";
import { defaultConfigPath, readConfig } from "../config/resolve.ts";
import type { Config } from "../config/schema.ts";
import type { Severity } from "../core/events.ts";
import { systemClock } from "../lib/clock.ts";
import { formatDuration } from "../lib/duration.ts";
import { nearest } from "../lib/nearest.ts";
import { err, ok, type Result } from "../lib/result.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { printable } from "./silence-text.ts";
import { speaksHttps } from "./speaks-https.ts";
import { exampleNotification, exampleSubjects } from "./webhook-example.ts";

export interface WebhookTestOptions {
  readonly receiver: string;
  readonly condition?: string;
  readonly resolved?: boolean;
  readonly dryRun?: boolean;
  readonly config?: string;
}

/** Who sends, as far as it is needed here. */
export interface WebhookSender {
  readonly attempt: Attempt;
  /** The error says which setting cannot be used. */
  request(notification: Notification): Promise<Result<ShownRequest, string>>;
  close(): Promise<void>;
}

/** @returns who sends to this receiver: one, or one for each Alertmanager */
export type OpenWebhook = (receiver: Receiver, config: Config) => Promise<readonly WebhookSender[]>;

/** Sends an example notification to one receiver, or prints what would be sent. The agent is not asked, and need not run. */
export async function webhookTest(options: WebhookTestOptions, io: Io, open: OpenWebhook): Promise<number> {
  const plan = await planOf(options);
  if (!plan.ok) return fail(plan.error, ExitStatus.usage, io);
  const { receiver, config, notification } = plan.value;
  const senders = await open(receiver, config);
  try {
    for (const [index, sender] of senders.entries()) {
      const name = `${printable(receiver.name)}${senders.length > 1 ? ` (${index + 1} of ${senders.length})` : ""}`;
      if (options.dryRun === true) {
        const request = await sender.request(notification);
        if (!request.ok) return fail(request.error, ExitStatus.usage, io);
        await io.out(requestText(request.value));
        continue;
      }
      // Ctrl-C ends the whole process.
      const outcome = await sender.attempt(notification, new AbortController().signal);
      if (outcome.kind !== "delivered") return fail(failureText(outcome), ExitStatus.notDelivered, io);
      await io.out(`${name}: delivered\n`);
    }
  } finally {
    for (const sender of senders) await sender.close();
  }
  const why = unwantedBecause(plan.value);
  if (why !== null) io.err(`${PREFIX}: the agent itself would not tell ${printable(receiver.name)} of this: ${why}\n`);
  return ExitStatus.done;
}

const PREFIX = "vrrpwatch webhook test";

function fail(message: string, status: ExitStatus, io: Io): ExitStatus {
  io.err(`${PREFIX}: ${message}\n`);
  return status;
}

interface Plan {
  readonly config: Config;
  readonly receiver: Receiver;
  readonly subject: Subject;
  readonly notification: Notification;
}

/** The error is wrong usage or configuration. */
async function planOf({
  receiver: name,
  condition = "split_brain",
  resolved = false,
  config: file,
}: WebhookTestOptions): Promise<Result<Plan, string>> {
  const subject = subjectOf(condition);
  if (!subject.ok) return subject;
  if (resolved && subject.value === "master_changed") return err("--resolved: a change of master has no end to be told of");
  const read = await readConfig(file);
  if (!read.ok) return err(["the configuration cannot be used", ...read.error.map(formatProblem)].join("\n"));
  const { config } = read.value;
  const receiver = receiverOf(config, name, read.value.file);
  if (!receiver.ok) return receiver;
  if (subject.value === "master_changed" && !ruleOf(receiver.value).takesMoments)
    return err(
      `${printable(name)} is never told of a change of master: that has no end, and ${receiver.value.format} would keep it open; try a condition`,
    );
  const { external_labels: externalLabels } = config.alerts;
  const notification = exampleNotification({
    subject: subject.value,
    severity: severityOf(subject.value, config),
    resolved,
    receiver: name,
    externalLabels,
    runbookUrl: runbooksOf(config, await speaksHttps(config)),
    host: hostname(),
    id: `test-${randomUUID()}`,
    wall: systemClock.wall(),
  });
  return ok({ config, receiver: receiver.value, subject: subject.value, notification });
}

function subjectOf(condition: string): Result<Subject, string> {
  const subject = exampleSubjects.find((known) => known === condition);
  if (subject !== undefined) return ok(subject);
  const meant = nearest(condition, exampleSubjects);
  const help = meant === null ? `known are ${exampleSubjects.join(", ")}` : `did you mean ${meant}?`;
  return err(`there is no condition ${quoted(condition)}: ${help}`);
}

function receiverOf({ alerts: { receivers } }: Config, name: string, file: string | null): Result<Receiver, string> {
  const receiver = receivers.find((known) => known.name === name);
  if (receiver !== undefined) return ok(receiver);
  if (file === null) return err(`there is no ${defaultConfigPath}, and so no receiver: say with --config where the configuration is`);
  const known = receivers.length === 0 ? "it has none" : `known are ${receivers.map((each) => printable(each.name)).join(", ")}`;
  return err(`there is no receiver ${quoted(name)} in alerts.receivers of ${file}: ${known}`);
}

/** What a user typed. */
const quoted = (text: string): string => `"${printable(text.slice(0, 60))}"`;

const severityOf = (subject: Subject, { conditions }: Config): Severity =>
  subject === "master_changed" ? "info" : conditions[subject].severity;

const requestText = ({ method, url, headers, body }: ShownRequest): string =>
  [printable(`${method} ${url}`), ...Object.entries(headers).map(([name, value]) => printable(`${name}: ${value}`)), "", body, ""].join(
    "\n",
  );

function failureText(outcome: Exclude<Outcome, { kind: "delivered" }>): string {
  const why = printable(outcome.why);
  if (outcome.kind === "rejected") return `refused: ${why}`;
  const wait = outcome.retryAfter === null ? "" : `, not before ${formatDuration(outcome.retryAfter)} have passed`;
  return `not delivered: ${why}; the agent would try again${wait}`;
}

/** Whoever waits for a real alert after a test that arrived shall not wait in vain. null: it would be told. */
function unwantedBecause({ receiver, subject, notification }: Plan): string | null {
  const rule = ruleOf(receiver);
  for (const { labels, status } of notification.alerts) {
    if (!wants(rule, { labels, subject })) return whyUnwanted(rule, labels);
    if (status === "resolved" && !rule.sendResolved) return "send_resolved is false";
  }
  return null;
}

function whyUnwanted({ severities, matchers }: ReceiverRule, labels: Labels): string {
  if (!severities.some((severity) => severity === labels["severity"])) return `its severities are ${severities.join(", ")}`;
  return `its matchers do not fit the labels of the example: ${matchers.map(({ text }) => printable(text)).join(", ")}`;
}
