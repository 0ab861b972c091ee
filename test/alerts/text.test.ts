import assert from "node:assert/strict";
import { test } from "node:test";
import type { Subject } from "../../src/alerts/identity.ts";
import { descriptionOf, type Story, summaryOf } from "../../src/alerts/text.ts";
import { titles } from "../../src/alerts/titles.ts";
import { detectors } from "../../src/core/detectors/index.ts";
import { conditionNames } from "../../src/core/events.ts";
import { seconds, wallPlus } from "../../src/lib/time.ts";
import { noon } from "../metrics/sample.ts";

const detectorOf = (subject: Subject) => detectors.find(({ id }) => id === subject) ?? null;

interface StoryFields extends Omit<Partial<Story>, "router"> {
  readonly router?: Partial<Story["router"]>;
}

function story({ router, ...fields }: StoryFields = {}): Story {
  const subject = fields.subject ?? "split_brain";
  return {
    subject,
    detector: detectorOf(subject),
    summary: "VRID 51 (IPv4) has 2 masters: 192.0.2.2 (priority 100) goes on beside 192.0.2.1 (priority 150)",
    cause: "local_receive_blocked",
    evidence: { masters: [{ source: "192.0.2.1", priority: 150, this_host: false }], does_not_yield: "192.0.2.2", differs_in: null },
    router: { vrid: 51, family: "ipv4", name: "web", segment: "192.0.2.0/24", interface: "eth0", ...router },
    startsAt: noon,
    endsAt: null,
    reporter: "lb2",
    runbookUrl: "https://wiki.example.net/split_brain.md",
    incident: { id: "20261121T060000Z-51", folder: "/var/lib/vrrpwatch/incidents/20261121T060000Z-51" },
    times: 1,
    damped: null,
    ...fields,
  };
}

const summaries: readonly (readonly [name: string, story: Story, summary: string])[] = [
  ["what, which one, where and why", story(), "Split brain: VRID 51 (web) on 192.0.2.0/24: local receive blocked"],
  [
    "no name and a cause that is not known are left out",
    story({ router: { name: null }, cause: "unknown" }),
    "Split brain: VRID 51 on 192.0.2.0/24",
  ],
  [
    "IPv6 has virtual routers of its own",
    story({ router: { family: "ipv6", segment: "2001:db8::/64" }, cause: null }),
    "Split brain: VRID 51 IPv6 (web) on 2001:db8::/64",
  ],
  [
    "what is over says how long it took",
    story({ endsAt: wallPlus(noon, seconds(192)) }),
    "Resolved after 3 min 12 s: Split brain: VRID 51 (web) on 192.0.2.0/24: local receive blocked",
  ],
  [
    "what is about one host names it",
    story({ subject: "keepalived_down", cause: "died" }),
    "keepalived is down: VRID 51 (web) on lb2, 192.0.2.0/24: died",
  ],
  [
    "the only cause of a condition says nothing that its title does not",
    story({ subject: "address_mismatch", cause: "configuration" }),
    "Addresses differ: VRID 51 (web) on 192.0.2.0/24",
  ],
  [
    "a change of master says who took over from whom",
    story({ subject: "master_changed", cause: "no_response", evidence: { from: "192.0.2.1", to: "192.0.2.2" } }),
    "Master changed: VRID 51 (web) on 192.0.2.0/24: 192.0.2.2 after 192.0.2.1, no response",
  ],
  [
    "a master that nobody followed",
    story({ subject: "master_changed", cause: "no_response", evidence: { from: "192.0.2.1", to: null } }),
    "Master changed: VRID 51 (web) on 192.0.2.0/24: nobody after 192.0.2.1, no response",
  ],
  [
    "a name that is too long is cut rather than the segment and the cause",
    story({ router: { name: "the virtual address of the web servers of all the customers of the whole of Europe" } }),
    "Split brain: VRID 51 (the virtual address of …) on 192.0.2.0/24: local receive blocked",
  ],
  [
    "control characters and overrides of the direction of writing are left out",
    story({ router: { name: "we\u202eb\u0007\nserver" }, cause: null }),
    "Split brain: VRID 51 (web server) on 192.0.2.0/24",
  ],
];

for (const [name, given, summary] of summaries) {
  test(`summary: ${name}`, () => assert.equal(summaryOf(given), summary));
}

for (const subject of [...conditionNames, "master_changed"] as const) {
  test(`summary of ${subject}: at most 120 characters with VRID, title and segment, whatever the names are`, () => {
    const causes = [null, "c".repeat(10_000), ...Object.keys(detectorOf(subject)?.causes ?? {})];
    for (const text of ["n", "n".repeat(10_000), "😀".repeat(5_000), `\ud800${"n".repeat(100)}`]) {
      for (const cause of causes) {
        for (const endsAt of [null, wallPlus(noon, seconds(3_650 * 86_400 - 1))]) {
          const router = { vrid: 255, family: "ipv6", name: text, segment: `s${text}` } as const;
          const summary = summaryOf(story({ subject, cause, endsAt, reporter: text, router, evidence: { from: text, to: text } }));
          assert.ok(summary.length <= 120, summary);
          assert.doesNotMatch(summary, /\p{Surrogate}/u);
          assert.ok(summary.includes(`${titles[subject]}: VRID 255 IPv6 (`), summary);
          assert.match(summary, / on .*s(?:n|😀|\ufffd|…)/u);
          assert.equal(summary.startsWith("Resolved after "), endsAt !== null);
        }
      }
    }
  });
}

