import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { after, beforeEach, describe, test } from "node:test";
import type { Notification } from "../../src/alerts/alert.ts";
import type { Outcome } from "../../src/alerts/outcome.ts";
import { runCommandLine } from "../../src/commands/program.ts";
import { exampleSubjects } from "../../src/commands/webhook-example.ts";
import { type OpenWebhook, type WebhookSender, type WebhookTestOptions, webhookTest } from "../../src/commands/webhook-test.ts";
import { err, ok } from "../../src/lib/result.ts";
import { seconds } from "../../src/lib/time.ts";
import { CollectIo } from "../helpers/collect-io.ts";
import { temporaryFolder } from "../keepalived/notify/harness.ts";

describe("vrrpwatch webhook test", () => {
  const folder = temporaryFolder();
  const config = folder.at("config.yaml");
  writeFileSync(
    config,
    `
conditions: {flapping: {severity: info}}
alerts:
  external_labels: {site: ams1}
  runbook_url: https://wiki.example/vrrp
  receivers:
    - {name: oncall, url: "https://example.net/hook", matchers: ['site="ams1"']}
    - {name: "b side", url: "https://example.net/other", send_resolved: false, matchers: ['vrid!="51"'], severities: [critical, info]}
    - {name: quiet, url: "https://example.net/third", send_resolved: false}
    - {name: pager, format: pagerduty, routing_key_file: /etc/vrrpwatch/pagerduty}
    - {name: cluster, format: alertmanager-api, urls: ["http://am1.example:9093"], send_resolved: false}
`,
  );
  after(() => folder.remove());

  let outcome: Outcome = { kind: "delivered" };
  const sent: Notification[] = [];
  let [opened, closed] = [0, 0];
  beforeEach(() => {
    outcome = { kind: "delivered" };
    sent.length = 0;
    [opened, closed] = [0, 0];
  });

  const open: OpenWebhook = async (receiver) => {
    opened += 1;
    const sender: WebhookSender = {
      attempt: async (notification) => {
        sent.push(notification);
        return outcome;
      },
      request: async ({ id }) =>
        ok({
          method: "POST",
          url: `https://example.net/REDACTED/${receiver.name}`,
          headers: { "content-type": "application/json", "webhook-id": id, "x-hostile": "a\u001b[2J\nb" },
          body: '{"version":"4"}',
        }),
      close: async () => {
        closed += 1;
      },
    };
    return [sender];
  };

  async function run(
    options: Partial<WebhookTestOptions> = {},
    openWith: OpenWebhook = open,
  ): Promise<{ status: number; out: string; err: string }> {
    const io = new CollectIo();
    const status = await webhookTest({ receiver: "oncall", config, ...options }, io, openWith);
    return { status, out: io.stdout, err: io.stderr };
  }

  test("sends an example of a split brain, and says that it was delivered", async () => {
    assert.deepEqual(await run(), { status: 0, out: "oncall: delivered\n", err: "" });
    const [notification] = sent;
    assert.equal(sent.length, 1);
    assert.match(notification?.id ?? "", /^test-[0-9a-f-]{36}$/);
    assert.deepEqual([notification?.reason, notification?.receiver], ["test", "oncall"]);
    const [alert] = notification?.alerts ?? [];
    assert.deepEqual([alert?.status, alert?.vrrp.condition, alert?.labels["site"]], ["firing", "split_brain", "ams1"]);
    assert.deepEqual(
      [alert?.annotations.runbook_url, alert?.annotations.reporter],
      ["https://wiki.example/vrrp/split_brain.md", hostname()],
    );
    assert.deepEqual([opened, closed], [1, 1]);
  });

  test("sends that a condition is over", async () => {
    assert.equal((await run({ condition: "no_master", resolved: true })).status, 0);
    const [alert] = sent[0]?.alerts ?? [];
    assert.deepEqual([alert?.status, alert?.vrrp.condition], ["resolved", "no_master"]);
  });

  test("takes the severity that the configuration gives a condition", async () => {
    await run({ condition: "flapping" });
    await run({ condition: "master_changed" });
    await run({ condition: "vip_conflict" });
    assert.deepEqual(
      sent.map(({ alerts }) => alerts[0]?.labels["severity"]),
      ["info", "info", "critical"],
    );
  });

  test("--dry-run prints the request and sends nothing", async () => {
    const { status, out, err: said } = await run({ dryRun: true });
    assert.deepEqual([status, said, sent.length, closed], [0, "", 0, 1]);
    const [line, type, id, hostile, empty, ...body] = out.split("\n");
    assert.deepEqual([line, type], ["POST https://example.net/REDACTED/oncall", "content-type: application/json"]);
    assert.match(id ?? "", /^webhook-id: test-/);
    assert.equal(hostile, "x-hostile: a?[2J?b");
    assert.deepEqual([empty, ...body], ["", '{"version":"4"}', ""]);
  });

  for (const [what, result, message] of [
    [
      "a refusal",
      { kind: "rejected", why: "it answers 404: no such\u0007 hook" },
      "vrrpwatch webhook test: refused: it answers 404: no such? hook\n",
    ],
    [
      "a failure",
      { kind: "retry", why: "the name cannot be resolved", retryAfter: null },
      "vrrpwatch webhook test: not delivered: the name cannot be resolved; the agent would try again\n",
    ],
    [
      "a receiver that asks for patience",
      { kind: "retry", why: "it answers 429", retryAfter: seconds(90) },
      "vrrpwatch webhook test: not delivered: it answers 429; the agent would try again, not before 90s have passed\n",
    ],
  ] as const) {
    test(`${what} ends with 1 and says why`, async () => {
      outcome = result;
      assert.deepEqual(await run(), { status: 1, out: "", err: message });
      assert.equal(closed, 1);
    });
  }

  for (const [options, message] of [
    [
      { receiver: "nobody" },
      /there is no receiver "nobody" in alerts\.receivers of .*config\.yaml: known are oncall, b side, quiet, pager, cluster\n$/,
    ],
    [{ receiver: "\u001b[2J" }, /there is no receiver "\?\[2J" in/],
    [{ condition: "splitbrain" }, /there is no condition "splitbrain": did you mean split_brain\?\n$/],
    [{ condition: "master-change" }, /did you mean master_changed\?/],
    [{ condition: "zzzzzzzzzzzzzzzzzzzz" }, /: known are split_brain, no_master, .*, master_changed\n$/],
    [{ condition: "constructor" }, /there is no condition "constructor"/],
    [{ receiver: "pager", condition: "master_changed" }, /pager is never told of a change of master: .* pagerduty would keep it open/],
    [{ receiver: "cluster", condition: "master_changed", dryRun: true }, /cluster is never told of a change of master/],
    [{ condition: "master_changed", resolved: true }, /--resolved: a change of master has no end/],
  ] as const) {
    test(`${JSON.stringify(options)} is wrong usage, and nothing is opened`, async () => {
      const { status, out, err: said } = await run(options);
      assert.deepEqual([status, out, opened], [2, "", 0]);
      assert.match(said, /^vrrpwatch webhook test: /);
      assert.match(said, message);
      assert.doesNotMatch(said.slice(0, -1), /\p{C}/u);
    });
  }

  test("a configuration that cannot be used ends with 2 and lists the problems", async () => {
    writeFileSync(folder.at("bad.yaml"), "alerts: {receivers: [{name: oncall}]}\n");
    const { status, err: said } = await run({ config: folder.at("bad.yaml") });
    assert.equal(status, 2);
    assert.match(said, /the configuration cannot be used\n.*bad\.yaml:1.*needs url or url_file/s);
  });

  test("every Alertmanager of a cluster is told", async () => {
    const three: OpenWebhook = async (...given) => [...(await open(...given)), ...(await open(...given)), ...(await open(...given))];
    const { status, out } = await run({}, three);
    assert.deepEqual([status, sent.length, closed], [0, 3, 3]);
    assert.equal(out, "oncall (1 of 3): delivered\noncall (2 of 3): delivered\noncall (3 of 3): delivered\n");
  });

  test("a configuration without receivers is told of", async () => {
    writeFileSync(folder.at("none.yaml"), "alerts: {}\n");
    assert.match((await run({ config: folder.at("none.yaml") })).err, /none\.yaml: it has none\n$/);
  });

  test("a receiver that cannot be made ready ends with 2 and says why", async () => {
    const unusable: OpenWebhook = async (...given) =>
      (await open(...given)).map((sender) => ({ ...sender, request: async () => err("secret_file is empty") }));
    const { status, err: said } = await run({ dryRun: true }, unusable);
    assert.deepEqual([status, said], [2, "vrrpwatch webhook test: secret_file is empty\n"]);
  });

  for (const [options, why] of [
    [{ receiver: "oncall", condition: "flapping" }, "its severities are critical, warning"],
    [{ receiver: "b side" }, 'its matchers do not fit the labels of the example: vrid!="51"'],
    [{ receiver: "quiet", resolved: true }, "send_resolved is false"],
  ] as const) {
    test(`${JSON.stringify(options)} is sent, with the remark that the agent itself would not`, async () => {
      const { status, err: said } = await run(options);
      assert.deepEqual([status, sent.length], [0, 1]);
      assert.equal(said, `vrrpwatch webhook test: the agent itself would not tell ${options.receiver} of this: ${why}\n`);
    });
  }

  test("Alertmanager's API is always told of the end, so nothing is remarked", async () => {
    assert.deepEqual(await run({ receiver: "cluster", resolved: true }), { status: 0, out: "cluster: delivered\n", err: "" });
  });

  test("every condition can be sent", async () => {
    for (const condition of exampleSubjects) assert.equal((await run({ condition, receiver: "b side" })).status, 0);
    assert.deepEqual(
      sent.map(({ alerts }) => alerts[0]?.vrrp.condition),
      exampleSubjects,
    );
  });

  test("on the command line the receiver must be named, and a condition must be known", async () => {
    for (const [args, message] of [
      [["test"], /--receiver <name>/],
      [["test", "--receiver", "oncall", "--condition", "splitbrain", "--config", config], /did you mean split_brain/],
      [["test", "--receiver", "nobody", "--dry-run", "--config", config], /there is no receiver "nobody"/],
      [["tset"], /unknown command/],
    ] as const) {
      const io = new CollectIo();
      assert.equal(await runCommandLine(["webhook", ...args], io), 2);
      assert.match(io.stderr, message);
    }
  });
});
