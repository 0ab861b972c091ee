import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import type { ConfigProblem } from "../../src/config/problems.ts";
import { type Config, defaultConfig } from "../../src/config/schema.ts";
import { millis, seconds } from "../../src/lib/time.ts";

function load(text: string): Config {
  const result = loadConfig(text, "c.yaml");
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.error));
  return result.value;
}

function problems(text: string): ConfigProblem[] {
  const result = loadConfig(text, "c.yaml");
  assert.ok(!result.ok, "the configuration should have been refused");
  return result.error;
}

test("an empty file means the defaults", () => {
  for (const text of ["", "\n", "# nothing\n", "---\n", "{}", "\uFEFF# a byte order mark\n"]) assert.deepEqual(load(text), defaultConfig());
});

test("the defaults are those of the contract", () => {
  const config = defaultConfig();
  assert.deepEqual(config.capture, { backend: "af_packet", interfaces: ["*"], join_groups: "auto" });
  assert.deepEqual(config.web.listen, [{ kind: "tcp", host: null, port: 10_112 }]);
  assert.equal(config.web.config_file, null);
  assert.equal(config.state_directory, "/var/lib/vrrpwatch");
  assert.deepEqual(config.tracking, {
    max_virtual_routers: 512,
    max_senders: 8,
    max_addresses: 16,
    down_timer_adverts: 3,
    forget_after: seconds(86_400),
  });
  assert.deepEqual(config.conditions.flapping, { enabled: true, severity: "warning", changes: 6, window: seconds(300) });
  assert.equal(config.alerts.group_wait, seconds(1));
  assert.equal(config.log.level, "info");
});

test("the example of the contract is accepted but for what this version lacks", () => {
  const config = load(`
capture:
  backend: af_packet            # or libpcap
  interfaces: ["*"]
  join_groups: auto
keepalived:
  config: /etc/keepalived/keepalived.conf
  notify_fifo: /run/vrrpwatch/notify.fifo
  notify_socket: /run/vrrpwatch/notify.sock
web:
  listen: [":10112"]
  config_file: null
  control_socket: /run/vrrpwatch/control.sock
state_directory: /var/lib/vrrpwatch
virtual_routers:
  - {interface: eth0, family: ipv6, vrid: 60, name: web, senders: [fe80::1, fe80::2], addresses: ["2001:db8:1::100"], segment: dc1-front}
conditions:
  flapping: {changes: 6, window: 5m}
alerts:
  external_labels: {site: ams1}
  group_wait: 1s
  repeat_interval: 4h
  receivers:
    - {name: oncall, url: "https://example.net/hook", format: alertmanager, send_resolved: true, secret_file: null, severities: [critical, warning]}
`);
  assert.equal(config.virtual_routers[0]?.segment, "dc1-front");
  assert.equal(config.alerts.receivers[0]?.name, "oncall");
});

test("addresses become canonical and durations microseconds", () => {
  const config = load(`
virtual_routers: [{vrid: 1, senders: ["FE80:0::1"], addresses: ["2001:DB8:0:0:0:0:0:1", 192.0.2.1]}]
alerts: {group_wait: 1.5s}
web: {listen: ["[::1]:9165", "unix:/run/v.sock"]}
`);
  assert.deepEqual(config.virtual_routers, [{ vrid: 1, senders: ["fe80::1"], addresses: ["2001:db8::1", "192.0.2.1"] }]);
  assert.equal(config.alerts.group_wait, millis(1_500));
  assert.deepEqual(config.web.listen, [
    { kind: "tcp", host: "::1", port: 9_165 },
    { kind: "unix", path: "/run/v.sock" },
  ]);
});

test("what the file gives is known by its path", () => {
  assert.deepEqual(load("virtual_routers: [{vrid: 1, senders: [fe80::1]}]\nlog: {level: debug}").given, [
    "virtual_routers[0].vrid",
    "virtual_routers[0].senders[0]",
    "log.level",
  ]);
});

