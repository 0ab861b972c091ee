import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { alertRules } from "../../src/rules/index.ts";
import { root } from "../contract/repository.ts";
import { toolSkip } from "../helpers/tool-skip.ts";
import { rulesPath, textOf } from "./files.ts";

const skip = toolSkip("promtool");
const rules = textOf(rulesPath);
const page = textOf("docs/prometheus/README.md");

/** The blocks of the page in a language, without their fences. */
const blocksOf = (language: string): string[] =>
  [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].filter(([, found]) => found === language).map(([, , text = ""]) => text);

const examples = blocksOf("yaml");
const configs = examples.filter((text) => /^(?:scrape_configs|rule_files):/.test(text));

/** Runs a command beside files of a folder of its own, which is `{folder}` in the command. */
function inFolder(
  files: Readonly<Record<string, string>>,
  command: string,
  ...args: readonly string[]
): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), "examples-"));
  try {
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(folder, name), text.replaceAll("/etc/prometheus/vrrpwatch/", `${folder}/`).replaceAll("/etc/prometheus/", ""));
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("every example of the page about Prometheus is YAML", () => {
  assert.ok(examples.length >= 5);
  for (const text of examples) assert.equal(typeof parse(text), "object", text);
});

for (const [index, config] of configs.entries())
  test(`promtool accepts configuration ${index + 1} of the page, with its files`, { skip }, () => {
    const targets = examples.find((text) => text.startsWith("# /etc/prometheus/vrrpwatch/")) ?? "";
    // Debian's promtool is built without the discovery of Kubernetes: what else stands there is looked at.
    const plain = config.replace(/kubernetes_sd_configs: .*/, "static_configs: []");
    const { status, output } = inFolder(
      {
        "prometheus.conf": plain,
        [config.includes("file_sd") ? "ams1.yml" : "vrrpwatch.rules.yml"]: config.includes("file_sd") ? targets : rules,
      },
      "promtool",
      "check",
      "config",
      "prometheus.conf",
    );
    assert.equal(status, 0, output);
    assert.match(output, /SUCCESS/);
  });

test("the page has a static, a file_sd and a Kubernetes example", () => {
  for (const kind of ["static_configs", "file_sd_configs", "kubernetes_sd_configs"])
    assert.equal(configs.filter((text) => text.startsWith("scrape_configs:") && text.includes(kind)).length, 1, kind);
});

const shell = blocksOf("").map((text) => text.trim());
const commandWith = (text: string): string => {
  const found = shell.find((command) => command.includes(text));
  assert.ok(found !== undefined, text);
  return found;
};

test("the command of the page makes links of every runbook, and the file stays one of rules", { skip }, () => {
  const files = { "vrrpwatch.rules.yml": rules };
  const { status, output } = inFolder(
    files,
    "sh",
    "-c",
    `${commandWith("sed -i")} && promtool check rules vrrpwatch.rules.yml && grep runbook_url: vrrpwatch.rules.yml`,
  );
  assert.equal(status, 0, output);
  const urls = [...output.matchAll(/runbook_url: "(.*)"/g)].map(([, url = ""]) => url);
  assert.equal(urls.length, alertRules.length);
  for (const url of urls)
    assert.match(url, /^http:\/\/lb1\.example\.net:10112\/docs\/(?:conditions\/[a-z_]+|prometheus\/alerts)\.md(?:#[a-z]+)?$/);
});

test("the command of the page makes a PrometheusRule of the rules", () => {
  const command = commandWith("PrometheusRule").replace("kubectl apply -f -", "cat");
  const { status, output } = inFolder({ "vrrpwatch.rules.yml": rules }, "sh", "-c", command);
  assert.equal(status, 0, output);
  const { kind, spec } = parse(output) as { kind: string; spec: unknown };
  assert.equal(kind, "PrometheusRule");
  assert.deepEqual(spec, parse(rules));
});

test("the command of the page for jsonnet prints rules", { skip: toolSkip("jsonnet", "promtool") }, () => {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", commandWith("mixin/mixin.libsonnet")], { cwd: root, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const checked = inFolder({ "rules.yml": stdout }, "promtool", "check", "rules", "rules.yml");
  assert.equal(checked.status, 0, checked.output);
});
