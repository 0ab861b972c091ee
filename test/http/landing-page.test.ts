import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { landingPage as pieces } from "../../src/http/landing-page.ts";
import { seconds, wallTime } from "../../src/lib/time.ts";
import { noon, orphanRouter, sampleAgent, sampleRouter, sampleSender, sampleSnapshot } from "../metrics/sample.ts";
import { sampleApp } from "./harness.ts";

const landingPage = (...of: Parameters<typeof pieces>): string => [...pieces(...of)].map((piece) => piece.text).join("");

const text = (page: string): string =>
  page
    .replace(/<(style|script)>.*?<\/\1>/gs, " ")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&ndash;", "–")
    .replace(/\s+/g, " ");

test("a healthy virtual router is told in one row", () => {
  const page = text(landingPage(sampleSnapshot([sampleRouter({ vlan: 120 })]), sampleAgent(), "mon1"));
  assert.match(page, /0\.1\.0 \(abc1234\) on mon1/);
  assert.match(
    page,
    /ok eth0 120 IPv4 51 web 192\.0\.2\.100 192\.0\.2\.1 02:00:00:00:00:01 150 2026-11-21 05:00:00 for 1 h – 1 s 0\.4 s ago/,
  );
});

test("trouble stands first and is named", () => {
  const rival = sampleSender({ source: "192.0.2.2" });
  const master = sampleSender();
  const routers = [sampleRouter(), orphanRouter({ vrid: 7 }), sampleRouter({ vrid: 9 }, { claims: 2, master, senders: [master, rival] })];
  const page = text(landingPage(sampleSnapshot(routers), sampleAgent(), null));
  assert.match(page, /2 masters eth0 – IPv4 9 .*also 192\.0\.2\.2.* no master eth0 – IPv4 7 .* ok eth0 – IPv4 51 /);
});

test("a virtual router on an interface that is not captured is not shown as healthy", () => {
  const page = text(landingPage(sampleSnapshot([sampleRouter({}, { hearing: false })]), sampleAgent(), null));
  assert.match(page, /not heard now eth0/);
});

test("a silent segment is explained", () => {
  const hint = {
    since: wallTime(noon - seconds(12)),
    interfaces: ["eth0", "eth1"],
    reasons: ["The switch may hide ff02::12."],
    text: "npm run lab shows it at work.",
  };
  const page = text(landingPage(sampleSnapshot([]), sampleAgent({ hint }), null));
  assert.match(page, /No advert heard for 12 s , listening on eth0, eth1\. npm run lab shows it at work\. The switch may hide ff02::12\./);
  assert.match(page, /No virtual router has been heard yet\./);
});

test("an agent that does not capture says why", () => {
  const page = text(landingPage(sampleSnapshot([]), sampleAgent({ readiness: { ready: false, reason: "no CAP_NET_RAW" } }), null));
  assert.match(page, /Not capturing\. no CAP_NET_RAW/);
});

test("whether those who are to be told are told is shown, by name", () => {
  const outcomes = { delivered: 1_204, retried: 7, rejected: 0, expired: 0, dropped: 0 };
  const durations = { buckets: [], sum: 0, count: 0 };
  const well = {
    name: "chat",
    format: "slack",
    outcomes,
    queueLength: 0,
    oldestQueued: null,
    dead: 2,
    truncatedAlerts: 0,
    durations,
    problem: null,
  };
  const ill = {
    ...well,
    name: "oncall",
    format: "alertmanager",
    queueLength: 3,
    oldestQueued: wallTime(noon - seconds(90)),
    dead: 0,
    problem: "it refuses the connection",
  };
  const alerts = { receivers: [ill, well], firing: { critical: 1, warning: 0, info: 0 }, evicted: 0, storeFailures: 4, heartbeat: null };
  const page = text(landingPage(sampleSnapshot([]), sampleAgent({ alerts }), null));
  assert.match(
    page,
    /Alerts Receiver State Waiting Delivered oncall alertmanager failing it refuses the connection 3 since 1 min 30 s 1,204 chat slack 2 refused none 1,204 The disk refused 4 times/,
  );
  assert.doesNotMatch(text(landingPage(sampleSnapshot([]), sampleAgent({ alerts: null }), null)), /Receiver/);
});

test("nothing that comes from the network or the configuration can become markup", () => {
  const clean = landingPage(sampleSnapshot([sampleRouter()]), sampleAgent(), null).match(/</g)?.length;
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", "/", "s", "=", "`", " ") }), (hostile) => {
      const value = `x${hostile}`;
      const sender = sampleSender({ source: value, mac: value });
      const router = sampleRouter({ interface: value }, { addresses: [value], master: sender, senders: [sender] });
      const agent = sampleAgent({
        interfaces: [{ name: value, up: true, capturing: true, why: null, absentGroups: [] }],
        describe: () => ({ segment: value, name: value }),
      });
      const page = landingPage(sampleSnapshot([router]), agent, null);
      assert.equal(page.match(/</g)?.length, clean);
      assert.ok(!page.includes(`href="api/v1/virtual-routers/${value}"`) || /^x[s`=']*$/.test(value));
    }),
  );
});

test("the policy admits the page's own style and script, and nothing else", async () => {
  const answer = await sampleApp().inject({ url: "/" });
  const policy = String(answer.headers["content-security-policy"]);
  for (const [name, directive] of [
    ["style", "style-src"],
    ["script", "script-src"],
  ] as const) {
    const content = new RegExp(`<${name}>(.*?)</${name}>`, "s").exec(answer.body)?.[1] ?? "";
    assert.ok(policy.includes(`${directive} 'sha256-${createHash("sha256").update(content).digest("base64")}'`), name);
  }
  assert.ok(!policy.includes("unsafe"));
  assert.ok(!/(src|href)="(https?:)?\/\//.test(answer.body));
  assert.ok(!/ style="/.test(answer.body));
});

test("what is wrong is told with its cause's remedy, before the table of virtual routers", () => {
  const page = landingPage(sampleSnapshot([sampleRouter(), orphanRouter({ vrid: 7 })]), sampleAgent(), null);
  const told = page.slice(page.indexOf('id="conditions"'), page.indexOf('id="routers"'));
  assert.match(told, /no_master/);
  assert.match(told, /eth0 VRID 7/);
  assert.match(told, /nobody is master/);
  assert.match(told, /What to do:<\/strong> Is the host of the last master alive/);
  assert.ok(
    !landingPage(sampleSnapshot([sampleRouter()]), sampleAgent(), null).includes('id="conditions"'),
    "nothing where nothing is wrong",
  );
});

test("of hundreds of conditions the page shows fifty, and where the rest is", () => {
  const page = landingPage(sampleSnapshot(Array.from({ length: 255 }, (_, i) => orphanRouter({ vrid: i + 1 }))), sampleAgent(), null);
  assert.match(page, /And 205 more/);
});
