import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert, Json } from "../../src/alerts/alert.ts";
import { describeAlert } from "../../src/alerts/describe.ts";
import { StandingAlert } from "../../src/alerts/lifecycle/standing-alert.ts";
import { instant, wallTime } from "../../src/lib/time.ts";

const labels = { alertname: "VRRPSplitBrain", severity: "critical", segment: "192.0.2.0/24", vrid: "51", family: "ipv4" };

function described(evidence: Json): Alert {
  const kind = {
    fingerprint: "0123456789abcdef",
    labels,
    subject: "split_brain",
    severity: "critical",
    group: { key: "g", labels },
  } as const;
  const alert = new StandingAlert(
    kind,
    { interface: "eth0", family: "ipv4", vrid: 51 },
    instant(0),
    wallTime(Date.UTC(2026, 0, 1) * 1_000),
    1,
  );
  alert.facts = { summary: "VRID 51 has two masters", cause: null, evidence };
  return describeAlert(alert, null, { reporter: "lb1", runbookUrl: null }, 1, null);
}

test("the evidence goes with the alert", () =>
  assert.deepEqual(described({ masters: ["192.0.2.1"] }).vrrp.evidence, { masters: ["192.0.2.1"] }));

test("evidence that somebody has blown up does not: how much it was is said", () => {
  const masters = Array.from({ length: 20_000 }, (_, n) => `192.0.2.${n % 256}`);
  const { length } = JSON.stringify({ masters });
  const alert = described({ masters });
  assert.deepEqual(alert.vrrp.evidence, { omitted: `${length} characters` });
  assert.ok(JSON.stringify(alert).length < 16_384, "and the texts are bounded, too");
});
