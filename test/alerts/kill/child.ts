/**
 * An agent's alerts without an agent: the real center, lanes, spool and HTTP client. What holds comes from standard input.
 * Arguments: the directory of the alerts, and the URL of each receiver. IMPATIENT=1: what waits for 5 s or more waits for half a second.
 */
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { AlertCenter } from "../../../src/alerts/center.ts";
import type { RouterFacts } from "../../../src/alerts/describe.ts";
import { alertmanager } from "../../../src/alerts/formats/alertmanager.ts";
import type { Format } from "../../../src/alerts/formats/format.ts";
import { Webhook } from "../../../src/alerts/webhook.ts";
import { WebhookLane } from "../../../src/alerts/webhook-lane.ts";
import type { Severity, VirtualRouterId } from "../../../src/core/events.ts";
import { type Clock, systemClock } from "../../../src/lib/clock.ts";
import { millis, seconds, since } from "../../../src/lib/time.ts";
import { receiver } from "../lifecycle/feed.ts";
import { type Answer, type Order, type ReceiverName, type Report, receiverNames, type Truth } from "./protocol.ts";

const [directory = "", ...urls] = process.argv.slice(2);
/** A disk that refused is tried again after 10 s and 30 s. */
const impatientClock: Clock = {
  ...systemClock,
  after: (delay, action) => systemClock.after(delay < seconds(5) ? delay : millis(500), action),
};
const clock = process.env["IMPATIENT"] === "1" ? impatientClock : systemClock;
const truths = new Map<number, Truth>();
let settled = false;

const answer = (said: Answer): void => void process.stdout.write(`${JSON.stringify(said)}\n`);
/** Written before it returns: what is logged before a kill is in the file. */
const write =
  (level: string) =>
  (fields: Readonly<Record<string, unknown>>, message: string): void =>
    void writeSync(2, `${JSON.stringify({ level, message, ...fields })}\n`);
const log = { info: write("info"), warn: write("warn"), error: write("error") };

/** As PagerDuty's: one alert a request. */
const single: Format = { perAlert: true, body: ({ alerts: [alert] }) => ({ alert }) };
const formats: Readonly<Record<ReceiverName, Format>> = { lists: alertmanager, singles: single };

const lanes = receiverNames.map((name, i) => {
  const format = formats[name];
  const context = { externalUrl: "", agent: { host: "lb1", version: "0.0.0" } };
  const webhook = new Webhook({ url: urls[i] ?? "", timeout: millis(100) }, { format, context, clock, environment: {} });
  const limits = { maxCount: 1_000, maxBytes: 16_777_216, maxAge: seconds(86_400), maxDead: 100 };
  return new WebhookLane(
    receiver(name, { perAlert: format.perAlert }),
    { format: name, directory, ...limits },
    // Pauses as short as they get: 20 ms and doubling.
    { webhook, clock, log, random: () => 0.02 },
  );
});

/** Three virtual routers share a segment, and with it their notifications. */
const segmentOf = ({ vrid }: VirtualRouterId): string => `segment-${Math.floor(vrid / 3)}`;
const severityOf = (vrid: number): Severity => (vrid % 2 === 0 ? "critical" : "warning");
const routerOf = (vrid: number): VirtualRouterId => ({ interface: "eth0", family: "ipv4", vrid });

function factsOf(router: VirtualRouterId): RouterFacts {
  const truth = truths.get(router.vrid);
  const unsure = settled ? false : null;
  return {
    segment: segmentOf(router),
    name: null,
    addresses: [],
    master: null,
    active: null,
    holds: truth?.holds === true ? true : unsure,
    incident: null,
  };
}

const center = new AlertCenter(
  {
    groupWait: millis(20),
    groupInterval: millis(50),
    repeatInterval: seconds(14_400),
    damping: { changes: 100_000, window: seconds(600), quiet: seconds(300) },
    externalLabels: {},
    masterChanges: false,
    runbookUrl: null,
    host: "lb1",
    directory,
  },
  {
    clock,
    log,
    lanes,
    describeRouter: (router) => ({ segment: segmentOf(router), name: null }),
    joined: () => new Map(),
    isSilenced: () => false,
    look: () => factsOf,
  },
);

function tell({ vrid, holds, episode }: Truth): void {
  center.event({
    ...(holds ? { kind: "condition_raised" } : { kind: "condition_cleared", resolved: true }),
    at: clock.now(),
    wall: clock.wall(),
    router: routerOf(vrid),
    condition: "split_brain",
    severity: severityOf(vrid),
    // As for an agent that has just begun to listen: when it really began is in the state only.
    since: clock.wall(),
    cause: null,
    summary: `VRID ${vrid} has 2 masters`,
    evidence: { episode },
    inhibitedBy: null,
  });
}

async function start(truth: readonly Truth[], settleMs: number): Promise<void> {
  const began = clock.now();
  for (const each of truth) truths.set(each.vrid, each);
  settled = settleMs === 0;
  await center.start();
  answer({ kind: "started" });
  for (const each of truths.values()) if (each.holds) tell(each);
  clock.after(millis(Math.max(0, settleMs - since(clock.now(), began) / 1_000)), () => {
    settled = true;
  });
}

function change(truth: Truth): void {
  truths.set(truth.vrid, truth);
  tell(truth);
}

async function report(): Promise<Report> {
  const { receivers, storeFailures, firing } = center.view(null);
  const { durable, problem } = (await center.list()) as Pick<Report, "durable" | "problem">;
  return {
    queueLengths: receivers.map(({ queueLength }) => queueLength),
    dead: receivers.reduce((sum, { dead }) => sum + dead, 0),
    lost: receivers.reduce((sum, { outcomes }) => sum + outcomes.dropped + outcomes.expired, 0),
    storeFailures,
    firing: firing.critical + firing.warning + firing.info,
    durable,
    problem,
  };
}

let starting: Promise<void> = Promise.resolve();

async function obey(order: Order): Promise<void> {
  if (order.kind === "start") starting = start(order.truth, order.settleMs);
  await starting;
  if (order.kind === "change") change(order.truth);
  if (order.kind === "report") answer({ kind: "report", report: await report() });
  if (order.kind === "stop") {
    await center.stop();
    process.exit(0);
  }
}

createInterface({ input: process.stdin })
  .on("line", (line) => void obey(JSON.parse(line) as Order))
  // The parent is gone.
  .on("close", () => process.exit(0));
answer({ kind: "warm" });
