import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Alert } from "../../src/alerts/alert.ts";
import { fingerprintOf, type Subject } from "../../src/alerts/identity.ts";
import { titles } from "../../src/alerts/titles.ts";
import { type ExampleOptions, exampleNotification, exampleSubjects } from "../../src/commands/webhook-example.ts";
import { detectors } from "../../src/core/detectors/index.ts";
import { conditionNames } from "../../src/core/events.ts";
import { seconds, wallPlus } from "../../src/lib/time.ts";
import { noon } from "../metrics/sample.ts";

const options: ExampleOptions = {
  subject: "split_brain",
  severity: "critical",
  resolved: false,
  receiver: "oncall",
  externalLabels: { site: "ams1" },
  runbookUrl: null,
  host: "lb1",
  id: "test-1",
  wall: noon,
};

/** The only alert of an example. */
function alertOf(more: Partial<ExampleOptions> = {}): Alert {
  const { alerts } = exampleNotification({ ...options, ...more });
  assert.equal(alerts.length, 1);
  return alerts[0] as Alert;
}

test("there is an example of every condition and of a change of master", () => {
  assert.deepEqual(exampleSubjects, [...conditionNames, "master_changed"]);
});

test("a notification is marked as a test and is for one receiver", () => {
  const { alerts, ...rest } = exampleNotification(options);
  assert.equal(alerts.length, 1);
  assert.deepEqual(rest, {
    id: "test-1",
    receiver: "oncall",
    reason: "test",
    group_key: '{}:{segment="192.0.2.0/24"}',
    group_labels: { segment: "192.0.2.0/24" },
    created_at: "2026-11-21T06:00:00.250000Z",
    truncated: 0,
  });
});

test("an example of a split brain has the identity that a real one would have on a segment that does not exist", () => {
  const { labels, fingerprint, vrrp } = alertOf();
  assert.deepEqual(labels, {
    alertname: "VRRPSplitBrain",
    family: "ipv4",
    segment: "192.0.2.0/24",
    severity: "critical",
    site: "ams1",
    vrid: "51",
  });
  assert.equal(fingerprint, fingerprintOf(labels));
  assert.deepEqual(vrrp.virtual_router, {
    interface: "eth0",
    family: "ipv4",
    vrid: 51,
    segment: "192.0.2.0/24",
    name: null,
    addresses: ["192.0.2.100"],
  });
});

test("the end of an example is the end of the same alert, a little after its beginning, and newer", () => {
  const [firing, resolved] = [alertOf(), alertOf({ resolved: true, wall: wallPlus(noon, seconds(1)) })];
  assert.equal(resolved.fingerprint, firing.fingerprint);
  assert.deepEqual([firing.status, firing.ends_at], ["firing", null]);
  assert.deepEqual(
    [resolved.status, resolved.starts_at, resolved.ends_at],
    ["resolved", "2026-11-21T05:56:49.250000Z", "2026-11-21T06:00:01.250000Z"],
  );
  assert.ok(resolved.sequence > firing.sequence);
  // As lifecycle has it: an odd number fires.
  assert.deepEqual([firing.sequence % 2, resolved.sequence % 2], [1, 0]);
});

test("it is told in the words of a real alert, after what says that it is a test", () => {
  const { annotations } = alertOf();
  assert.equal(annotations.summary, "TEST: Split brain: VRID 51 on 192.0.2.0/24: local receive blocked");
  const [, meaning, where, since, ...rest] = annotations.description.split("\n");
  assert.equal(meaning, "Two live masters of one virtual router.");
  assert.equal(where, "Virtual router: VRID 51, IPv4, on 192.0.2.0/24, interface eth0");
  assert.equal(since, "Since 2026-11-21 06:00:00 UTC");
  for (const line of [/^Cause: local_receive_blocked: /, /^Evidence:$/, /^What to do: /, /^Runbook: docs\/conditions\/split_brain\.md$/])
    assert.ok(
      rest.some((text) => line.test(text)),
      `${line}`,
    );
  assert.match(alertOf({ resolved: true }).annotations.description, /\nIt is over\. It was: Two live masters/);
});

test("a change of master names both masters", () => {
  const { summary } = alertOf({ subject: "master_changed", severity: "info" }).annotations;
  assert.equal(summary, "TEST: Master changed: VRID 51 on 192.0.2.0/24: 192.0.2.11 after 192.0.2.12, no response");
});

test("the longest name of a host leaves a summary for a lock screen", () => {
  const { summary } = alertOf({ subject: "keepalived_down", host: "x".repeat(250), resolved: true }).annotations;
  assert.ok(summary.startsWith("TEST: Resolved after") && summary.length <= 120, summary);
});

test("conditions of one host name it", () => {
  assert.equal(alertOf({ subject: "keepalived_down" }).labels["instance"], "lb1");
  assert.equal(alertOf({ subject: "no_master" }).labels["instance"], undefined);
});

test("the runbook is where the configuration says, else in the source", () => {
  const runbook = (subject: Subject, runbookUrl: string | null): string => alertOf({ subject, runbookUrl }).annotations.runbook_url;
  assert.equal(runbook("no_master", null), "docs/conditions/no_master.md");
  assert.equal(runbook("no_master", "https://wiki.example/vrrp"), "https://wiki.example/vrrp/no_master.md");
  assert.equal(runbook("no_master", "https://wiki.example/vrrp/"), "https://wiki.example/vrrp/no_master.md");
  assert.equal(runbook("master_changed", "https://wiki.example/vrrp"), "https://wiki.example/vrrp/README.md");
});

for (const subject of exampleSubjects) {
  describe(subject, () => {
    const detector = detectors.find(({ id }) => id === subject);

    test("has a summary for a lock screen that begins with TEST", () => {
      for (const resolved of [false, true]) {
        const { summary } = alertOf({ subject, resolved }).annotations;
        const place = detector?.scope === "host" ? "lb1, 192.0.2.0/24" : "192.0.2.0/24";
        assert.ok(
          summary.startsWith(`TEST: ${resolved ? "Resolved after 3 min 12 s: " : ""}${titles[subject]}: VRID 51 on ${place}`),
          summary,
        );
        assert.ok(summary.length <= 120, `${summary.length} characters`);
      }
    });

    test("has the words of the detector, and says twice that it is a test", () => {
      const { annotations, vrrp } = alertOf({ subject });
      assert.match(annotations.description, /^This is a test by `vrrpwatch webhook test` on lb1: nothing is wrong\.\n/);
      assert.equal(vrrp.condition, subject);
      assert.equal(annotations.cause ?? null, vrrp.cause);
      if (detector === undefined) return;
      assert.ok(annotations.description.includes(detector.meaning));
      assert.deepEqual(vrrp.evidence, detector.evidence);
      const [cause] = Object.keys(detector.causes);
      assert.equal(vrrp.cause, cause ?? null);
      if (cause !== undefined) assert.ok(annotations.description.includes(detector.causes[cause]?.remedy ?? "?"));
    });

    // OneUptime takes a monitor for offline where the word is anywhere in the body.
    test("does not say error once it is over", () => {
      assert.ok(!JSON.stringify(exampleNotification({ ...options, subject, resolved: true })).includes("error"));
    });
  });
}
