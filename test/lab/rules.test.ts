import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { alertName } from "../../src/core/conditions/alert-name.ts";
import { conditionNames } from "../../src/core/events.ts";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import { Monitoring } from "./framework/monitoring.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { createTrio, type Trio, untilSettled } from "./framework/trio.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "nft", "tcpdump", "prometheus", "prometheus-alertmanager");
const instance: PairInstance = { name: "V171", vrid: 171, version: 3, interval: 1, addresses: ["192.0.2.171/24", "192.0.2.172/24"] };

/** Alerts that find nothing in the whole run, and why. One that does after all fails the test. */
const EMPTY: Readonly<Record<string, string>> = {
  VRRPAgentsDisagreeOnMaster: "both masters have an agent, and then it is VRRPMastersOnTwoHosts",
  VRRPMasterNotHeard: "nobody is cut off alone",
  VRRPCaptureDown: "every interface that is up is captured",
  VRRPCaptureDrops: "the kernel drops nothing",
  VRRPWebhooksFailing: "the agents have no receivers",
  VRRPWebhookQueueAgeing: "the agents have no receivers",
  VRRPConfigReloadFailed: "no configuration file is changed",
  VRRPWebConfigReloadFailed: "the agents have no web configuration",
  VRRPCertificateExpires: "the agents have no certificate",
  VRRPFailoverSlow: "no hand-over is slow; where there is no master for longer, it is VRRPNoMaster",
  VRRPPriorityLow: "needs a day",
  VRRPMoreMasterChangesThanUsual: "needs a day",
};
/** What the faults of this run are to find. Of the other conditions a busy machine may bring about one or the other; the lab's tests of conditions make each. */
const made = [
  "VRRPSplitBrain",
  "VRRPNoMaster",
  "VRRPKeepalivedDown",
  "VRRPMastersOnTwoHosts",
  "VRRPAddressOnTwoHosts",
  "VRRPRedundancyLost",
  "VRRPAgentDown",
];
/** Matches for the moment of a failover, if a scrape and an evaluation fall into it. */
const byChance: ReadonlySet<string> = new Set(["VRRPAddressNowhere"]);
const ofConditions: ReadonlySet<string> = new Set(conditionNames.map(alertName).filter((name) => !made.includes(name)));

