import { test } from "node:test";
import type { Json } from "../../../src/alerts/alert.ts";
import { alertmanagerApiBody } from "../../../src/alerts/formats/alertmanager-api.ts";
import type { Format } from "../../../src/alerts/formats/format.ts";
import { formats } from "../../../src/alerts/formats/index.ts";
import { templateFormat } from "../../../src/alerts/formats/template.ts";
import { compileTemplate } from "../../../src/lib/placeholders.ts";
import { assertGolden } from "./golden.ts";
import { sampleContext, scenarios } from "./samples.ts";

function recorded(format: Format, routingKey: string | null = null): Json {
  const bodies = Object.entries(scenarios).map(([name, notification]) => {
    // As the lifecycle does for who knows no lists.
    const told = format.perAlert ? { ...notification, alerts: notification.alerts.slice(0, 1), truncated: 0 } : notification;
    return [name, format.body(told, { ...sampleContext, routingKey })];
  });
  return Object.fromEntries(bodies);
}

for (const [name, format] of Object.entries(formats)) {
  test(`${name}: firing, resolved, many alerts, a change of master and missing parts are as recorded`, () => {
    assertGolden(name, recorded(format, name === "pagerduty" ? "key-of-the-service" : null));
  });
}

test("template: the user's document is filled in as recorded", () => {
  const compiled = compileTemplate({
    topic: "vrrp-{{ alert.labels.vrid }}",
    title: '{{ alert.annotations.summary | default("nothing") }}',
    priority: 5,
    tags: ["{{ status | upper }}", "{{ alert.labels.severity }}"],
    counts: { firing: "{{ firing }}", resolved: "{{ resolved }}", left: "{{ truncatedAlerts }}" },
    addresses: '{{ vrrp.alerts[0].virtual_router.addresses | join(", ") }}',
    evidence: "{{ vrrp.alerts[0].evidence }}",
    missing: "{{ alert.labels.rack }}",
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  assertGolden("template", recorded(templateFormat(compiled.value)));
});

test("alertmanager-api: what fires ends when the caller says, with a link where the agent can be reached", () => {
  const alerts = Object.values(scenarios).flatMap((notification) => notification.alerts.slice(0, 1));
  const body = (externalUrl: string): unknown =>
    alertmanagerApiBody(alerts, ({ ends_at }) => ends_at ?? "2026-11-21T06:04:01.000000Z", externalUrl);
  assertGolden("alertmanager-api", { reachable: body(sampleContext.externalUrl), unknown: body("") });
});
