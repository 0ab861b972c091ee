import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import type { Host } from "./framework/host.ts";
import type { PairInstance } from "./framework/pair.ts";
import type { LabProcess } from "./framework/processes.ts";
import { labSkip } from "./framework/requirements.ts";
import { createTrio, type Trio, untilSettled } from "./framework/trio.ts";
import { waitFor } from "./framework/wait.ts";
import { isAbout, WebhookReceiver } from "./framework/webhooks.ts";

const skip = labSkip("keepalived", "nft", "tcpdump", "prometheus-alertmanager");
const instance: PairInstance = { name: "V191", vrid: 191, version: 3, interval: 0.5, addresses: ["192.0.2.191/24"] };
const PORTS = [9_093, 9_094] as const;

/** All agents tell both Alertmanagers, which are no cluster; each of these tells the receiver on a path of its own. */
describe("two real Alertmanagers that three agents tell", { skip }, () => {
  let trio: Trio;
  let receiver: WebhookReceiver;
  const alertmanagers: LabProcess[] = [];

  async function startAlertmanager(host: Host, folder: string, port: number): Promise<LabProcess> {
    const config = path.join(folder, `alertmanager-${port}.yml`);
    const hook = `{url: "${receiver.url}/${port}", send_resolved: true}`;
    writeFileSync(
      config,
      `route: {receiver: hook, group_by: ["..."], group_wait: 0s, group_interval: 1s}\nreceivers: [{name: hook, webhook_configs: [${hook}]}]\n`,
    );
    const child = host.start(`alertmanager ${port}`, [
      "prometheus-alertmanager",
      `--config.file=${config}`,
      `--storage.path=${path.join(folder, `data-${port}`)}`,
      `--web.listen-address=${host.ipv4}:${port}`,
      "--cluster.listen-address=",
    ]);
    await child.says(/Listening on|address=.*listening/i, 10_000);
    return child;
  }

  before(async () => {
    const urls = PORTS.map((port) => `"http://192.0.2.3:${port}"`).join(", ");
    trio = await createTrio([instance], {
      config: `alerts: {group_interval: 1s, resend_interval: 5s, receivers: [{name: am, format: alertmanager-api, urls: [${urls}]}]}`,
      prepare: async ({ lab, listener }) => {
        receiver = await WebhookReceiver.start(lab, listener, 9_000);
        const folder = lab.folder("alertmanager");
        for (const port of PORTS) alertmanagers.push(await startAlertmanager(listener, folder, port));
      },
    });
  });
  after(() => trio?.lab.close());

  const told = (port: number): string[] =>
    receiver.alerts(`/${port}`).map(({ labels, status }) => `${status} ${labels["alertname"]} ${labels["vrid"]}`);

  test("each Alertmanager tells on once what three agents told it, and its end", async () => {
    await dropAdverts(trio.b, "input", instance.vrid);
    for (const port of PORTS) await receiver.until(`/${port}`, "the page", isAbout("VRRPSplitBrain", instance.vrid, "firing"), 15_000);
    // Long enough for every agent to tell it again, more than once.
    await trio.recorder.more(40, 30_000);
    for (const port of PORTS) assert.deepEqual(told(port), ["firing VRRPSplitBrain 191"]);
    await passAdverts(trio.b, "input", instance.vrid);
    for (const port of PORTS) await receiver.until(`/${port}`, "the end", isAbout("VRRPSplitBrain", instance.vrid, "resolved"), 15_000);
    await untilSettled(trio, [instance]);
    await trio.recorder.more(30, 30_000);
    for (const port of PORTS) assert.deepEqual(told(port), ["firing VRRPSplitBrain 191", "resolved VRRPSplitBrain 191"]);
    const [page] = receiver.alerts(`/${PORTS[0]}`);
    assert.match(page?.annotations["description"] ?? "", /Two live masters/);
  });

  test("an Alertmanager that was away hears of it when it is back, and the other one does not wait for it", async () => {
    const [first] = alertmanagers;
    await first?.stop("SIGTERM");
    const before = receiver.alerts(`/${PORTS[1]}`).length;
    await dropAdverts(trio.b, "input", instance.vrid);
    await waitFor("the other one to tell it", () => receiver.alerts(`/${PORTS[1]}`).length > before, { within: 15_000 });
    const [retried = 0] = await trio.onA.metric("vrrpwatch_webhook_deliveries_total", { receiver: "am", outcome: "retried" });
    assert.ok(retried >= 1, `${retried} attempts failed`);
    const known = receiver.alerts(`/${PORTS[0]}`).length;
    await startAlertmanager(trio.listener, trio.lab.folder("alertmanager-again"), PORTS[0]);
    await waitFor("it to tell it as well", () => receiver.alerts(`/${PORTS[0]}`).length > known, { within: 20_000 });
    assert.equal(receiver.alerts(`/${PORTS[0]}`).at(-1)?.status, "firing");
    await passAdverts(trio.b, "input", instance.vrid);
    for (const port of PORTS)
      await waitFor("the end", () => receiver.alerts(`/${port}`).at(-1)?.status === "resolved", {
        within: 15_000,
        state: () => told(port),
      });
  });
});
