import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { Alert, Notification } from "../../src/alerts/alert.ts";
import { AlertCenter, type CenterOptions } from "../../src/alerts/center.ts";
import type { RouterFacts } from "../../src/alerts/describe.ts";
import type { StoredState } from "../../src/alerts/lifecycle/state.ts";
import type { ReceiverLane } from "../../src/alerts/receiver-lane.ts";
import type { Event, Severity, VirtualRouterId } from "../../src/core/events.ts";
import { seconds } from "../../src/lib/time.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { waitFor } from "../lab/framework/wait.ts";
import { receiver } from "./lifecycle/feed.ts";

const folder = mkdtempSync(path.join(tmpdir(), "vrrpwatch-center-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const router: VirtualRouterId = { interface: "eth0", family: "ipv4", vrid: 51 };
const zero = { delivered: 0, retried: 0, rejected: 0, expired: 0, dropped: 0 };

class FakeLane implements ReceiverLane {
  readonly rule: ReceiverLane["rule"];
  readonly repeats: boolean;
  readonly taken: Notification[] = [];
  readonly resumed: Alert[] = [];
  readonly storeProblem = null;
  readonly storeFailures = 2;
  knows: readonly number[] | null = null;

  constructor(rule: ReceiverLane["rule"], repeats = false) {
    this.rule = rule;
    this.repeats = repeats;
  }

  async start(told: ReadonlyMap<string, number>): Promise<void> {
    this.knows = [...told.values()];
  }
  async take(notification: Notification): Promise<void> {
    this.taken.push(notification);
  }
  resume(alerts: readonly Alert[]): void {
    this.resumed.push(...alerts);
  }
  async stop(): Promise<void> {}
  view(): ReturnType<ReceiverLane["view"]> {
    const durations = { buckets: [], sum: 0, count: 0 };
    return {
      name: this.rule.name,
      format: "raw",
      outcomes: zero,
      queueLength: 0,
      oldestQueued: null,
      dead: 0,
      truncatedAlerts: 0,
      durations,
      problem: null,
    };
  }
  list(): ReturnType<ReceiverLane["list"]> {
    return { waiting: [{ id: this.rule.name }], dead: [] };
  }
  async retry(id: string): ReturnType<ReceiverLane["retry"]> {
    return id === this.rule.name ? "done" : "unknown";
  }
  async drop(): ReturnType<ReceiverLane["drop"]> {
    return "unknown";
  }
}

interface World {
  holds: boolean | null;
  active: RouterFacts["active"];
}

function setUp(name: string, lanes: readonly FakeLane[] = [new FakeLane(receiver("a"))], more: Partial<CenterOptions> = {}) {
  const clock = new FakeClock();
  const world: World = { holds: true, active: null };
  const note = (): void => {};
  const center = new AlertCenter(
    {
      groupWait: seconds(1),
      groupInterval: seconds(10),
      repeatInterval: seconds(14_400),
      damping: { changes: 6, window: seconds(600), quiet: seconds(300) },
      externalLabels: { site: "ams1" },
      masterChanges: false,
      runbookUrl: "https://wiki.example/vrrp/",
      host: "lb2",
      directory: path.join(folder, name),
      ...more,
    },
    {
      clock,
      log: { info: note, warn: note, error: note },
      lanes,
      describeRouter: () => ({ segment: "dc1-front", name: "web" }),
      joined: () => new Map(),
      isSilenced: () => false,
      look: () => () => ({
        segment: "dc1-front",
        name: "web",
        addresses: ["192.0.2.100"],
        master: "192.0.2.1",
        active: world.active,
        holds: world.holds,
        incident: { id: "20260101T000005Z-abcdef", folder: "/var/lib/vrrpwatch/incidents/20260101T000005Z-abcdef" },
      }),
    },
  );
  const event = (kind: "condition_raised" | "condition_cleared", of: { readonly severity?: Severity; readonly vrid?: number } = {}): void =>
    center.event({
      kind,
      at: clock.now(),
      wall: clock.wall(),
      router: { ...router, vrid: of.vrid ?? router.vrid },
      condition: "split_brain",
      severity: of.severity ?? "critical",
      since: clock.wall(),
      cause: "unknown",
      summary: "VRID 51 (IPv4) has 2 masters",
      evidence: { does_not_yield: "192.0.2.2" },
      inhibitedBy: null,
      ...(kind === "condition_cleared" && { resolved: true }),
    } as Event);
  const lane = lanes[0] as FakeLane;
  /** Time stands still at the end, while the disk, which is a real one, does what it was asked for. */
  const runUntilTold = (ms: number, notifications: number): Promise<boolean> =>
    waitFor(
      `${notifications} notifications`,
      () => {
        clock.runTo(ms);
        return lane.taken.length === notifications;
      },
      { within: 10_000, every: 1 },
    );
  return { clock, center, world, event, lane, runUntilTold };
}

test("an alert says who, where, why and what to do, with what is known when it is sent", async () => {
  const { clock, center, world, event, lane, runUntilTold } = setUp("text");
  await center.start();
  clock.runTo(5_000);
  event("condition_raised");
  world.active = {
    summary: "VRID 51 has 2 masters, because this host drops adverts",
    cause: "local_receive_blocked",
    evidence: { answered: 0 },
  };
  await runUntilTold(6_000, 1);
  const [notification] = lane.taken;
  const [alert] = notification?.alerts ?? [];
  assert.deepEqual(alert?.labels, {
    alertname: "VRRPSplitBrain",
    family: "ipv4",
    segment: "dc1-front",
    severity: "critical",
    site: "ams1",
    vrid: "51",
  });
  assert.ok((alert?.annotations.summary.length ?? 999) <= 120);
  assert.match(alert?.annotations.summary ?? "", /^Split brain: VRID 51 \(web\) on dc1-front: local receive blocked$/);
  assert.match(alert?.annotations.description ?? "", /nft insert rule inet filter input ip protocol 112 accept/);
  assert.equal(alert?.annotations.runbook_url, "https://wiki.example/vrrp/split_brain.md");
  assert.equal(alert?.annotations.incident, "20260101T000005Z-abcdef");
  assert.equal(alert?.vrrp.cause, "local_receive_blocked");
  assert.deepEqual(alert?.vrrp.virtual_router.addresses, ["192.0.2.100"]);
  assert.equal(alert?.starts_at, "2026-01-01T00:00:05.000000Z");
  assert.equal(notification?.group_key, '{}:{segment="dc1-front"}');
  await center.stop();
});

test("a restart resends nothing, takes up who is told again and again, and tells what ended meanwhile", async () => {
  const lanes = (): [FakeLane, FakeLane] => [new FakeLane(receiver("a")), new FakeLane(receiver("am", { damps: false }), true)];
  const first = setUp("restart", lanes());
  await first.center.start();
  first.event("condition_raised");
  await first.runUntilTold(1_000, 1);
  await first.center.stop();
  const [webhook, alertmanager] = lanes();
  const second = setUp("restart", [webhook, alertmanager]);
  second.world.holds = null;
  await second.center.start();
  assert.deepEqual(
    [first.lane.knows, webhook.knows],
    [[], first.lane.taken.flatMap(({ alerts }) => alerts.map(({ sequence }) => sequence))],
    "a lane starts with what its receiver has been told",
  );
  assert.deepEqual(
    alertmanager.resumed.map(({ labels, status }) => `${status} ${labels["alertname"]}`),
    ["firing VRRPSplitBrain"],
  );
  second.clock.runTo(60_000);
  assert.equal(webhook.taken.length, 0);
  second.world.holds = false;
  await second.runUntilTold(63_000, 1);
  assert.deepEqual(
    webhook.taken.map(({ alerts }) => alerts.map(({ status, starts_at }) => `${status} ${starts_at}`)),
    [["resolved 2026-01-01T00:00:00.000000Z"]],
  );
  assert.match(
    webhook.taken[0]?.alerts[0]?.annotations.summary ?? "",
    /^Resolved after 1 min 1 s: Split brain: VRID 51 \(web\) on dc1-front/,
  );
  await second.center.stop();
});

test("changes of master are sent where they are wanted, and the first one never", async () => {
  for (const masterChanges of [true, false]) {
    const lane = new FakeLane(receiver("a", { severities: ["info"] }));
    const { center, clock, runUntilTold } = setUp(`changes-${masterChanges}`, [lane], { masterChanges });
    await center.start();
    for (const reason of ["initial", "preempted"] as const)
      center.event({
        kind: "master_changed",
        at: clock.now(),
        wall: clock.wall(),
        router,
        from: "192.0.2.2",
        to: "192.0.2.1",
        reason,
        gap: null,
        inevitable: null,
      });
    await runUntilTold(5_000, masterChanges ? 1 : 0);
    const summaries = lane.taken.flatMap(({ alerts }) => alerts.map(({ annotations }) => annotations.summary));
    assert.deepEqual(summaries, masterChanges ? ["Master changed: VRID 51 (web) on dc1-front: 192.0.2.1 after 192.0.2.2, preempted"] : []);
    await center.stop();
  }
});

test("commands reach the receiver that has the delivery, and lists and views have them all", async () => {
  const { center, event, clock } = setUp("commands", [new FakeLane(receiver("a")), new FakeLane(receiver("b"))]);
  await center.start();
  event("condition_raised");
  clock.runTo(2_000);
  assert.equal(await center.retry("b"), "done");
  assert.equal(await center.retry("c"), "unknown");
  assert.equal(await center.drop("b"), "unknown");
  const { firing, waiting } = (await center.list()) as { firing: { alertname: string }[]; waiting: { id: string }[] };
  assert.deepEqual([firing.map(({ alertname }) => alertname), waiting.map(({ id }) => id)], [["VRRPSplitBrain"], ["a", "b"]]);
  const view = center.view(null);
  assert.deepEqual(view.firing, { critical: 1, warning: 0, info: 0 });
  assert.equal(view.storeFailures, 4);
  await center.stop();
});

test("the list says how each receiver is doing, also where nothing waits for it", async () => {
  class DeafLane extends FakeLane {
    override view(): ReturnType<ReceiverLane["view"]> {
      return { ...super.view(), format: "alertmanager-api", problem: "nobody listens there", queueLength: 2, dead: 1 };
    }
  }
  const { center } = setUp("receivers", [new FakeLane(receiver("a")), new DeafLane(receiver("am"))]);
  const { receivers } = (await center.list()) as { receivers: object[] };
  assert.deepEqual(receivers, [
    { name: "a", format: "raw", problem: null, waiting: 0, dead: 0 },
    { name: "am", format: "alertmanager-api", problem: "nobody listens there", waiting: 2, dead: 1 },
  ]);
});

test("of many alerts and deliveries the first thousand are listed, the most severe alerts first, and the rest is counted", async () => {
  class FullLane extends FakeLane {
    override list(): ReturnType<ReceiverLane["list"]> {
      const many = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));
      return { waiting: many(600), dead: many(500) };
    }
  }
  const { center, event } = setUp("many", [new FullLane(receiver("a")), new FullLane(receiver("b"))]);
  for (let vrid = 1; vrid <= 1_001; vrid += 1) event("condition_raised", { severity: "warning", vrid });
  event("condition_raised", { vrid: 2_000 });
  const listed = (await center.list()) as { firing: { severity: string }[]; waiting: object[]; dead: object[]; more: object };
  assert.deepEqual([listed.firing.length, listed.waiting.length, listed.dead.length], [1_000, 1_000, 1_000]);
  assert.deepEqual(listed.more, { firing: 2, waiting: 200, dead: 0 });
  assert.equal(listed.firing[0]?.severity, "critical");
  await center.stop();
});

