/** The alerts of an agent as `src/agent/alerts.ts` puts them together, with one receiver in a process of its own, on CPU 0. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const script = join(dirname(fileURLToPath(import.meta.url)), "receiver.mjs");

/** Starts the receiver; `posts` grows with what it is sent, `next()` waits for the one after. */
export async function startReceiver(port = 0) {
  const child = spawn("taskset", ["-c", "0", process.execPath, script, String(port)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [listening] = await once(child, "message");
  const posts = [];
  let wake = () => {};
  child.on("message", (post) => {
    posts.push(post);
    wake(post);
  });
  const next = () =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const stop = async () => {
    child.disconnect();
    await once(child, "exit");
  };
  return { port: listening.port, posts, next, stop };
}

/** Settings of config.example.yaml; times in microseconds. */
const defaults = { groupWait: 1e6, groupInterval: 10e6, repeatInterval: 14_400e6, damping: { changes: 6, window: 600e6, quiet: 300e6 } };
const limits = { maxCount: 1_000, maxBytes: 16_777_216, maxAge: 3 * 86_400e6, maxDead: 100 };

/**
 * @param compiled folder of the compiled program @param directory for spool and state, on a real disk
 * @param port of the receiver @param clock the system's where none is given
 * @param busy is told, where given, of each step on the disk and each attempt that begins (1) or ends (-1)
 */
export async function openStation({ compiled, directory, port, clock, timing = {}, busy = () => {} }) {
  const load = (name) => import(join(compiled, name));
  const { systemClock } = await load("lib/clock.js");
  const { AlertCenter } = await load("alerts/center.js");
  const { WebhookLane } = await load("alerts/webhook-lane.js");
  const { Webhook } = await load("alerts/webhook.js");
  const { formats } = await load("alerts/formats/index.js");
  const { nodeSteps } = await load("lib/durable-file.js");
  const { routerKey } = await load("core/router-key.js");
  mkdirSync(directory, { recursive: true });

  const time = clock ?? systemClock;
  const complaints = [];
  const complain = (fields, message) => complaints.push(`${message}: ${JSON.stringify(fields)}`);
  const log = { info() {}, warn: complain, error: complain };
  const rule = {
    name: "oncall",
    severities: ["critical", "warning"],
    matchers: [],
    sendResolved: true,
    maxAlerts: 300,
    damps: true,
    takesMoments: true,
    perAlert: false,
  };
  const context = { externalUrl: "", agent: { host: "lb1", version: "0.0.0" } };
  const options = { url: `http://127.0.0.1:${port}/hook`, timeout: 10e6 };
  const webhook = new Webhook(options, { format: formats.alertmanager, context, clock: time, environment: {} });
  const steps = Object.fromEntries(Object.entries(nodeSteps).map(([name, step]) => [name, counted(step, busy)]));
  const counting = { attempt: counted(webhook.attempt, busy), close: () => webhook.close() };
  const lane = new WebhookLane(rule, { format: "alertmanager", directory, ...limits }, { webhook: counting, clock: time, log, steps });
  let notifications = 0;
  const take = lane.take.bind(lane);
  lane.take = (notification) => {
    notifications += 1;
    return take(notification);
  };
  const active = new Map();
  const center = new AlertCenter(
    { ...defaults, ...timing, externalLabels: { site: "ams1" }, masterChanges: false, runbookUrl: null, host: "lb1", directory },
    {
      clock: time,
      log,
      lanes: [lane],
      describeRouter: ({ interface: segment, vrid }) => ({ segment, name: `VI_${vrid}` }),
      joined: () => new Map(),
      isSilenced: () => false,
      look: () => {
        const known = new Map(active); // as the agent does with its snapshot
        return (router) => factsOf(router, known.get(routerKey(router)) ?? null);
      },
    },
  );
  await center.start();

  /** A condition of a virtual router begins or ends now. The segment is the interface's name. */
  const event = (kind, segment, vrid) => {
    const router = { interface: segment, family: "ipv4", vrid };
    const wall = time.wall();
    const facts = noMaster(vrid);
    if (kind === "condition_raised") active.set(routerKey(router), facts);
    else active.delete(routerKey(router));
    const more = { severity: "critical", condition: "no_master", since: wall, inhibitedBy: null, resolved: true };
    center.event({ kind, at: time.now(), wall, router, ...more, ...facts });
  };
  return {
    center,
    lane,
    complaints,
    get notifications() {
      return notifications;
    },
    raise: (segment, vrid) => event("condition_raised", segment, vrid),
    clear: (segment, vrid) => event("condition_cleared", segment, vrid),
  };
}

const counted =
  (work, busy) =>
  async (...args) => {
    busy(1);
    try {
      return await work(...args);
    } finally {
      busy(-1);
    }
  };

const noMaster = (vrid) => ({
  summary: `no master: 192.0.2.11 fell silent and nobody took over within 3.629 s (VRID ${vrid})`,
  cause: "silent",
  evidence: {
    last_master: "192.0.2.11",
    last_master_lost_by: "no_response",
    last_advert_at: "2026-01-01T00:00:00Z",
    silent_seconds: 3.629,
  },
});

const factsOf = ({ interface: segment, vrid }, active) => ({
  segment,
  name: `VI_${vrid}`,
  addresses: [`198.51.100.${vrid}`],
  master: null,
  active,
  holds: active !== null,
  incident: { id: "20260101T000005Z-abcdef", folder: "/var/lib/vrrpwatch/incidents/20260101T000005Z-abcdef" },
});
