import assert from "node:assert/strict";
import { test } from "node:test";
import { SyncGroupSegments } from "../../src/agent/sync-group-segments.ts";
import type { VirtualRouterId } from "../../src/core/events.ts";
import type { KeepalivedConfig } from "../../src/core/keepalived-config.ts";
import { instance } from "../core/host/facts.ts";

const config: KeepalivedConfig = {
  instances: [
    instance({ name: "FRONT", interface: "eth0" }),
    instance({ name: "BACK", interface: "eth1" }),
    instance({ name: "ALONE", interface: "eth2" }),
  ],
  syncGroups: [{ name: "G", members: ["FRONT", "BACK", "gone"] }],
  notifyFifo: null,
  vrrpNotifyFifo: null,
  scriptUser: null,
};

test("the segments of a sync group are joined as soon as its configuration is known, and no longer than that", () => {
  const groups = new SyncGroupSegments(({ interface: device }) => `net-${device}`);
  assert.deepEqual(groups.joined, new Map());
  groups.configured(config);
  const both = ["net-eth0", "net-eth1"];
  assert.deepEqual(
    groups.joined,
    new Map([
      ["net-eth0", both],
      ["net-eth1", both],
    ]),
  );
  groups.configured(null);
  assert.deepEqual(groups.joined, new Map());
});

test("segments are named once, and again when they may have got other names", () => {
  let asked = 0;
  let prefix = "old";
  const groups = new SyncGroupSegments(({ interface: device }: VirtualRouterId) => {
    asked += 1;
    return `${prefix}-${device}`;
  });
  groups.configured(config);
  for (let event = 0; event < 100; event += 1) assert.ok(groups.joined.has("old-eth0"));
  assert.equal(asked, config.instances.length);
  prefix = "new";
  groups.renamed();
  assert.deepEqual([...groups.joined.keys()].sort(), ["new-eth0", "new-eth1"]);
});