test("anchors and aliases may repeat a value", () => {
  const config = load("virtual_routers:\n  - {vrid: 1, senders: &s [192.0.2.1]}\n  - {vrid: 2, senders: *s}");
  assert.deepEqual(config.virtual_routers[1]?.senders, ["192.0.2.1"]);
});

/** One bad configuration each: the text, where the problem is (line, path), and a part of its message. */
type Refused = readonly [name: string, text: string, line: number | null, path: string, message: RegExp];

const bad: readonly Refused[] = [
  ["a key that is nearly right", "captur: {}", 1, "captur", /did you mean capture\?/],
  ["a nested key that is nearly right", "web:\n  lisen: []", 2, "web.lisen", /did you mean listen\?/],
  ["a key with a hyphen", "state-directory: /x", 1, "state-directory", /did you mean state_directory\?/],
  ["a key of another section", "listen: []", 1, "listen", /belongs at web\.listen/],
  ["a key that resembles nothing", "capture:\n  zzzzzzzz: 1", 2, "capture.zzzzzzzz", /known in capture: backend, interfaces, join_groups/],
  ["an unknown condition", "conditions:\n  split_brian: {}", 2, "conditions.split_brian", /did you mean split_brain\?/],
  [
    "an option of another condition",
    "conditions:\n  no_master: {window: 5m}",
    2,
    "conditions.no_master.window",
    /belongs at conditions\.flapping\.window/,
  ],
  [
    "an unknown key in a list entry",
    "virtual_routers:\n  - {vrid: 1, sender: x}",
    2,
    "virtual_routers[0].sender",
    /did you mean senders\?/,
  ],
  ["a key with a line break", '"a\\nb": 1', 1, '"a\\nb"', /unknown key/],
  ["the key __proto__", "__proto__: {}", 1, "__proto__", /unknown key/],
  ["a key given twice", "log:\n  level: info\n  level: debug", 3, "log.level", /given twice/],
  ["a section given twice", "log: {}\nweb: {}\nlog: {}", 3, "log", /given twice/],
  ["a duration without a unit", "alerts:\n  group_wait: 5", 2, "alerts.group_wait", /needs a unit and quotes: "5s"/],
  ["a quoted duration without a unit", 'alerts:\n  group_wait: "5"', 2, "alerts.group_wait", /needs a unit: "5s"/],
  ["a duration with a unit nobody uses", "alerts: {group_wait: 5 parsecs}", 1, "alerts.group_wait", /not a duration/],
  ["a duration in two parts", "alerts: {repeat_interval: 1h30m}", 1, "alerts.repeat_interval", /not a duration/],
  ["a negative duration", 'tracking: {forget_after: "-1s"}', 1, "tracking.forget_after", /not a duration/],
  ["a duration that is too short", "tracking:\n\n  forget_after: 1s", 3, "tracking.forget_after", /from 1m to 365d, not "1s"/],
  ["a duration beyond all measure", "tracking: {forget_after: 999999999999d}", 1, "tracking.forget_after", /longer than 3650d/],
  ["an unknown backend", "capture: {backend: pcap}", 1, "capture.backend", /one of af_packet, libpcap, not "pcap"/],
  ["a word in place of a list", "capture:\n  interfaces: eth0", 2, "capture.interfaces", /must be a list: \["eth0"\]/],
  ["no interfaces at all", "capture: {interfaces: []}", 1, "capture.interfaces", /at least one entry/],
  ["an empty pattern", 'capture:\n  interfaces:\n    - eth0\n    - ""', 4, "capture.interfaces[1]", /empty pattern/],
  ["a pattern with a bracket", 'capture: {interfaces: ["eth[01]"]}', 1, "capture.interfaces[0]", /only "\*" and "\?" are special/],
  ["an exclusion in the middle", 'capture: {interfaces: ["eth!0"]}', 1, "capture.interfaces[0]", /in front of the whole pattern/],
  [
    "a pattern longer than any interface",
    "capture: {interfaces: [averylonginterface]}",
    1,
    "capture.interfaces[0]",
    /at most 15 characters/,
  ],
  ["a number as interface", "capture: {interfaces: [5]}", 1, "capture.interfaces[0]", /interface name or pattern.*not 5/],
  ["yes in place of true", "capture: {join_groups: yes}", 1, "capture.join_groups", /auto, true or false \(without quotes\), not "yes"/],
  ["a section that is a list", "web: []", 1, "web", /group of keys such as listen, config_file, control_socket, not a list/],
  ["a section with nothing below it", "log:\ntracking:\nweb: {}", 1, "log", /no keys below it/],
  ["a file that is a list", "- a\n- b", 1, "", /the file must hold keys such as capture/],
  ["a file that is one word", "hello", 1, "", /the file must hold keys/],
  ["a port without a colon", 'web: {listen: ["10112"]}', 1, "web.listen[0]", /needs a colon before the port: ":10112"/],
  ["a directory as Unix socket", 'web: {listen: ["unix:/"]}', 1, "web.listen[0]", /must name a file, not a directory/],
  ["patterns that exclude everything", 'capture: {interfaces: ["!*"]}', 1, "capture.interfaces", /"!\*" excludes every interface/],
  ["a port beyond 65535", 'web: {listen: [":70000"]}', 1, "web.listen[0]", /up to 65535/],
  ["an IPv6 address without brackets", 'web: {listen: ["::1:10112"]}', 1, "web.listen[0]", /brackets/],
  ["a host name to listen on", 'web: {listen: ["example.net:80"]}', 1, "web.listen[0]", /must be an IP address/],
  ["a relative Unix socket", "web: {listen: [unix:run.sock]}", 1, "web.listen[0]", /must be absolute/],
  ["one address twice", 'web:\n  listen:\n    - "[::1]:1"\n    - "[0::1]:1"', 4, "web.listen[1]", /same address as web\.listen\[0\]/],
  ["a web configuration without its folder", "web:\n  config_file: web.yml", 2, "web.config_file", /absolute path/],
  ["a relative path", "state_directory: state", 1, "state_directory", /absolute path/],
  ["a silence of nothing", "silences: [{until: 2026-12-01T00:00:00Z}]", 1, "silences[0]", /needs vrid, or segment/],
  ["a silence without end", "silences: [{vrid: 1}]", 1, "silences[0]", /needs an end: until, or begins_at and for/],
  [
    "a silence with two ends",
    "silences: [{vrid: 1, begins_at: 2026-12-01T00:00:00Z, until: 2026-12-01T01:00:00Z, for: 1h}]",
    1,
    "silences[0].for",
    /excludes until/,
  ],
  ["a silence that would begin anew with each start", "silences: [{vrid: 1, for: 1h}]", 1, "silences[0].for", /needs begins_at/],
  [
    "a silence that ends before it begins",
    "silences:\n  - vrid: 1\n    begins_at: 2026-12-01T00:00:00Z\n    until: 2026-11-30T00:00:00Z",
    4,
    "silences[0].until",
    /must lie after begins_at/,
  ],
  [
    "a silence of two months",
    "silences: [{vrid: 1, begins_at: 2026-12-01T00:00:00Z, until: 2027-02-01T00:00:00Z}]",
    1,
    "silences[0].until",
    /at most 30 days/,
  ],
  ["a silence that lasts too long", "silences: [{vrid: 1, begins_at: 2026-12-01T00:00:00Z, for: 31d}]", 1, "silences[0].for", /to 30d/],
  ["a time without offset", "silences: [{vrid: 1, until: 2026-12-01T00:00:00}]", 1, "silences[0].until", /an offset from UTC/],
  [
    "a silence with half a tag",
    "silences: [{vrid: 1, inner_vlan: 3, until: 2026-12-01T00:00:00Z}]",
    1,
    "silences[0].inner_vlan",
    /needs vlan/,
  ],
  ["an entry without a VRID", "virtual_routers:\n  - {vrid: 1}\n  - {name: x}", 3, "virtual_routers[1].vrid", /vrid is missing/],
  ["VRID 0", "virtual_routers: [{vrid: 0}]", 1, "virtual_routers[0].vrid", /from 1 to 255, not 0/],
  ["VRID 256", "virtual_routers: [{vrid: 256}]", 1, "virtual_routers[0].vrid", /from 1 to 255, not 256/],
  ["a VRID in quotes", 'virtual_routers: [{vrid: "51"}]', 1, "virtual_routers[0].vrid", /whole number from 1 to 255, not "51"/],
  ["half a VRID", "virtual_routers: [{vrid: 1.5}]", 1, "virtual_routers[0].vrid", /whole number/],
  ["a VLAN that is none", "virtual_routers: [{vrid: 1, vlan: 4095}]", 1, "virtual_routers[0].vlan", /from 1 to 4094/],
  ["an inner VLAN without an outer", "virtual_routers: [{vrid: 1, inner_vlan: 5}]", 1, "virtual_routers[0].inner_vlan", /needs vlan/],
  ["a family in capitals", "virtual_routers: [{vrid: 1, family: IPv4}]", 1, "virtual_routers[0].family", /one of ipv4, ipv6, not "IPv4"/],
  ["a pattern where a name belongs", 'virtual_routers: [{vrid: 1, interface: "eth*"}]', 1, "virtual_routers[0].interface", /not a pattern/],
  [
    "a sender of the wrong family",
    "virtual_routers:\n  - vrid: 1\n    family: ipv6\n    senders: [192.0.2.1]",
    4,
    "virtual_routers[0].senders[0]",
    /IPv4 address, but family says ipv6/,
  ],
  [
    "an address of the wrong family",
    "virtual_routers:\n  - vrid: 1\n    family: ipv4\n    addresses:\n      - 192.0.2.1\n      - 2001:db8::1",
    6,
    "virtual_routers[0].addresses[1]",
    /IPv6 address, but family says ipv4/,
  ],
  [
    "an address with a prefix length",
    "virtual_routers: [{vrid: 1, addresses: [192.0.2.1/24]}]",
    1,
    "virtual_routers[0].addresses[0]",
    /without a prefix length: "192\.0\.2\.1"/,
  ],
  [
    "an address with a zone",
    'virtual_routers: [{vrid: 1, senders: ["fe80::1%eth0"]}]',
    1,
    "virtual_routers[0].senders[0]",
    /without a zone: "fe80::1"/,
  ],
  [
    "an address that is none",
    "virtual_routers: [{vrid: 1, senders: [192.0.2.256]}]",
    1,
    "virtual_routers[0].senders[0]",
    /must be an IP address/,
  ],
  [
    "an address with leading zeros",
    "virtual_routers: [{vrid: 1, senders: [192.0.2.010]}]",
    1,
    "virtual_routers[0].senders[0]",
    /must be an IP address/,
  ],
  [
    "one sender twice",
    'virtual_routers: [{vrid: 1, senders: ["fe80::1", "FE80::1"]}]',
    1,
    "virtual_routers[0].senders[1]",
    /same address as senders\[0\]/,
  ],
  [
    "one virtual router twice",
    "virtual_routers:\n  - {vrid: 1, name: a}\n  - {vrid: 1, name: b}",
    3,
    "virtual_routers[1]",
    /same virtual router as virtual_routers\[0\]/,
  ],
  ["a number as a name", "virtual_routers: [{vrid: 1, name: 5}]", 1, "virtual_routers[0].name", /put it in quotes, "5"/],
  [
    "a name with a line break",
    'virtual_routers: [{vrid: 1, segment: "a\\nb"}]',
    1,
    "virtual_routers[0].segment",
    /without control characters/,
  ],
  ["a count that a virtual router cannot have", "tracking: {max_senders: 1}", 1, "tracking.max_senders", /from 2 to 255, not 1/],
  ["no boolean", "conditions: {no_master: {enabled: no}}", 1, "conditions.no_master.enabled", /true or false \(without quotes\), not "no"/],
  [
    "an unknown severity",
    "conditions: {no_master: {severity: fatal}}",
    1,
    "conditions.no_master.severity",
    /one of critical, warning, info/,
  ],
  [
    "a label name with a hyphen",
    "alerts:\n  external_labels:\n    data-center: x",
    3,
    "alerts.external_labels.data-center",
    /only letters, digits and _/,
  ],
  ["a label that we set ourselves", "alerts: {external_labels: {vrid: x}}", 1, "alerts.external_labels.vrid", /set by vrrpwatch itself/],
  ["a receiver without a URL", "alerts:\n  receivers:\n    - name: a", 3, "alerts.receivers[0]", /needs url or url_file/],
  ["two URLs", "alerts: {receivers: [{name: a, url: 'http://192.0.2.1/', url_file: /u}]}", 1, "alerts.receivers[0].url_file", /keep one/],
  ["several URLs for one webhook", "alerts: {receivers: [{name: a, urls: ['http://192.0.2.1/']}]}", 1, "alerts.receivers[0].urls", /only/],
  [
    "a template of nothing",
    "alerts: {receivers: [{name: a, url: 'http://192.0.2.1/', format: template}]}",
    1,
    "alerts.receivers[0]",
    /template/,
  ],
  ["PagerDuty without a key", "alerts: {receivers: [{name: a, format: pagerduty}]}", 1, "alerts.receivers[0]", /routing_key_file/],
  [
    "two ways to say who we are",
    "alerts: {receivers: [{name: a, url: 'http://192.0.2.1/', bearer_token_file: /t, basic_auth: {username: u, password_file: /p}}]}",
    1,
    "alerts.receivers[0].basic_auth",
    /keep one/,
  ],
  [
    "a client's key without its certificate",
    "alerts: {receivers: [{name: a, url: 'https://192.0.2.1/', tls: {key_file: /k}}]}",
    1,
    "alerts.receivers[0].tls.key_file",
    /cert_file/,
  ],
  [
    "a matcher that is none",
    "alerts: {receivers: [{name: a, url: 'http://192.0.2.1/', matchers: [vrid]}]}",
    1,
    "alerts.receivers[0].matchers[0]",
    /must be a matcher/,
  ],
  [
    "a matcher with a broken expression",
    "alerts: {receivers: [{name: a, url: 'http://192.0.2.1/', matchers: ['vrid=~\"(\"']}]}",
    1,
    "alerts.receivers[0].matchers[0]",
    /cannot be used/,
  ],
  [
    "a header that is ours",
    "alerts: {receivers: [{name: a, url: 'http://192.0.2.1/', headers: {Webhook-Id: x}}]}",
    1,
    "alerts.receivers[0].headers.Webhook-Id",
    /set by vrrpwatch itself/,
  ],
  ...["Expect", "upgrade", "Keep-Alive", "proxy-connection", "Proxy-Authorization", "Transfer-Encoding"].map(
    (name): Refused => [
      `the header ${name}, which belongs to the connection`,
      `alerts: {receivers: [{name: a, url: 'http://192.0.2.1/', headers: {${name}: x}}]}`,
      1,
      `alerts.receivers[0].headers.${name}`,
      /set by vrrpwatch itself/,
    ],
  ),
  [
    "a secret header that belongs to the connection",
    "alerts: {receivers: [{name: a, url: 'http://192.0.2.1/', header_files: {Upgrade: /u}}]}",
    1,
    "alerts.receivers[0].header_files.Upgrade",
    /set by vrrpwatch itself/,
  ],
  ["a sign of life for nobody", "alerts: {heartbeat: {interval: 1m}}", 1, "alerts.heartbeat", /needs url or url_file/],
  ["a receiver that is no URL", "alerts: {receivers: [{name: a, url: host/path}]}", 1, "alerts.receivers[0].url", /complete URL/],
  [
    "a password in a URL",
    'alerts: {receivers: [{name: a, url: "https://u:hunter2@example.net/"}]}',
    1,
    "alerts.receivers[0].url",
    /must not contain a user name or password/,
  ],
  [
    "two receivers of one name",
    "alerts:\n  receivers:\n    - {name: a, url: 'http://192.0.2.1/'}\n    - {name: a, url: 'http://192.0.2.2/'}",
    4,
    "alerts.receivers[1].name",
    /same name/,
  ],
  ["a log level of another program", "log: {level: verbose}", 1, "log.level", /one of trace, debug/],
  ["a tab as indentation", "log:\n\tlevel: info", 2, "", /spaces, never with tabs/],
  ["a bracket without an end", "capture: {interfaces: [", 1, "", /not valid YAML/],
  ["two documents", "log: {}\n---\nlog: {}", 2, "", /only one document/],
  ["a YAML tag", "log:\n  level: !secret x", 2, "", /tags .* are not used here/],
  ["an alias that names nothing", "capture:\n  interfaces: [*]", 2, "", /not valid YAML/],
  ["a NUL byte", "log: {}\n\0", 2, "", /NUL byte/],
  ["a file of more than 1 MiB", `# ${"x".repeat(1_048_577)}`, null, "", /larger than 1 MiB/],
  ["an endless nesting", `log: ${"[".repeat(100_000)}`, null, "", /not valid YAML|nested too deeply/],
];

