import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { eventTime } from "./framework/changes.ts";
import { assertShown, now, untilCause, untilCleared, untilQuiet, untilRaised } from "./framework/conditions.ts";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { createTrio, firstAdvertOf, routerOf, type Trio, untilSettled } from "./framework/trio.ts";
import { isAbout, type Received, WebhookReceiver } from "./framework/webhooks.ts";

const skip = labSkip("keepalived", "nft", "tcpdump");
const interval = 1;
const instance: PairInstance = { name: "V181", vrid: 181, version: 3, interval, addresses: ["192.0.2.181/24"] };
const router = routerOf(instance);
const PORT = 9_000;
const GROUP_WAIT = 1;
/** How late a process of a busy machine may be, in seconds. */
const SLACK = 0.25;

/** The agents of both nodes and of the listener tell one receiver, each on a path of its own. */
describe("alerts of two keepalived nodes", { skip }, () => {
  let trio: Trio;
  let receiver: WebhookReceiver;
  before(async () => {
    const url = `http://192.0.2.3:${PORT}`;
    const config = (host: string): string =>
      `alerts: {group_interval: 2s, receivers: [{name: oncall, url: "${url}/${host}"}]}\nvirtual_routers: [{vrid: 181, name: web}]`;
    trio = await createTrio([instance], {
      configOf: ({ name }) => config(name),
      prepare: async ({ lab, listener }) => {
        receiver = await WebhookReceiver.start(lab, listener, PORT);
      },
    });
  });
  after(() => trio?.lab.close());

  const split = isAbout("VRRPSplitBrain", instance.vrid, "firing");
  const healed = isAbout("VRRPSplitBrain", instance.vrid, "resolved");
  const wallOf = (time: string): number => Date.parse(time);

  test("a firewall that drops adverts is a page with the right cause in time, from each with the same fingerprint, and its end has the duration", async (t) => {
    const since = now();
    await dropAdverts(trio.b, "input", instance.vrid);
    await trio.second.untilState(instance.name, "MASTER", 10_000);
    const first = await firstAdvertOf(trio, "b", instance.vrid, since);
    const page = (host: string): Promise<Received> => receiver.until(`/${host}`, "the page", split, 10_000);
    const [ofA, ofB, ofC] = [await page("a"), await page("b"), await page("c")];
    for (const { at, annotations } of [ofA, ofB, ofC]) {
      const late = at / 1e3 - first.at / 1e6;
      t.diagnostic(`${annotations["reporter"]}: ${late.toFixed(3)} s after b's first advert: ${annotations["summary"]}`);
      assert.ok(late <= 3.5 * interval + GROUP_WAIT + SLACK, `${late} s`);
    }
    assert.equal(ofA.fingerprint, ofB.fingerprint);
    assert.equal(ofA.fingerprint, ofC.fingerprint);
    assert.deepEqual(ofA.labels, ofB.labels);
    assert.deepEqual(ofA.labels, {
      alertname: "VRRPSplitBrain",
      family: "ipv4",
      segment: "192.0.2.0/24",
      severity: "critical",
      vrid: "181",
    });
    assert.equal(ofB.annotations["cause"], "local_receive_blocked");
    assert.match(ofB.annotations["summary"] ?? "", /^Split brain: VRID 181 \(web\) on 192\.0\.2\.0\/24: local receive blocked$/);
    assert.match(ofB.annotations["description"] ?? "", /nft insert rule inet filter input ip protocol 112 accept/);
    assert.match(ofB.annotations["description"] ?? "", /Incident \d{8}T\d{6}Z-[0-9a-f]{6}: its files are in .* on /);
    await assertShown(trio.onB, "split_brain", router, since);

    await passAdverts(trio.b, "input", instance.vrid);
    const cleared = await untilCleared(trio.onB, "split_brain", router, since);
    const ends = await Promise.all(["a", "b", "c"].map((host) => receiver.until(`/${host}`, "the end", healed, 10_000)));
    for (const end of ends) {
      assert.match(end.annotations["summary"] ?? "", /^Resolved after [\d.]+ s: Split brain: VRID 181 \(web\) on 192\.0\.2\.0\/24/);
      assert.ok(Math.abs(wallOf(end.endsAt) - eventTime(cleared) / 1e3) < 1_000, `${end.endsAt}`);
      assert.ok(wallOf(end.endsAt) > wallOf(end.startsAt));
    }
    await untilSettled(trio, [instance]);
    await untilQuiet(trio.agents, router);
    // One page and one end each; what is its consequence is no page.
    for (const host of ["a", "b", "c"]) {
      const told = receiver.alerts(`/${host}`).map(({ labels, status }) => `${status} ${labels["alertname"]}`);
      assert.deepEqual(told, ["firing VRRPSplitBrain", "resolved VRRPSplitBrain"], host);
    }
  });

  test("a node without a network delivers afterwards, in one story with the times of the events", async (t) => {
    const before = receiver.alerts("/b").length;
    // Nothing of TCP leaves or reaches b; its adverts do.
    await trio.b.nft("table inet vw_offline { chain o { type filter hook output priority 0; meta l4proto tcp drop; }; }\n");
    const since = now();
    await dropAdverts(trio.b, "input", instance.vrid);
    const raised = await untilRaised(trio.onB, "split_brain", router, since, 15_000);
    await untilCause(trio.onB, "split_brain", router, "local_receive_blocked");
    await passAdverts(trio.b, "input", instance.vrid);
    const cleared = await untilCleared(trio.onB, "split_brain", router, since);
    // Several attempts fail meanwhile, each after the ten seconds that it may take.
    await trio.recorder.more(45, 60_000);
    assert.equal(receiver.alerts("/b").length, before, "nothing got through");
    const [length] = await trio.onB.metric("vrrpwatch_webhook_queue_length", { receiver: "oncall" });
    assert.ok((length ?? 0) >= 1, `queue ${length}`);
    await trio.b.nft("delete table inet vw_offline\n");
    const told = await receiver.until("/b", "the story", (alert) => wallOf(alert.startsAt) >= since / 1e3 - 1, 60_000);
    t.diagnostic(`delivered ${((told.at - eventTime(cleared) / 1e3) / 1e3).toFixed(1)} s after the end: ${told.annotations["summary"]}`);
    assert.equal(told.status, "resolved");
    assert.ok(Math.abs(wallOf(told.startsAt) - eventTime(raised) / 1e3) < 5, told.startsAt);
    assert.ok(Math.abs(wallOf(told.endsAt) - eventTime(cleared) / 1e3) < 5, told.endsAt);
    await untilSettled(trio, [instance]);
    const after = receiver
      .alerts("/b")
      .slice(before)
      .map(({ labels, status }) => `${status} ${labels["alertname"]}`);
    assert.deepEqual(after, ["resolved VRRPSplitBrain"]);
    const [left] = await trio.onB.metric("vrrpwatch_webhook_queue_length", { receiver: "oncall" });
    assert.equal(left, 0);
  });
});
