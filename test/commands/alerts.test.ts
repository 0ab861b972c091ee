import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import type { AlertControl, CommandOutcome } from "../../src/alerts/control.ts";
import { ageText, alertsText } from "../../src/commands/alerts-text.ts";
import { runCommandLine } from "../../src/commands/program.ts";
import { ControlSocket } from "../../src/http/control-socket.ts";
import { seconds, wallPlus, wallTime } from "../../src/lib/time.ts";
import { CollectIo } from "../helpers/collect-io.ts";
import { sampleDeps } from "../http/harness.ts";
import { temporaryFolder } from "../keepalived/notify/harness.ts";
import { noon } from "../metrics/sample.ts";

const silentLog = { info: () => {}, warn: () => {}, error: () => {} };

const firing = {
  fingerprint: "9f1c2d3e4a5b6c7d",
  alertname: "VRRPSplitBrain",
  severity: "critical",
  labels: { alertname: "VRRPSplitBrain", severity: "critical", segment: "dc1-front", vrid: "51", family: "ipv4", vlan: "10" },
  starts_at: "2026-11-21T05:57:00Z",
  summary: "VRID 51 has 2 masters",
};
const waiting = {
  id: "0042-x",
  receiver: "oncall",
  queued_at: "2026-11-21T04:55:00Z",
  attempts: 7,
  severity: "critical",
  alerts: ["VRRPNoMaster", "VRRPSplitBrain", "VRRPNoMaster"],
  problem: "it answers 503",
};
const dead = { ...waiting, id: "0007-y", receiver: "chat", attempts: 1, alerts: ["VRRPFlapping"], problem: null };

const rest = { more: { firing: 0, waiting: 0, dead: 0 }, receivers: [], durable: true, problem: null, strange: 0 };

test("the list shows what fires with its place, and deliveries with their age, attempts and last problem", () => {
  const text = alertsText({ firing: [firing], waiting: [waiting], dead: [dead], ...rest }, noon);
  assert.equal(
    text,
    `\
1 alert fires:
SEVERITY  ALERT           FOR    WHERE                              SUMMARY
critical  VRRPSplitBrain  3 min  VRID 51 ipv4 VLAN 10 in dc1-front  VRID 51 has 2 masters

1 delivery waits:
ID      RECEIVER  FOR        ATTEMPTS  SEVERITY  ALERTS                            PROBLEM
0042-x  oncall    1 h 5 min  7         critical  2 × VRRPNoMaster, VRRPSplitBrain  it answers 503

1 delivery is dead:
ID      RECEIVER  FOR        ATTEMPTS  SEVERITY  ALERTS        PROBLEM
0007-y  chat      1 h 5 min  1         critical  VRRPFlapping  -

\`vrrpwatch alerts retry ID\` tries a dead delivery again, \`vrrpwatch alerts drop ID\` gives one up.
`,
  );
});

test("where one part is empty a sentence says so", () => {
  const text = alertsText({ firing: [], waiting: [waiting, waiting], dead: [], ...rest }, noon);
  assert.match(text, /^no alert fires\n\n2 deliveries wait:\n/);
  assert.match(text, /\n\nno delivery is dead\n$/);
});

test("of many kinds of alerts in one delivery the first are named and the rest is counted", () => {
  const many = { ...waiting, alerts: ["A", "B", "C", "D", "E"] };
  assert.match(alertsText({ firing: [], waiting: [many], dead: [], ...rest }, noon), /A, B, C and 2 more/);
});

const down = { name: "cluster", format: "alertmanager-api", problem: "nobody listens there", waiting: 0, dead: 0 };

test("a receiver with a problem is shown, also where nothing waits for it", () => {
  const fine = { ...down, name: "chat", problem: null };
  assert.equal(
    alertsText({ firing: [], waiting: [], dead: [], ...rest, receivers: [fine, down] }, noon),
    `\
no alert fires, no delivery waits, and none is dead

1 receiver has a problem:
RECEIVER  FORMAT            WAITING  DEAD  PROBLEM
cluster   alertmanager-api  0        0     nobody listens there
`,
  );
  const text = alertsText({ firing: [firing], waiting: [], dead: [], ...rest, receivers: [down, fine, down] }, noon);
  assert.match(text, /\n\n2 receivers have a problem:\nRECEIVER .*\ncluster .*\ncluster .*\n$/);
});

test("what the agent left out is counted", () => {
  const text = alertsText({ firing: [firing], waiting: [], dead: [], ...rest, more: { firing: 24, waiting: 1, dead: 0 } }, noon);
  assert.match(text, /^25 alerts fire:\nSEVERITY .*\ncritical .*\nand 24 more\n\n1 delivery waits\n\nno delivery is dead\n$/);
});

