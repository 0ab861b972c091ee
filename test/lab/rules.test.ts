import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import { Monitoring } from "./framework/monitoring.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { createTrio, type Trio, untilSettled } from "./framework/trio.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "nft", "tcpdump", "prometheus", "prometheus-alertmanager");
const instance: PairInstance = { name: "V171", vrid: 171, version: 3, interval: 1, addresses: ["192.0.2.171/24", "192.0.2.172/24"] };

/** A real Prometheus with our rules, which scrapes three real agents every 5 s, and a real Alertmanager. */
describe("the rules on a real pair with a listener", { skip }, () => {
  let trio: Trio;
  let monitoring: Monitoring;

  before(async () => {
    trio = await createTrio([instance]);
    monitoring = await Monitoring.start(trio, { scrapeInterval: "5s", groupWait: "30s" });
  });
  after(() => {
    monitoring?.close();
    trio?.lab.close();
  });

  const firing = async (): Promise<string> => (await monitoring.firing()).join(" ");
  const until = (names: string, within: number): Promise<unknown> =>
    waitFor(`exactly these alerts: ${names || "none"}`, async () => (await firing()) === names, { within, every: 250, state: firing });
  /** Each notification of Alertmanager since then: its status, and its alerts in alphabetical order. */
  const notifiedSince = (start: number): string[] =>
    monitoring.notified
      .filter(({ at }) => at >= start)
      .map(
        ({ status, alerts }) =>
          `${status}: ${alerts
            .map(({ labels }) => labels["alertname"])
            .sort()
            .join(" ")}`,
      );

  test("nothing fires on a healthy pair", async () => {
    await trio.recorder.more(30, 45_000);
    assert.equal(await firing(), "");
  });

  test("a partition is found by the rule across hosts alone, within 30 s, and ends", async (t) => {
    const began = Date.now();
    await trio.lab.addSwitch("br1");
    await trio.b.plugInto("br1");
    // A budget of 30 s, which the line below tells of; a busy machine may take longer.
    await until("VRRPMastersOnTwoHosts", 60_000);
    t.diagnostic(`after ${((Date.now() - began) / 1_000).toFixed(1)} s`);
    // Long enough for whatever else would fire as well.
    await trio.recorder.more(30, 45_000);
    assert.equal(await firing(), "VRRPMastersOnTwoHosts");
    await trio.b.plugInto("br0");
    await untilSettled(trio, [instance]);
    await until("", 90_000);
    const fired = await monitoring.firedSince(began);
    t.diagnostic(fired.join(" "));
    assert.deepEqual(
      fired.filter((name) => name !== "VRRPVipArpStale"),
      ["VRRPMastersOnTwoHosts"],
    );
  });

  test("a split brain is the agents' alert and that of the addresses, one notification of Alertmanager, and both end", async (t) => {
    const began = Date.now();
    await dropAdverts(trio.b, "input", instance.vrid);
    await until("VRRPAddressOnTwoHosts VRRPSplitBrain", 60_000);
    // Where a partition was seen a minute before, the addresses are a story of their own later only.
    const both = (): boolean => notifiedSince(began).includes("firing: VRRPAddressOnTwoHosts VRRPSplitBrain");
    const told = (): string[] => notifiedSince(began);
    await waitFor("Alertmanager to tell of both in one notification", both, { within: 90_000, state: told });
    await passAdverts(trio.b, "input", instance.vrid);
    await untilSettled(trio, [instance]);
    await until("", 90_000);
    const over = (): boolean => notifiedSince(began).some((line) => /^resolved: .*VRRPSplitBrain/.test(line));
    await waitFor("Alertmanager to tell of the end", over, { within: 60_000, state: told });
    t.diagnostic((await monitoring.firedSince(began)).join(" "));
  });

  test("every rule can be evaluated", async () => {
    const data = await monitoring.ask<{ groups: { rules: { name: string; health: string; lastError?: string }[] }[] }>("rules");
    const rules = data?.groups.flatMap((group) => group.rules) ?? [];
    assert.ok(rules.length > 50);
    assert.deepEqual(
      rules.filter(({ health }) => health !== "ok"),
      [],
    );
  });
});
