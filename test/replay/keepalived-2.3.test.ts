import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { replay } from "../../src/commands/replay.ts";
import { capturesFolder } from "../helpers/captures.ts";
import { CollectIo } from "../helpers/collect-io.ts";

const capture = fileURLToPath(new URL("43-keepalived-2.3-refusing/monitor.pcap", capturesFolder));

/** What a virtual router's pair was configured with is in the capture's truth.json. */
test("what two keepalived 2.3.3 refuse of each other is told, with v3_checksum_as_v2 on one of them too", async () => {
  const io = new CollectIo();
  assert.equal(await replay(capture, { json: true, metrics: false, relative: false, color: false }, io), 0);
  const raised = new Map<number, Set<unknown>>([81, 82, 83, 84, 85, 86, 87].map((vrid) => [vrid, new Set()]));
  for (const event of io.json()) if (event["event"] === "condition_raised") raised.get(Number(event["vrid"]))?.add(event["condition"]);
  // The network believes the host that announced the address last, which is the wrong one for as long as both are master.
  const and = (...conditions: string[]): string[] => ["split_brain", "vip_arp_stale", ...conditions].toSorted();
  assert.deepEqual(
    [...raised].map(([vrid, conditions]) => [vrid, [...conditions].toSorted()]),
    [
      [81, ["equal_priority"]],
      [82, and("interval_mismatch")],
      [83, []],
      [84, and("version_mismatch")],
      [85, and("auth_mismatch")],
      [86, []],
      [87, and("checksum_mismatch")],
    ],
  );
});