for (const [ago, text] of [
  [0, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [3_599, "59 min"],
  [3_600, "1 h"],
  [90_000, "1 d 1 h"],
  [172_800, "2 d"],
  [-30, "0 s"],
] as const) {
  test(`what began ${ago} s ago is ${text} old`, () => {
    assert.equal(ageText("2026-11-21T06:00:00Z", wallPlus(wallTime(1_795_240_800_000_000), seconds(ago))), text);
  });
}

test("the age of what has no time is not made up", () => {
  assert.equal(ageText("yesterday", noon), "?");
});

describe("vrrpwatch alerts", () => {
  const folder = temporaryFolder();
  const path = folder.at("control.sock");
  let listed: Awaited<ReturnType<AlertControl["list"]>> = {};
  let outcome: CommandOutcome = "done";
  const asked: string[] = [];
  const change = (name: string) => async (id: string) => {
    asked.push(`${name} ${id}`);
    return outcome;
  };
  const alerts: AlertControl = { list: async () => listed, retry: change("retry"), drop: change("drop") };
  const deps = sampleDeps();
  const silences = { wall: deps.silences.wall, add: () => Promise.reject(new Error()), remove: () => Promise.reject(new Error()) };
  const socket = new ControlSocket({ path, hostName: null }, deps, { silences, incidents: null, alerts }, silentLog);

  before(() => socket.start());
  after(async () => {
    await socket.close();
    folder.remove();
  });
  beforeEach(() => {
    listed = { firing: [], waiting: [], dead: [], durable: true, problem: null };
    outcome = "done";
    asked.length = 0;
  });

  async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
    const io = new CollectIo();
    const status = await runCommandLine(["alerts", ...args], io);
    return { status, out: io.stdout, err: io.stderr };
  }
  const here = ["--control-socket", path];

  test("says in one sentence that there is nothing", async () => {
    assert.deepEqual(await run(...here), { status: 0, out: "no alert fires, no delivery waits, and none is dead\n", err: "" });
  });

  test("lists, with and without the word", async () => {
    listed = { ...listed, firing: [firing], waiting: [waiting] };
    const { status, out, err } = await run(...here);
    assert.deepEqual([status, err], [0, ""]);
    assert.match(out, /^1 alert fires:\n.*\ncritical {2}VRRPSplitBrain .*\n\n1 delivery waits:\n.*\n0042-x {2}oncall .* it answers 503\n/);
    assert.match((await run("list", ...here)).out, /^1 alert fires:\n/);
  });

  test("--json prints what the API answers", async () => {
    listed = { ...listed, firing: [firing], waiting: [waiting], dead: [dead] };
    const { status, out } = await run("--json", ...here);
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(out), listed);
  });

  test("what would not survive a restart is said, and is no failure", async () => {
    listed = { ...listed, durable: false, problem: "no space is left on the device" };
    const { status, err } = await run(...here);
    assert.equal(status, 0);
    assert.equal(err, "vrrpwatch alerts: what waits would not survive a restart of the agent: no space is left on the device\n");
    listed = { ...listed, durable: true, problem: "3 files could not be read" };
    assert.equal((await run(...here)).err, "vrrpwatch alerts: 3 files could not be read\n");
  });

  test("entries that are not understood are counted", async () => {
    listed = { ...listed, firing: [{ ...firing, labels: { vrid: 51 } }, firing], waiting: [null, { ...waiting, alerts: "x" }] };
    const { status, out, err } = await run(...here);
    assert.equal(status, 0);
    assert.match(out, /^1 alert fires:\n.*\nno delivery waits\n/s);
    assert.equal(err, "vrrpwatch alerts: entries left out because they are not understood: 3; --json shows them\n");
  });

  test("receivers with a problem and what is left out are read from the answer, and a strange one is counted", async () => {
    listed = { ...listed, firing: [firing], receivers: [down, { ...down, waiting: "1" }], more: { firing: 2, waiting: -1, dead: "x" } };
    const { status, out, err } = await run(...here);
    assert.equal(status, 0);
    assert.match(
      out,
      /^3 alerts fire:\n.*\nand 2 more\n\nno delivery waits\n\nno delivery is dead\n\n1 receiver has a problem:\n.*\ncluster /s,
    );
    assert.match(err, /not understood: 1;/);
  });

  test("retry and drop name the delivery and say what became of it", async () => {
    assert.deepEqual(await run("retry", "0007-y", ...here), { status: 0, out: "0007-y: back in its queue\n", err: "" });
    assert.deepEqual(await run("drop", "0042-x", ...here), { status: 0, out: "0042-x: given up\n", err: "" });
    assert.deepEqual(asked, ["retry 0007-y", "drop 0042-x"]);
  });

  for (const change of ["retry", "drop"] as const) {
    test(`${change} of a delivery that does not exist ends with 2 and says where to look`, async () => {
      outcome = "unknown";
      const { status, out, err } = await run(change, "0007-y", ...here);
      assert.deepEqual([status, out], [2, ""]);
      assert.match(err, new RegExp(`^vrrpwatch alerts ${change}: there is no delivery 0007-y`));
    });

    test(`${change} asks nobody about what is no id`, async () => {
      for (const id of ["../x", "a b", "", "x".repeat(101), "\u001b[2J"]) {
        const { status, err } = await run(change, id, ...here);
        assert.equal(status, 2);
        assert.match(err, /that is no id of a delivery; `vrrpwatch alerts` shows them/);
      }
      assert.deepEqual(asked, []);
    });
  }

  test("retry of a delivery that waits anyway ends with 2", async () => {
    outcome = "not_dead";
    const { status, err } = await run("retry", "0042-x", ...here);
    assert.equal(status, 2);
    assert.match(err, /is not dead: it waits, and is tried by itself/);
  });

  test("wrong usage ends with 2", async () => {
    for (const args of [["retry"], ["drop", "a", "b", ...here], ["forget", ...here], ["--nonsense"]])
      assert.equal((await run(...args)).status, 2, args.join(" "));
    assert.deepEqual(asked, []);
  });

  test("without an agent every command ends with 3 and says what to do", async () => {
    for (const args of [[], ["retry", "0007-y"], ["drop", "0007-y"]]) {
      const { status, err } = await run(...args, "--control-socket", folder.at("none.sock"));
      assert.equal(status, 3);
      assert.match(err, /there is no agent at .*none\.sock: start it/);
    }
  });

  /** Something else listens on the socket. */
  async function answering(code: number, body: string, use: (socketOptions: string[]) => Promise<void>): Promise<void> {
    const other = createServer((_request, response) => response.writeHead(code).end(body));
    await new Promise<void>((resolve) => void other.listen(folder.at("other.sock"), resolve));
    try {
      await use(["--control-socket", folder.at("other.sock")]);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  }

  test("what answers there and is no agent is not believed", async () => {
    for (const body of ["<html>", "null", "{}", '{"firing":[],"waiting":[],"dead":{}}', '{"firing":[],"waiting":[],"dead":[],"durable":1}'])
      await answering(200, body, async (there) => {
        for (const args of [[], ["--json"]]) {
          const { status, out, err } = await run(...args, ...there);
          assert.deepEqual([status, out], [3, ""], body);
          assert.match(err, /no vrrpwatch of this version|not understood/);
        }
      });
  });

  const evil = "\u001b[2J\u202e\u0007\u009b31m\n";

  test("texts of others cannot disturb the terminal", async () => {
    const row = { ...waiting, id: evil, receiver: evil, severity: evil, alerts: [evil], problem: evil, queued_at: evil };
    const alert = { ...firing, alertname: evil, severity: evil, summary: evil, labels: { vrid: evil, segment: evil, instance: evil } };
    const body = {
      firing: [alert],
      waiting: [row],
      dead: [row],
      receivers: [{ ...down, name: evil, format: evil, problem: evil }],
      durable: false,
      problem: evil,
    };
    await answering(200, JSON.stringify(body), async (there) => {
      const { status, out, err } = await run(...there);
      assert.equal(status, 0);
      assert.doesNotMatch(out.replaceAll("\n", ""), /\p{C}/u);
      assert.doesNotMatch(err.replaceAll("\n", ""), /\p{C}/u);
      // Four parts of three lines with three empty lines between, an empty line, the hint, and the end.
      assert.equal(out.split("\n").length, 12 + 3 + 2 + 1);
      assert.equal(err.split("\n").length, 2);
    });
  });

  test("neither can a refusal", async () => {
    await answering(409, JSON.stringify({ error: { code: "x", message: evil } }), async (there) => {
      for (const args of [[], ["retry", "a"], ["drop", "a"]]) {
        const { status, err } = await run(...args, ...there);
        assert.equal(status, 2);
        assert.doesNotMatch(err.slice(0, -1), /\p{C}/u);
      }
    });
  });
});
