import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { configuredSilences } from "../../src/config/silences.ts";
import { rfc3339, wallTime } from "../../src/lib/time.ts";
import { type Silence, silenceState } from "../../src/silences/silence.ts";

function silences(text: string): Silence[] {
  const loaded = loadConfig(text, "c.yaml");
  assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.error));
  return configuredSilences(loaded.value);
}

const at = (text: string) => wallTime(Date.parse(text) * 1_000);

test("a configured silence is named by its place, and has everything that was given", () => {
  const [, second] = silences(`
silences:
  - {vrid: 1, until: 2026-12-01T00:00:00Z}
  - segment: dc1
    interface: eth0
    vlan: 0
    family: ipv4
    vrid: 51
    begins_at: 2026-12-01T22:00:00+01:00
    for: 4h
    comment: new switches
    created_by: ann
`);
  assert.deepEqual(second, {
    id: "config-1",
    source: "config",
    matchers: { segment: "dc1", interface: "eth0", vlan: 0, family: "ipv4", vrid: 51 },
    beginsAt: at("2026-12-01T21:00:00Z"),
    endsAt: at("2026-12-02T01:00:00Z"),
    endsBy: "time",
    comment: "new switches",
    createdBy: "ann",
    createdAt: null,
  });
});

test("without a beginning it begins 30 days before its end, so that a mistyped year does not silence for years", () => {
  const [silence] = silences("silences: [{segment: dc1, until: 2126-12-31T00:00:00Z}]");
  assert.ok(silence !== undefined && silence.beginsAt !== null);
  assert.equal(rfc3339(silence.beginsAt), "2126-12-01T00:00:00.000000Z");
  assert.equal(silenceState(silence, at("2026-12-01T00:00:00Z")), "pending");
});

test("one that is over is no error, and holds nothing", () => {
  const [silence] = silences("silences: [{vrid: 51, until: 2020-01-01T00:00:00Z}]");
  assert.ok(silence !== undefined);
  assert.equal(silenceState(silence, at("2026-12-01T00:00:00Z")), "over");
});
