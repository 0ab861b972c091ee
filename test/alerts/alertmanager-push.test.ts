import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert, Notification } from "../../src/alerts/alert.ts";
import { AlertmanagerPush, endsAt } from "../../src/alerts/alertmanager-push.ts";
import type { Outcome } from "../../src/alerts/outcome.ts";
import { seconds, wallTime } from "../../src/lib/time.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { alertOf, notificationOf } from "./example.ts";

/** An Alertmanager that answers as it is told, and what it was sent. */
function start(answers: Outcome[] = []): {
  readonly clock: FakeClock;
  readonly push: AlertmanagerPush;
  readonly requests: { readonly at: number; readonly alerts: readonly Alert[]; readonly ends: readonly string[] }[];
  to(ms: number): Promise<void>;
} {
  const clock = new FakeClock();
  const requests: { at: number; alerts: readonly Alert[]; ends: readonly string[] }[] = [];
  const push: AlertmanagerPush = new AlertmanagerPush(
    { resendInterval: seconds(60) },
    {
      clock,
      random: () => 0.999,
      newId: () => "id",
      outcome: () => {},
      attempt: async ({ alerts }: Notification) => {
        requests.push({ at: clock.now() / 1e6, alerts, ends: alerts.map((alert) => endsAt(alert, clock.wall(), seconds(60))) });
        return answers.shift() ?? { kind: "delivered" };
      },
    },
  );
  return {
    clock,
    push,
    requests,
    async to(ms) {
      for (let at = Math.floor(clock.now() / 1e3); at <= ms; at += 500) {
        clock.runTo(at);
        // The attempt is over in a few turns of the loop.
        for (let turn = 0; turn < 4; turn++) await Promise.resolve();
      }
    },
  };
}

test("what fires is told at once and again every resend_interval, with an end that moves", async () => {
  const { push, requests, to } = start();
  push.take(notificationOf([alertOf()]));
  await to(130_000);
  assert.deepEqual(
    requests.map(({ at }) => at),
    [0, 60, 120],
  );
  assert.deepEqual(
    requests.map(({ ends }) => ends[0]),
    ["2026-01-01T00:04:00.000000Z", "2026-01-01T00:05:00.000000Z", "2026-01-01T00:06:00.000000Z"],
  );
});

const wall = wallTime(Date.UTC(2026, 0, 1) * 1_000);
const ends: ReadonlyArray<readonly [name: string, alert: Partial<Alert>, end: string]> = [
  ["while it fires", {}, "2026-01-01T00:04:00.000000Z"],
  [
    "while it fires and the clock was stepped back by two hours since it began",
    { starts_at: "2026-01-01T02:00:00.000000Z" },
    "2026-01-01T02:04:00.000000Z",
  ],
  ["once it is over", { status: "resolved", ends_at: "2026-01-01T00:00:09.000000Z" }, "2026-01-01T00:00:09.000000Z"],
  [
    "once it is over and the clock was stepped back since it began",
    { status: "resolved", starts_at: "2026-01-01T02:00:00.000000Z", ends_at: "2026-01-01T00:00:09.000000Z" },
    "2026-01-01T02:00:00.000000Z",
  ],
];
for (const [name, alert, end] of ends)
  test(`the end of an alert is not before it began: ${name}`, () => assert.equal(endsAt(alertOf(alert), wall, seconds(60)), end));

test("what is over is told with its end for a quarter of an hour, and then no more", async () => {
  const { push, requests, to } = start();
  push.take(notificationOf([alertOf()]));
  await to(10_000);
  push.take(notificationOf([alertOf({ status: "resolved", sequence: 12, ends_at: "2026-01-01T00:00:09.000000Z" })]));
  await to(2_000_000);
  const after = requests.slice(1);
  assert.ok(after.every(({ ends }) => ends[0] === "2026-01-01T00:00:09.000000Z"));
  assert.equal(after[0]?.at, 10);
  assert.equal(after.at(-1)?.at, 910);
  assert.equal(push.size, 0);
});

test("an older state does not take the place of a newer one", async () => {
  const { push, requests, to } = start();
  push.take(notificationOf([alertOf({ status: "resolved", sequence: 12, ends_at: "2026-01-01T00:00:09.000000Z" })]));
  push.take(notificationOf([alertOf({ sequence: 11 })]));
  await to(1_000);
  assert.equal(requests.at(-1)?.alerts[0]?.status, "resolved");
});

test("an Alertmanager that is away is tried again soon, and at least as often as it is told", async () => {
  const away: Outcome = { kind: "retry", why: "refused", retryAfter: null };
  const { push, requests, to } = start([away, away, away, away, away, away, away, away]);
  push.take(notificationOf([alertOf()]));
  await to(300_000);
  const times = requests.map(({ at }) => at);
  assert.ok((times[1] ?? 99) <= 2, `second attempt at ${times[1]}`);
  for (const [i, at] of times.entries()) assert.ok(i === 0 || at - (times[i - 1] ?? 0) <= 60.5, times.join(" "));
});

test("what nobody follows any more is not told on, and is not told to be over", async () => {
  const { push, requests, to } = start();
  push.take(notificationOf([alertOf(), alertOf({ fingerprint: "00000000000000ff" })]));
  await to(1_000);
  push.keep((fingerprint) => fingerprint === "00000000000000ff");
  await to(61_000);
  assert.deepEqual(
    requests.at(-1)?.alerts.map(({ fingerprint, status }) => `${fingerprint} ${status}`),
    ["00000000000000ff firing"],
  );
});

test("after the stop nothing is sent", async () => {
  const { push, requests, to } = start();
  push.take(notificationOf([alertOf()]));
  push.stop();
  await to(200_000);
  assert.equal(requests.length, 0);
});
