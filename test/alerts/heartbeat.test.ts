import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Heartbeat } from "../../src/alerts/heartbeat.ts";
import { seconds } from "../../src/lib/time.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { answering, startReceiver } from "./webhook-kit.ts";

interface Beating {
  readonly heartbeat: Heartbeat;
  readonly clock: FakeClock;
  readonly lines: string[];
  alive: boolean;
}

function start(t: TestContext, url: string, host = "lb1"): Beating {
  const clock = new FakeClock();
  const lines: string[] = [];
  const note = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log = { info: note, warn: note, error: note };
  const deps = { alive: () => beating.alive, host, version: "1.2.3", clock, environment: {}, log };
  const heartbeat = new Heartbeat({ url, interval: seconds(60) }, deps);
  const beating: Beating = { heartbeat, clock, lines, alive: true };
  t.after(() => heartbeat.stop());
  heartbeat.start();
  return beating;
}

/** What the network has to bring takes turns of the loop; the test's own timeout is the only limit. */
async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await setImmediate();
}

test("a sign of life goes at the start and at each interval, and is counted", async (t) => {
  const receiver = await startReceiver(t, answering(200));
  const { heartbeat, clock, lines } = start(t, receiver.url());
  await until(() => heartbeat.sent === 1);
  clock.runTo(59_999);
  clock.runTo(60_000);
  await until(() => heartbeat.sent === 2);
  assert.deepEqual(
    receiver.received.map(({ body }) => JSON.parse(body)),
    [
      { status: "ok", host: "lb1", at: "2026-01-01T00:00:00.000000Z" },
      { status: "ok", host: "lb1", at: "2026-01-01T00:01:00.000000Z" },
    ],
  );
  assert.equal(new Set(receiver.received.map(({ request }) => request.headers["webhook-id"])).size, 2);
  assert.deepEqual(lines, []);
});

test("nothing goes while the agent does not capture, and the log says so once", async (t) => {
  const receiver = await startReceiver(t, answering(200));
  const beating = start(t, receiver.url());
  const { heartbeat, clock, lines } = beating;
  await until(() => heartbeat.sent === 1);
  beating.alive = false;
  clock.runTo(180_000);
  beating.alive = true;
  clock.runTo(240_000);
  await until(() => heartbeat.sent === 2);
  assert.deepEqual(
    receiver.received.map(({ body }) => JSON.parse(body).at),
    ["2026-01-01T00:00:00.000000Z", "2026-01-01T00:04:00.000000Z"],
  );
  assert.deepEqual(lines, ['heartbeat is not sent {"problem":"the agent does not capture or judge"}', "heartbeat is sent again {}"]);
});

test("a failure is counted each time and logged once", async (t) => {
  let status = 500;
  const receiver = await startReceiver(t, (_, response) => response.writeHead(status).end());
  const { heartbeat, clock, lines } = start(t, receiver.url());
  await until(() => heartbeat.failed === 1);
  clock.runTo(60_000);
  await until(() => heartbeat.failed === 2);
  status = 200;
  clock.runTo(120_000);
  await until(() => heartbeat.sent === 1);
  assert.deepEqual(lines, ['heartbeat is not sent {"problem":"answers 500 Internal Server Error"}', "heartbeat is sent again {}"]);
});

test("a receiver that hangs is given up in time for the next sign of life", async (t) => {
  let hang = true;
  const receiver = await startReceiver(t, (_, response) => {
    if (!hang) response.end();
  });
  const { heartbeat, clock } = start(t, receiver.url());
  await once(receiver.server, "received");
  clock.runTo(10_000);
  await until(() => heartbeat.failed === 1);
  hang = false;
  clock.runTo(60_000);
  await until(() => heartbeat.sent === 1);
});

test("after the stop nothing goes, and what was under way is over", async (t) => {
  const receiver = await startReceiver(t, () => {});
  const { heartbeat, clock, lines } = start(t, receiver.url());
  await once(receiver.server, "received");
  await heartbeat.stop();
  clock.runTo(600_000);
  await receiver.empty();
  heartbeat.start();
  assert.equal(receiver.connections, 1);
  assert.deepEqual([heartbeat.sent, heartbeat.failed, lines], [0, 0, []]);
});

test("what OneUptime takes for bad news is not in it, whatever the host is called", async (t) => {
  const receiver = await startReceiver(t, answering(200));
  const { heartbeat } = start(t, receiver.url(), "terror-lb1");
  await until(() => heartbeat.sent === 1);
  assert.equal(JSON.parse(receiver.received[0]?.body ?? "").host, "tERROR-lb1");
});