/** A real Prometheus with our rules, which scrapes three real agents every 5 s, and a real Alertmanager. */
describe("the rules on a real pair with a listener", { skip }, () => {
  let trio: Trio;
  let monitoring: Monitoring;
  const start = Date.now();

  before(async () => {
    trio = await createTrio([instance]);
    monitoring = await Monitoring.start(trio, { scrapeInterval: "5s" });
  });
  after(() => {
    monitoring?.close();
    trio?.lab.close();
  });

  const firing = async (): Promise<string> => (await monitoring.firing()).join(" ");
  const until = (names: string, within: number): Promise<unknown> =>
    waitFor(`exactly these alerts: ${names || "none"}`, async () => (await firing()) === names, { within, every: 250, state: firing });
  /** Each notification of Alertmanager since then: its status, and its alerts in alphabetical order; what has ended in brackets. */
  const notifiedSince = (began: number): string[] =>
    monitoring.notified
      .filter(({ at }) => at >= began)
      .map(({ status, alerts }) => {
        const names = alerts.map((alert) => [alert.labels["alertname"] ?? "", alert.status] as const).sort();
        return `${status}: ${names.map(([name, its]) => (its === "resolved" ? `(${name})` : name)).join(" ")}`;
      });

  test("nothing fires on a healthy pair", async () => {
    await trio.recorder.more(30, 45_000);
    assert.equal(await firing(), "");
  });

  test("a partition is found by the rule across hosts alone, within 30 s of the first scrape that has it", async (t) => {
    const began = Date.now();
    await trio.lab.addSwitch("br1");
    await trio.b.plugInto("br1");
    await until("VRRPMastersOnTwoHosts", 90_000);
    // Long enough for whatever else would fire as well.
    await trio.recorder.more(30, 45_000);
    assert.deepEqual(await monitoring.firedSince(began), ["VRRPMastersOnTwoHosts"]);
    const range = Math.ceil((Date.now() - began) / 1_000);
    const first = async (vector: string): Promise<number> =>
      Number(await monitoring.value(`min(min_over_time(timestamp(${vector})[${range}s:1s]))`));
    const scraped = await first('vrrp_master_is_local{instance="b"} == 1');
    const fired = await first('ALERTS{alertname="VRRPMastersOnTwoHosts",alertstate="firing"}');
    t.diagnostic(`${(scraped - began / 1_000).toFixed(1)} s until it was scraped, ${(fired - scraped).toFixed(1)} s more until it fired`);
    assert.ok(fired > scraped && fired - scraped <= 30);
  });

  test("where it becomes a split brain that the agents see, Alertmanager hides what the partition leaves behind", async (t) => {
    const began = Date.now();
    await dropAdverts(trio.b, "input", instance.vrid);
    await trio.b.plugInto("br0");
    const isHidden = async (): Promise<boolean> => (await monitoring.inhibited()).includes("VRRPMastersOnTwoHosts");
    await waitFor("the split brain to hide the partition", isHidden, { within: 60_000, state: firing });
    assert.ok((await monitoring.firing()).includes("VRRPSplitBrain"));
    await passAdverts(trio.b, "input", instance.vrid);
    await untilSettled(trio, [instance]);
    await until("", 180_000);
    t.diagnostic((await monitoring.firedSince(began)).join(" "));
  });

  test("a split brain is the agents' alert and that of the addresses, one notification of Alertmanager, and both end", async (t) => {
    const began = Date.now();
    await dropAdverts(trio.b, "input", instance.vrid);
    await until("VRRPAddressOnTwoHosts VRRPSplitBrain", 60_000);
    const both = (): boolean => notifiedSince(began).includes("firing: VRRPAddressOnTwoHosts VRRPSplitBrain");
    const told = (): string[] => notifiedSince(began);
    await waitFor("Alertmanager to tell of both in one notification", both, { within: 90_000, state: told });
    await passAdverts(trio.b, "input", instance.vrid);
    await untilSettled(trio, [instance]);
    await until("", 180_000);
    const over = (): boolean => {
      const lines = notifiedSince(began);
      return lines.at(-1)?.startsWith("resolved:") === true && lines.some((line) => line.includes("(VRRPSplitBrain)"));
    };
    await waitFor("Alertmanager to tell of the end", over, { within: 90_000, state: told });
    t.diagnostic((await monitoring.firedSince(began)).join(" "));
  });

  test("a backup in FAULT is redundancy that is lost", async () => {
    await trio.b.linkDown();
    const isPending = async (): Promise<boolean> => (await monitoring.value('ALERTS{alertname="VRRPRedundancyLost"}')) !== null;
    await waitFor("VRRPRedundancyLost to be pending", isPending, { within: 60_000, state: firing });
    await trio.b.linkUp();
    await untilSettled(trio, [instance]);
  });

  test("without any keepalived there is no master, and a host that is gone is missed", async () => {
    await Promise.all([trio.first.stop(), trio.second.stop()]);
    const names = ["VRRPKeepalivedDown", "VRRPNoMaster"];
    const fire = async (): Promise<boolean> => {
      const all = await monitoring.firing();
      return names.every((name) => all.includes(name));
    };
    await waitFor(names.join(" and "), fire, { within: 60_000, state: firing });
    await trio.onB.stop();
    const isDown = async (): Promise<boolean> => (await monitoring.value('ALERTS{alertname="VRRPAgentDown",instance="b"}')) !== null;
    await waitFor("VRRPAgentDown to be pending", isDown, { within: 60_000 });
  });

  test("every rule could be evaluated, and found something but for those whose fault is not here", async () => {
    const data = await monitoring.ask<{ groups: { rules: { name: string; type: string; health: string; lastError?: string }[] }[] }>(
      "rules",
    );
    const rules = data?.groups.flatMap((group) => group.rules) ?? [];
    assert.ok(rules.length > 50);
    assert.deepEqual(
      rules.filter(({ health }) => health !== "ok"),
      [],
    );
    const range = `${Math.ceil((Date.now() - start) / 1_000)}s`;
    const empty: string[] = [];
    for (const { name, type } of rules) {
      const series = type === "alerting" ? `ALERTS{alertname="${name}"}` : `{__name__="${name}"}`;
      if ((await monitoring.value(`count(count_over_time(${series}[${range}]))`)) === null) empty.push(name);
    }
    assert.deepEqual(
      empty.filter((name) => !(name in EMPTY) && !ofConditions.has(name) && !byChance.has(name)),
      [],
    );
    assert.deepEqual(
      Object.keys(EMPTY).filter((name) => !empty.includes(name)),
      [],
    );
    assert.deepEqual(
      made.filter((name) => empty.includes(name)),
      [],
    );
  });
});
