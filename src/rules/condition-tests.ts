import { alertName } from "../core/conditions/alert-name.ts";
import type { Detector } from "../core/conditions/definition.ts";
import { detectors } from "../core/detectors/index.ts";

const agents = [
  { instance: "a", interface: "eth0" },
  { instance: "b", interface: "ens18" },
] as const;
type Agent = (typeof agents)[number];

const router = "VRID 51 (ipv4) on dc1-front";

/** The whole of alerts/tests/conditions.test.yml: the thin rules are alike, and so are their tests. */
export function conditionTests(): string {
  return `# Generated from src/rules/condition-tests.ts; do not edit.
rule_files: [../vrrpwatch.rules.yml]
group_eval_order: [vrrpwatch, vrrpwatch.slow]
evaluation_interval: 15s
tests:
${detectors.map((detector) => [fires, doesNotFire, resolves, boundary].map((test) => test(detector)).join("")).join("")}`;
}

const labels = (agent: Agent, more = ""): string =>
  `{job="vrrp",instance="${agent.instance}",interface="${agent.interface}",vrid="51",family="ipv4"${more}}`;

const series = (name: string, agent: Agent, more: string, values: string): string =>
  `      - {series: '${name}${labels(agent, more)}', values: "${values}"}\n`;

const info = agents.map((agent) => series("vrrp_virtual_router_info", agent, ',segment="dc1-front"', "1x20")).join("");

const active = (agent: Agent, condition: string, values: string): string =>
  series("vrrp_condition_active", agent, `,condition="${condition}"`, values);

const group = (title: string, input: string): string => `  - name: "${title}"\n    interval: 15s\n    input_series:\n${info}${input}`;

/** How many alerts fire at a time; null: none. */
const counts = ({ id }: Detector, expected: readonly (readonly [string, number | null])[]): string =>
  `    promql_expr_test:\n${expected
    .map(
      ([time, count]) =>
        `      - {expr: 'count(ALERTS{alertname="${alertName(id)}",alertstate="firing"})', eval_time: ${time}, exp_samples: [${count === null ? "" : `{value: ${count}}`}]}\n`,
    )
    .join("")}`;

/** One alert of a segment whoever says it, one for each host. */
function fires(detector: Detector): string {
  const { id, severity, scope, meaning } = detector;
  const identity = `severity: ${severity}, segment: dc1-front, vrid: "51", family: ipv4`;
  const rest = "/api/v1/conditions has the cause and the evidence.";
  const expected =
    scope === "segment"
      ? [alert(identity, `${router}: ${meaning}`, `${meaning} 2 agent(s) say so: a b. Their ${rest}`, id)]
      : agents.map(({ instance }) =>
          alert(
            `instance: ${instance}, ${identity}`,
            `${instance}: ${router}: ${meaning}`,
            `${meaning} Said by the agent on ${instance}; its ${rest}`,
            id,
          ),
        );
  return `${group(`${alertName(id)} fires: ${scope === "segment" ? "once for two agents" : "for each host"}`, agents.map((agent) => active(agent, id, "0x1 1x20")).join(""))}    alert_rule_test:
      - eval_time: 30s
        alertname: ${alertName(id)}
        exp_alerts:
${expected.join("")}${counts(detector, [
  ["15s", null],
  ["30s", expected.length],
])}`;
}

const alert = (identity: string, summary: string, description: string, id: string): string =>
  `          - exp_labels: {${identity}}
            exp_annotations:
              summary: ${JSON.stringify(summary)}
              description: ${JSON.stringify(description)}
              runbook_url: docs/conditions/${id}.md
`;

/** Neither while it does not hold or cannot be judged, nor while what it is a consequence of holds. */
function doesNotFire(detector: Detector): string {
  const [a, b] = agents;
  const { id } = detector;
  const healthy = group(
    `${alertName(id)} does not fire: it does not hold, or is not judged`,
    active(a, id, "0x20") + active(b, id, "_x20"),
  );
  const inhibitors = detectors.filter(({ inhibits }) => inhibits.includes(id));
  const hushed = inhibitors.map(
    (other) =>
      `${group(`${alertName(id)} does not fire: it is a consequence of ${other.id}`, active(a, id, "1x20") + active(a, other.id, "1x6 0x20"))}${counts(
        detector,
        [
          ["90s", null],
          ["135s", null],
          ["165s", 1],
        ],
      )}`,
  );
  return `${healthy}${counts(detector, [["120s", null]])}${hushed.join("")}`;
}

function resolves(detector: Detector): string {
  const input = agents.map((agent) => active(agent, detector.id, "1x6 0x20")).join("");
  return `${group(`${alertName(detector.id)} resolves: when it is cleared`, input)}${counts(detector, [
    ["90s", detector.scope === "segment" ? 1 : 2],
    ["105s", null],
  ])}`;
}

/** What came and went between two scrapes at 60 s fires for the minute after it was raised, and no longer. */
function boundary(detector: Detector): string {
  const [a] = agents;
  const more = `,condition="${detector.id}"`;
  const input =
    active(a, detector.id, "0x20") +
    series("vrrp_condition_transitions_total", a, more, "0x3 1x16") +
    series("vrrp_condition_last_raised_timestamp_seconds", a, more, "_x4 57x16");
  return `${group(`${alertName(detector.id)} boundary: between two scrapes`, input)}${counts(detector, [
    ["45s", null],
    ["60s", 1],
    ["105s", 1],
    ["120s", null],
  ])}`;
}
