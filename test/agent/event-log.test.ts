import assert from "node:assert/strict";
import { test } from "node:test";
import { eventLog } from "../../src/agent/event-log.ts";
import type { ConditionName, Event } from "../../src/core/events.ts";
import type { Logger } from "../../src/lib/log.ts";
import { instant, wallTime } from "../../src/lib/time.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

const raised = (condition: ConditionName, severity: "critical" | "warning", vrid = 51): Event => ({
  kind: "condition_raised",
  at: instant(0),
  wall: wallTime(0),
  router: { interface: "eth0", family: "ipv4", vrid },
  condition,
  severity,
  since: wallTime(0),
  cause: null,
  summary: condition,
  evidence: {},
  inhibitedBy: null,
});

function logged(events: readonly Event[]): string[] {
  const lines: string[] = [];
  const write = (fields: object): void => void lines.push(String((fields as { condition?: string }).condition));
  const log = eventLog({ error: write, warn: write, info: write, debug: write } as unknown as Logger, new FakeClock());
  for (const event of events) log(event);
  return lines;
}

test("a critical condition is written although another one of the same virtual router was just before", () => {
  assert.deepEqual(logged([raised("address_mismatch", "warning"), raised("split_brain", "critical")]), ["address_mismatch", "split_brain"]);
});

test("critical conditions are written, whatever else fills the log", () => {
  const flood = Array.from({ length: 4_000 }, (_, vrid) => raised("slow_adverts", "warning", vrid));
  assert.equal(logged([...flood, raised("split_brain", "critical")]).at(-1), "split_brain");
});