for (const [name, text, line, path, message] of bad) {
  test(`refused with its place: ${name}`, () => {
    const found = problems(text);
    const match = found.find((problem) => problem.path === path && message.test(problem.message));
    assert.ok(match, JSON.stringify(found, null, 1).slice(0, 2_000));
    if (line !== null) assert.equal(match.line, line);
  });
}

test("a mistake causes one problem, not a chain of them", () => {
  for (const [name, text] of bad) {
    if (
      name === "a bracket without an end" ||
      name === "an endless nesting" ||
      name === "an alias that names nothing" ||
      name.includes("with nothing below")
    )
      continue;
    assert.equal(problems(text).length, 1, name);
  }
});

test("all problems are listed at once, in the order of the file, with those between settings", () => {
  const found = problems(
    "log: {level: x}\nweb:\n  config_file: x\n  lisen: 1\nvirtual_routers: [{vrid: 1}, {vrid: 1}]\ntracking: {max_senders: 0}",
  );
  assert.deepEqual(
    found.map(({ line, path }) => [line, path]),
    [
      [1, "log.level"],
      [3, "web.config_file"],
      [4, "web.lisen"],
      [5, "virtual_routers[1]"],
      [6, "tracking.max_senders"],
    ],
  );
});

test("the column points at the value, or at the key that is wrong", () => {
  assert.equal(problems("log: {level: x}")[0]?.column, 14);
  assert.equal(problems("log: {levl: x}")[0]?.column, 7);
});

test("aliases that multiply are refused", () => {
  const levels = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const text = levels
    .map(
      (name, i) =>
        `${name}: &${name} [${
          i === 0
            ? "x"
            : Array(9)
                .fill(`*${levels[i - 1]}`)
                .join(", ")
        }]`,
    )
    .join("\n");
  assert.match(problems(text)[0]?.message ?? "", /aliases/);
});

test("a value that contains itself is refused without hanging", () => {
  assert.ok(problems("log: &l\n  level: *l").length > 0);
  assert.ok(problems("virtual_routers: &v [*v, *v]").length > 0);
});

test("a refused URL is not repeated in any message", () => {
  const text = JSON.stringify(
    problems('alerts: {receivers: [{name: a, url: "ftp://u:hunter2@example.net/token"}, {name: b, url: "token hunter2"}]}'),
  );
  assert.doesNotMatch(text, /hunter2|token/);
});
