import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { alertRules } from "../../src/rules/index.ts";
import { root } from "../contract/repository.ts";
import { toolSkip } from "../helpers/tool-skip.ts";
import { textOf } from "./files.ts";

const skip = toolSkip("amtool");
const example = "docs/prometheus/alertmanager.example.yml";

/** Rejects, with what it said, where amtool is not content. */
const amtool = (...args: readonly string[]): Promise<{ stdout: string }> => promisify(execFile)("amtool", args, { cwd: root });

test("amtool accepts the example", { skip }, async () => {
  const { stdout } = await amtool("check-config", example);
  assert.match(stdout, /SUCCESS/);
});

for (const { labels, receiver } of [
  { labels: ["alertname=VRRPSplitBrain", "severity=critical", "segment=dc1-front"], receiver: "oncall" },
  { labels: ["alertname=VRRPRedundancyLost", "severity=warning", "segment=dc1-front"], receiver: "chat" },
  { labels: ["alertname=VRRPEqualPriority", "severity=info", "segment=dc1-front"], receiver: "nobody" },
  { labels: ["alertname=VRRPAgentDown", "severity=warning", "instance=a"], receiver: "chat" },
  { labels: ["alertname=VRRPKeepalivedDown", "severity=critical", "instance=a", "segment=dc1-front"], receiver: "oncall" },
  { labels: ["alertname=VRRPStateInconsistent", "severity=info", "instance=a"], receiver: "nobody" },
  { labels: ["alertname=SomethingElse", "severity=critical"], receiver: "default" },
])
  test(`the example sends ${labels.join(" ")} to ${receiver}`, { skip }, async () => {
    const { stdout } = await amtool("config", "routes", "test", `--config.file=${example}`, ...labels);
    assert.equal(stdout.trim(), receiver);
  });

test("every alert that the example names is one of the rules", () => {
  const names = textOf(example).match(/VRRP\w+/g) ?? [];
  assert.ok(names.length > 0);
  const known = new Set(alertRules.map(({ alert }) => alert));
  assert.deepEqual(
    names.filter((name) => !known.has(name)),
    [],
  );
});
