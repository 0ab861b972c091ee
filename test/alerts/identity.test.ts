import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fingerprintOf, type Identity, labelsOf } from "../../src/alerts/identity.ts";
import { groupOf, joinedSegments } from "../../src/alerts/lifecycle/joined-segments.ts";

const identity: Identity = {
  subject: "split_brain",
  severity: "critical",
  scope: "segment",
  router: { interface: "eth0", family: "ipv4", vrid: 51 },
  segment: "192.0.2.0/24",
  host: "lb1",
  externalLabels: {},
};

test("two agents of a segment give one alert the same labels, whatever their interfaces and hosts are called", () => {
  const a = labelsOf(identity);
  const b = labelsOf({ ...identity, host: "lb2", router: { ...identity.router, interface: "ens192" } });
  assert.deepEqual(a, b);
  assert.deepEqual(a, { alertname: "VRRPSplitBrain", family: "ipv4", segment: "192.0.2.0/24", severity: "critical", vrid: "51" });
  assert.deepEqual(Object.keys(a), Object.keys(a).toSorted());
});

test("the fingerprint is that of the contract, and does not hang on the severity", () => {
  const text = "alertname=VRRPSplitBrain\nfamily=ipv4\nsegment=192.0.2.0/24\nvrid=51\n";
  const expected = createHash("sha256").update(text).digest("hex").slice(0, 16);
  assert.equal(fingerprintOf(labelsOf(identity)), expected);
  assert.equal(fingerprintOf(labelsOf({ ...identity, severity: "warning" })), expected);
});

test("what is about one host carries its name, and what is tagged its VLAN", () => {
  const router = { ...identity.router, vlan: 7, innerVlan: 9 };
  const labels = labelsOf({ ...identity, subject: "keepalived_down", scope: "host", router, externalLabels: { site: "ams1" } });
  assert.equal(labels["instance"], "lb1");
  assert.equal(labels["vlan"], "7");
  assert.equal(labels["inner_vlan"], "9");
  assert.equal(labels["site"], "ams1");
  assert.equal(labels["alertname"], "VRRPKeepalivedDown");
});

test("no label of the user's takes the place of one of ours", () => {
  assert.equal(labelsOf({ ...identity, externalLabels: { alertname: "x", vrid: "1" } })["alertname"], "VRRPSplitBrain");
});

test("segments that sync groups join are one group, across several of them", () => {
  const joined = joinedSegments([["outer", "inner"], ["dmz"], ["inner", "lab"]]);
  assert.deepEqual(groupOf("lab", joined), groupOf("outer", joined));
  assert.deepEqual(groupOf("outer", joined), { key: '{}:{segment=~"inner|lab|outer"}', labels: {} });
  assert.deepEqual(groupOf("dmz", joined), { key: '{}:{segment="dmz"}', labels: { segment: "dmz" } });
  assert.deepEqual(groupOf("other", joined), { key: '{}:{segment="other"}', labels: { segment: "other" } });
});
