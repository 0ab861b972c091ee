import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert, Json, Notification } from "../../../src/alerts/alert.ts";
import { formats } from "../../../src/alerts/formats/index.ts";
import { sampleAlert, sampleContext, sampleNotification, textsOf } from "./samples.ts";

/** What makes texts longer on their way: escapes, three and four bytes in UTF-8, surrogate pairs, things that are neutralised. */
const fillers: Readonly<Record<string, string>> = {
  letters: "x",
  escapes: '&<>*_"\\',
  "three bytes": "字",
  "surrogate pairs": "x😀",
  mentions: "@#a~b://",
  lines: "a\n",
};

const long = (filler: string): string => filler.repeat(Math.ceil(10_000 / filler.length)).slice(0, 10_000);

function longestAlert(filler: string): Alert {
  const text = long(filler);
  return sampleAlert({
    labels: { segment: text },
    annotations: {
      summary: text,
      description: text,
      runbook_url: `https://wiki.example.net/${"p".repeat(1_970)}`,
      reporter: text,
      damped: text,
    },
    vrrp: {
      virtual_router: { interface: text, segment: text, family: "ipv4", vrid: 255, name: text, addresses: Array<string>(255).fill(text) },
      evidence: { text },
    },
  });
}

const flood = (filler: string, count: number): Notification => sampleNotification(Array<Alert>(count).fill(longestAlert(filler)));

const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce((inner, step) => (inner as Readonly<Record<string | number, unknown>>)[step], value);
const list = (value: unknown, ...path: readonly (string | number)[]): readonly Json[] => at(value, ...path) as readonly Json[];
const lengthOf = (value: unknown): number => (typeof value === "string" ? value.length : 0);
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const limits: Readonly<Record<string, (body: unknown) => void>> = {
  slack(body) {
    assert.ok(lengthOf(at(body, "text")) <= 3_000);
    assert.ok(list(body, "attachments").length <= 20);
    let sum = lengthOf(at(body, "text"));
    for (const { text, title, fallback, footer, title_link } of list(body, "attachments")) {
      assert.ok(lengthOf(title_link) <= 2_048);
      sum += lengthOf(text) + lengthOf(title) + lengthOf(fallback) + lengthOf(footer);
    }
    assert.ok(sum <= 16_383, `${sum} characters in all texts`);
  },
  discord(body) {
    const embeds = list(body, "embeds");
    assert.ok(lengthOf(at(body, "content")) <= 2_000);
    assert.ok(embeds.length <= 10);
    let sum = 0;
    for (const embed of embeds) {
      assert.ok(lengthOf(embed["title"]) <= 256);
      assert.ok(lengthOf(embed["description"]) <= 4_096);
      assert.ok(lengthOf(embed["url"]) <= 2_048);
      const footer = embed["footer"] === undefined ? 0 : lengthOf(at(embed, "footer", "text"));
      assert.ok(footer <= 2_048);
      sum += lengthOf(embed["title"]) + lengthOf(embed["description"]) + footer;
    }
    assert.ok(sum <= 6_000, `${sum} characters in all embeds`);
  },
  teams(body) {
    assert.ok(bytesOf(body) <= 28_000);
    assert.ok(2 * JSON.stringify(body).length <= 28_000);
  },
  pagerduty(body) {
    assert.ok(bytesOf(body) <= 512_000);
    assert.ok(lengthOf(at(body, "payload", "summary")) <= 1_024);
    assert.ok(lengthOf(at(body, "dedup_key")) <= 255);
  },
};

for (const [name, check] of Object.entries(limits)) {
  const format = formats[name as keyof typeof formats];
  for (const [kind, filler] of Object.entries(fillers)) {
    test(`${name}: its limits hold for one alert and for 5,000 with the longest texts, of ${kind}`, () => {
      for (const count of [1, 2, 7, 5_000]) {
        const body = format.body(flood(filler, count), sampleContext);
        check(body);
        for (const text of textsOf(body)) assert.doesNotMatch(text, /\p{Surrogate}/u);
      }
    });
  }
}

for (const [name, shown] of [
  ["slack", 10],
  ["teams", 8],
  ["discord", 9],
] as const) {
  test(`${name}: of 5,000 alerts the first, most severe ones are shown and the others counted`, () => {
    const alerts = Array.from({ length: 5_000 }, (_, index) => sampleAlert({ annotations: { summary: `alert ${index} of many` } }));
    const body = formats[name].body(sampleNotification(alerts, { truncated: 45 }), sampleContext);
    const texts = textsOf(body);
    assert.ok(texts.includes(`and ${5_045 - shown} more`));
    assert.ok(texts.includes(`alert ${shown - 1} of many`));
    assert.ok(!texts.some((text) => text.includes(`alert ${shown} of many`)));
    assert.ok(texts.some((text) => text.includes("and 5044 more")));
  });
}

test("pagerduty: evidence that does not fit is left out, and the rest stays", () => {
  const body = formats.pagerduty.body(
    sampleNotification([sampleAlert({ vrrp: { evidence: { text: "x".repeat(600_000) } } })]),
    sampleContext,
  );
  limits["pagerduty"]?.(body);
  assert.match(String(at(body, "payload", "custom_details", "evidence")), /more than PagerDuty takes/);
  assert.equal(at(body, "payload", "custom_details", "condition"), "split_brain");
});
