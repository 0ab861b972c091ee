import assert from "node:assert/strict";
import { test } from "node:test";
import { formats } from "../../../src/alerts/formats/index.ts";
import { webhookFormats } from "../../../src/config/sections/alerts.ts";

test("every format that can be configured is there, but the two that need more than a notification", () => {
  const others = webhookFormats.filter((name) => name !== "alertmanager-api" && name !== "template");
  assert.deepEqual(Object.keys(formats), others);
});

test("only PagerDuty is told of each alert by itself", () => {
  const alone = Object.entries(formats).filter(([, { perAlert }]) => perAlert);
  assert.deepEqual(
    alone.map(([name]) => name),
    ["pagerduty"],
  );
});