test("nobody is told of anything before the state on the disk has it, so that an agent that is killed knows whom it owes the end", async () => {
  const stateOf = (name: string): string => readFileSync(path.join(folder, name, "state.json"), "utf8");
  const seen: string[] = [];
  class WatchingLane extends FakeLane {
    override async take(notification: Notification): Promise<void> {
      seen.push(stateOf("before"));
      await super.take(notification);
    }
  }
  const { center, event, runUntilTold } = setUp("before", [new WatchingLane(receiver("a"))], { groupInterval: seconds(0) });
  await center.start();
  event("condition_raised");
  await runUntilTold(1_000, 1);
  // While the store rests from the write after the first notification.
  event("condition_cleared");
  await runUntilTold(2_000, 2);
  const sequences = seen.map((text) => (JSON.parse(text) as StoredState).alerts.map(({ sequence }) => sequence % 2));
  assert.deepEqual(sequences, [[1], [0]]);
  await center.stop();
});

test("what ended while the agent was down is in the state before anybody is told so", async () => {
  const first = setUp("ended");
  await first.center.start();
  first.event("condition_raised");
  await first.runUntilTold(1_000, 1);
  await first.center.stop();
  const stored: StoredState[] = [];
  class WatchingLane extends FakeLane {
    override async take(notification: Notification): Promise<void> {
      stored.push(JSON.parse(readFileSync(path.join(folder, "ended", "state.json"), "utf8")) as StoredState);
      await super.take(notification);
    }
  }
  const second = setUp("ended", [new WatchingLane(receiver("a"))], { groupInterval: seconds(0) });
  second.world.holds = false;
  await second.center.start();
  await second.runUntilTold(1_000, 1);
  assert.deepEqual(
    stored.map(({ alerts }) => alerts.map(({ ends_at }) => ends_at !== null)),
    [[true]],
  );
  await second.center.stop();
});

test("a disk that does not answer at the start keeps nobody from being told of what begins", async () => {
  const lane = new FakeLane(receiver("a"));
  lane.start = () => new Promise(() => {});
  const { center, clock, event } = setUp("hung", [lane]);
  const started = center.start();
  const isOver = started.then(() => true);
  // The file of the state is not there, so only the lane hangs; real time passes until it is waited for.
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  clock.runTo(2_000);
  assert.equal(await isOver, true);
  event("condition_raised");
  clock.runTo(4_000);
  for (let turn = 0; turn < 100 && lane.taken.length === 0; turn++) await new Promise((resolve) => setImmediate(resolve));
  clock.runTo(5_000);
  for (let turn = 0; turn < 1_000 && lane.taken.length === 0; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(lane.taken.length, 1);
  await center.stop();
});
