import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, Notification } from "../../../src/alerts/alert.ts";
import { formats } from "../../../src/alerts/formats/index.ts";
import { generatorUrl } from "../../../src/alerts/formats/links.ts";
import { sampleAlert, sampleContext, sampleNotification, sampleResolved, textsOf } from "./samples.ts";

const RUNBOOK = "https://wiki.example.net/vrrp/split_brain.md";

/** One alert whose every text is the same, and a list of two. */
function saying(text: string): Notification[] {
  const alert = sampleAlert({
    annotations: { summary: text, description: `${text}\n${text}\nRunbook: ${RUNBOOK}`, reporter: text, damped: text },
    labels: { alertname: text, severity: text },
  });
  return [sampleNotification([alert]), sampleNotification([alert, alert])];
}

const chats = ["slack", "teams", "discord"] as const;

/** Values of a body, but not the links that are meant to be links. */
function spoken(body: unknown): string[] {
  return textsOf(body).filter((text) => text !== RUNBOOK && !text.startsWith("http://adaptivecards.io/"));
}

const hostile: readonly (readonly [what: string, text: string, forbidden: RegExp])[] = [
  ["mentions of everybody", "@everyone @here @channel @all", /@(?:everyone|here|channel|all)/],
  ["Slack's own mentions", "<!channel> <!here|x> <@U123> <#C123>", /<[!@#]/],
  ["Slack's own links", "<https://evil.example|harmless>", /<https?|https?:\/\/evil/],
  ["bare links", "see http://evil.example and www.evil.example", /http:\/\/evil|www\.evil/],
  ["bare domains", "see evil.example.com or evil.conf.com", /evil\.(?:example|conf)|conf\.com/],
  ["links of Markdown", "[harmless](https://evil.example)", /\]\(/],
  ["channels", "#general ~town-square", /#general|~town/],
  ["Discord's mentions", "<@123> <@&456> <#789> <t:0:R>", /<[@#t]/],
  ["control characters", "a\u0000b\u0007c\u001b[31md\u007fe\u009bf", /(?!\n)\p{Cc}/u],
  ["bidirectional overrides", "a\u202eb\u2066c\u200fd\u061ce", /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/],
  ["other invisible characters", "a\ufeffb\u00adc\u{e0041}d\u2028e", /[\ufeff\u00ad\u2028\u2029]|[\u{e0000}-\u{e007f}]/u],
  ["halves of surrogate pairs", "a\ud800b\udc00c", /\p{Surrogate}/u],
];

for (const name of chats) {
  for (const [what, text, forbidden] of hostile) {
    test(`${name}: ${what} in a text do nothing`, () => {
      for (const notification of saying(text)) {
        const texts = spoken(formats[name].body(notification, sampleContext)).map((each) => each.replaceAll(RUNBOOK, ""));
        assert.ok(texts.length > 3);
        for (const each of texts) assert.doesNotMatch(each, forbidden);
      }
    });
  }
}

test("slack: what Slack would take for markup is escaped once", () => {
  const { text } = formats.slack.body(
    sampleNotification([sampleAlert({ annotations: { summary: "a < b & c > d &amp;" } })]),
    sampleContext,
  ) as Json;
  assert.equal(text, "[critical] a &lt; b &amp; c &gt; d &amp;amp;");
});

test("discord: nobody may be mentioned, and markup is escaped", () => {
  const body = formats.discord.body(
    sampleNotification([sampleAlert({ annotations: { summary: "**a** _b_ `c` ||d|| \\" } })]),
    sampleContext,
  ) as Json;
  assert.deepEqual(body["allowed_mentions"], { parse: [] });
  assert.equal(body["content"], "\\[critical\\] \\*\\*a\\*\\* \\_b\\_ \\`c\\` \\|\\|d\\|\\| \\\\");
});

test("names of files, addresses and the runbook stay as they can be copied", () => {
  const description = `See /etc/keepalived/keepalived.conf and keepalived.service on 192.0.2.1, eth0.100.\n${RUNBOOK}`;
  const body = formats.slack.body(sampleNotification([sampleAlert({ annotations: { description } })]), sampleContext);
  assert.ok(textsOf(body).includes(description));
});

test("only http and https runbooks become links", () => {
  for (const url of [
    "javascript:alert(1)",
    "file:///etc/passwd",
    "docs/conditions/split_brain.md",
    "",
    `https://a.example/${"x".repeat(3_000)}`,
  ]) {
    for (const name of [...chats, "pagerduty"] as const) {
      const body = JSON.stringify(
        formats[name].body(sampleNotification([sampleAlert({ annotations: { runbook_url: url } })]), sampleContext),
      );
      assert.doesNotMatch(body, /title_link|Action\.OpenUrl|"links"|"url"/);
    }
  }
  for (const name of [...chats, "pagerduty"] as const) {
    const body = JSON.stringify(formats[name].body(sampleNotification([sampleAlert()]), sampleContext));
    assert.match(body, /title_link|Action\.OpenUrl|"links"|"url"/);
  }
});

/** Every place that a text can come from. */
const failing = (status: "firing" | "resolved"): Notification => {
  const make = status === "firing" ? sampleAlert : sampleResolved;
  const alert = make({
    labels: { segment: "error-net", error_domain: "an error" },
    annotations: {
      summary: "error",
      description: "terrors and errors",
      runbook_url: "https://wiki.example.net/error.md",
      reporter: "error",
    },
    vrrp: { evidence: { error: "error", nested: [{ errors: ["error"] }] }, cause: "error" },
  });
  return sampleNotification([alert], { receiver: "error", group_key: "error", group_labels: { error: "error" } });
};
const errorContext = { ...sampleContext, externalUrl: "https://error.example.net", agent: { host: "error", version: "error" } };

test("oneuptime: a body that does not fire never holds the word error in small letters", () => {
  const text = JSON.stringify(formats.oneuptime.body(failing("resolved"), errorContext));
  assert.doesNotMatch(text, /error/);
  assert.match(text, /Error-net/);
});

test("oneuptime: a body that fires has its texts as they are, and both have the same fingerprint", () => {
  const firing = formats.oneuptime.body(failing("firing"), errorContext) as Json;
  assert.match(JSON.stringify(firing), /error-net/);
  const fingerprint = (body: unknown): unknown => ((body as Json)["alerts"] as readonly Json[])[0]?.["fingerprint"];
  assert.equal(fingerprint(firing), fingerprint(formats.oneuptime.body(failing("resolved"), errorContext)));
});

test("an interface of any name is one step of the path of the generator URL", () => {
  const of = (name: string): string =>
    generatorUrl(
      sampleAlert({ vrrp: { virtual_router: { ...sampleAlert().vrrp.virtual_router, interface: name } } }),
      "https://a.example//",
    );
  assert.equal(of("a/../b?c#d"), "https://a.example/api/v1/virtual-routers/a%2F..%2Fb%3Fc%23d/ipv4/51");
  assert.equal(of("\ud800"), "https://a.example/api/v1/virtual-routers/%EF%BF%BD/ipv4/51");
});

for (const [name, format] of Object.entries(formats)) {
  test(`${name}: texts with halves of surrogate pairs and 10 kB give a body that is JSON again`, () => {
    for (const notification of saying(`\ud800${"y".repeat(10_000)}\udfff`)) {
      const body = format.body(notification, sampleContext);
      assert.deepEqual(JSON.parse(JSON.stringify(body)), body);
    }
  });
}