test("the description of what fires: sentence, router, since when, cause, evidence, remedy, runbook, incident", () => {
  assert.equal(
    descriptionOf(story({ router: { vlan: 10, innerVlan: 20 }, times: 3, damped: "It was told 6 times within 10 min." })),
    `Two live masters of one virtual router.
VRID 51 (IPv4) has 2 masters: 192.0.2.2 (priority 100) goes on beside 192.0.2.1 (priority 150).
Virtual router: VRID 51 (web), IPv4, on 192.0.2.0/24, interface eth0, VLAN 10, inner VLAN 20
Since 2026-11-21 06:00:00 UTC
It came 3 times since the last notification.
Cause: local_receive_blocked: The adverts of the better router reach the network card of this host, but not its keepalived.
Evidence:
  masters: source 192.0.2.1, priority 150, this_host no
  does_not_yield: 192.0.2.2
  differs_in: none
What to do: ${detectorOf("split_brain")?.causes["local_receive_blocked"]?.remedy}
Runbook: https://wiki.example.net/split_brain.md
Reported by lb2
Incident 20261121T060000Z-51: its files are in /var/lib/vrrpwatch/incidents/20261121T060000Z-51 on lb2
It was told 6 times within 10 min.`,
  );
});

test("the description of what is over: that it is, why, how long it took, and no remedy", () => {
  assert.equal(
    descriptionOf(story({ endsAt: wallPlus(noon, seconds(192)), summary: "192.0.2.1 is master", incident: null, evidence: {} })),
    `It is over. It was: Two live masters of one virtual router.
192.0.2.1 is master.
Virtual router: VRID 51 (web), IPv4, on 192.0.2.0/24, interface eth0
From 2026-11-21 06:00:00 to 2026-11-21 06:03:12 UTC (3 min 12 s)
Cause: local_receive_blocked: The adverts of the better router reach the network card of this host, but not its keepalived.
Runbook: https://wiki.example.net/split_brain.md
Reported by lb2`,
  );
});

test("the description of a change of master has what is known of it", () => {
  const change = story({
    subject: "master_changed",
    cause: "no_response",
    summary: "192.0.2.2 is master after 192.0.2.1",
    evidence: { from: "192.0.2.1", to: "192.0.2.2", gap_seconds: 3.609 },
    router: { name: null, interface: null },
    incident: null,
    runbookUrl: "",
  });
  assert.equal(
    descriptionOf(change),
    `192.0.2.2 is master after 192.0.2.1.
Virtual router: VRID 51, IPv4, on 192.0.2.0/24
Since 2026-11-21 06:00:00 UTC
Cause: no_response
Evidence:
  from: 192.0.2.1
  to: 192.0.2.2
  gap_seconds: 3.609
Reported by lb2`,
  );
});

test("a cause that the declaration does not know is named, and nothing that objects inherit is one", () => {
  for (const cause of ["new_cause", "constructor"]) assert.match(descriptionOf(story({ cause })), new RegExp(`^Cause: ${cause}$`, "m"));
});

test("evidence is bounded in lines, length and depth, and says what is left out", () => {
  const deep = { a: { b: { c: { d: { e: 1 } } } } };
  const evidence = {
    long: "x".repeat(10_000),
    list: Array.from({ length: 1_000 }, (_, index) => index),
    objects: [{ a: 1 }, { a: 2 }],
    deep,
    empty: [],
    "many\nlines": "a\nb\u202e",
    ...Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`key${index}`, true])),
  };
  const lines = descriptionOf(story({ evidence })).split("\n");
  const from = lines.indexOf("Evidence:") + 1;
  const shown = lines.slice(from, from + 13);
  assert.equal(shown[0], `  long: ${"x".repeat(239)}…`);
  assert.equal(shown[1], "  list: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, …");
  assert.equal(shown[2], "  objects: a 1; a 2");
  assert.equal(shown[3], "  deep: a b c …");
  assert.equal(shown[4], "  empty: none");
  assert.equal(shown[5], "  many lines: a b");
  assert.equal(shown[6], "  key0: yes");
  assert.equal(shown[12], "  and 494 more");
  assert.match(lines[from + 13] ?? "", /^What to do: /);
});

test("a description has at most 8,000 characters, whatever the texts are", () => {
  const text = "😀\u202e".repeat(5_000);
  const evidence = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${text}${index}`, [text, { [text]: text }]]));
  const router = { name: text, segment: text, interface: text };
  const description = descriptionOf(
    story({
      summary: text,
      cause: text,
      evidence,
      router,
      reporter: text,
      runbookUrl: text,
      incident: { id: text, folder: text },
      damped: text,
    }),
  );
  assert.ok(description.length <= 8_000);
  assert.doesNotMatch(description, /\p{Surrogate}|\u202e/u);
});
