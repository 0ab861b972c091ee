import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type Addresses, HostNames } from "../../src/alerts/webhook/host-names.ts";
import { Poster } from "../../src/alerts/webhook/poster.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { answering, startReceiver, told } from "./webhook-kit.ts";

const loopback: Addresses = [{ address: "127.0.0.1", family: 4 }];
const other: Addresses = [{ address: "127.0.0.2", family: 4 }];
const failure = (code: string): Error => Object.assign(new Error("no"), { code });

interface Question {
  readonly name: string;
  readonly answer: (addresses: Addresses) => void;
  readonly fail: (error: Error) => void;
}

/** A resolver that answers when it is told to. */
function start(): { readonly clock: FakeClock; readonly names: HostNames; readonly asked: Question[] } {
  const asked: Question[] = [];
  const names = new HostNames((name) => new Promise((answer, fail) => asked.push({ name, answer, fail })));
  return { clock: new FakeClock(), names, asked };
}

/** After a first answer, so that the name is known. */
async function known(): Promise<ReturnType<typeof start>> {
  const started = start();
  const found = started.names.find("a.example", started.clock);
  started.asked.shift()?.answer(loopback);
  assert.deepEqual(await found, loopback);
  return started;
}

test("whoever wants a name while it is asked for waits for the same answer", async () => {
  const { clock, names, asked } = start();
  const found = [names.find("a.example", clock), names.find("a.example", clock), names.find("b.example", clock)];
  assert.deepEqual(
    asked.map(({ name }) => name),
    ["a.example", "b.example"],
  );
  asked[0]?.answer(loopback);
  asked[1]?.answer(other);
  assert.deepEqual(await Promise.all(found), [loopback, loopback, other]);
});

test("a name is asked for anew at the next attempt, so that a receiver may move", async () => {
  const { clock, names, asked } = await known();
  const found = names.find("a.example", clock);
  asked.shift()?.answer(other);
  assert.deepEqual(await found, other);
});

test("a lookup that fails is not kept", async () => {
  const { clock, names, asked } = start();
  const first = names.find("a.example", clock);
  asked.shift()?.fail(failure("EAI_AGAIN"));
  await assert.rejects(first, { code: "EAI_AGAIN" });
  const second = names.find("a.example", clock);
  asked.shift()?.answer(loopback);
  assert.deepEqual(await second, loopback);
});

test("a known name is waited for half a second", async () => {
  const { clock, names } = await known();
  let found: Addresses | null = null;
  void names.find("a.example", clock).then((addresses) => (found = addresses));
  clock.runTo(499);
  await setImmediate();
  assert.equal(found, null);
  clock.runTo(500);
  await setImmediate();
  assert.deepEqual(found, loopback);
});

test("a known name does not wait at all while another one's lookup hangs", async () => {
  const { clock, names, asked } = await known();
  void names.find("dead.example", clock);
  clock.runTo(500);
  assert.deepEqual(await names.find("a.example", clock), loopback);
  asked.find(({ name }) => name === "a.example")?.answer(other);
  await setImmediate();
  assert.deepEqual(await names.find("a.example", clock), other, "what came late is used from then on");
});

test("where no name server answers, the last answer is used for a day", async () => {
  const { clock, names, asked } = await known();
  clock.runTo(86_400_000);
  const found = names.find("a.example", clock);
  asked.shift()?.fail(failure("EAI_AGAIN"));
  assert.deepEqual(await found, loopback);
  clock.runTo(86_400_001);
  const late = names.find("a.example", clock);
  asked.shift()?.fail(failure("EAI_AGAIN"));
  await assert.rejects(late, { code: "EAI_AGAIN" });
});

test("a name that is no more is forgotten", async () => {
  const { clock, names, asked } = await known();
  for (const code of ["ENOTFOUND", "EAI_AGAIN"]) {
    const found = names.find("a.example", clock);
    asked.shift()?.fail(failure(code));
    await assert.rejects(found, { code });
  }
});

test("a receiver with a known name, and one with an address, are told while another one's lookup hangs", async (t) => {
  const receiver = await startReceiver(t, answering(200));
  const { clock, names, asked } = start();
  const posterTo = (host: string, environment = {}): Poster =>
    new Poster({ url: receiver.url("/", host) }, { clock, environment, version: "1", names });
  const send = (poster: Poster): Promise<string> => poster.post("id", () => ({}), new AbortController().signal).then(told);
  const good = posterTo("a.example");
  const first = send(good);
  while (asked.length === 0) await setImmediate();
  asked.shift()?.answer(loopback);
  assert.equal(await first, "delivered");

  const dead = [posterTo("dead.example"), posterTo("dead.example")];
  const hanging = dead.map(send);
  while (asked.length === 0) await setImmediate();
  clock.runTo(500);
  assert.equal(await send(good), "delivered");
  assert.equal(await send(posterTo("127.0.0.1")), "delivered");
  assert.equal(await send(posterTo("elsewhere.example", { http_proxy: receiver.url("", "a.example") })), "delivered");
  assert.equal(asked.filter(({ name }) => name === "dead.example").length, 1);
  clock.runTo(10_500);
  assert.deepEqual(await Promise.all(hanging), Array(2).fill("retry: no answer within 10s"));
  assert.equal(receiver.received.length, 4);
});

test("a name without an address is told as one that does not exist", async () => {
  const names = new HostNames(async () => []);
  const poster = new Poster({ url: "http://a.example/" }, { clock: new FakeClock(), environment: {}, version: "1", names });
  assert.match(told(await poster.post("id", () => ({}), new AbortController().signal)), /^retry: there is no such host name/);
});
