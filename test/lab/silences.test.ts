import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { Agent, projectFile } from "./framework/agent.ts";
import type { Host } from "./framework/host.ts";
import { Lab } from "./framework/lab.ts";
import { labSkip } from "./framework/requirements.ts";

interface Run {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** The command as a person runs it, with a wrapper such as setpriv in front. */
function silence(agent: Agent, args: readonly string[], wrapper: readonly string[] = []): Promise<Run> {
  const line = [
    ...wrapper,
    process.execPath,
    projectFile("dist/main.js"),
    "silence",
    ...args,
    "--config",
    path.join(agent.folder, "config.yaml"),
  ];
  const [command = "", ...rest] = line;
  return new Promise((resolve) => {
    execFile(command, rest, (error, out, err) => resolve({ status: typeof error?.code === "number" ? error.code : 0, out, err }));
  });
}

const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
const rawOnly = ["--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw"];
const config = `virtual_routers: [{interface: eth0, family: ipv4, vrid: 51, addresses: [192.0.2.100], segment: dc1-front}]
silences: [{segment: elsewhere, until: 2020-01-01T00:00:00Z}]`;

describe("silences of a running agent", { skip: labSkip("setpriv") }, () => {
  let lab: Lab;
  let host: Host;
  before(async () => {
    lab = await Lab.create();
    host = await lab.addHost("a", 1);
  });
  after(() => lab.close());

  test("are made by command, fit by segment, and outlive the agent; its socket does not", async () => {
    const agent = await Agent.start(lab, host, { config });
    const socket = path.join(agent.folder, "control.sock");
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    const added = await silence(agent, ["add", "--segment", "dc1-front", "--for", "2h", "--comment", "kernel"]);
    assert.deepEqual([added.status, added.err], [0, ""]);
    const id = added.out.slice(0, 8);
    const silencedBy = async (each: Agent): Promise<unknown> => {
      const { virtual_routers: routers } = (await each.getJson("/api/v1/virtual-routers")) as {
        virtual_routers: { silenced_by: string[] }[];
      };
      return routers.map((router) => router.silenced_by);
    };
    assert.deepEqual(await silencedBy(agent), [[id]]);
    assert.deepEqual(await agent.metric("vrrpwatch_silences_active"), [1]);
    assert.equal(await agent.stop(), 0);
    assert.equal(existsSync(socket), false);

    const killed = await Agent.start(lab, host, { config });
    assert.deepEqual(await silencedBy(killed), [[id]]);
    await killed.process.stop("SIGKILL");
    assert.ok(lstatSync(socket).isSocket());

    const last = await Agent.start(lab, host, { config });
    assert.match((await silence(last, ["list"])).out, new RegExp(`^${id} +active .*segment dc1-front .*kernel$`, "m"));
    assert.equal((await silence(last, ["remove", id])).status, 0);
    assert.deepEqual(await silencedBy(last), [[]]);
    await last.stop();
  });

  test("are nobody else's to change", async () => {
    const agent = await Agent.start(lab, host, { name: "root" });
    const { status, err } = await silence(agent, ["add", "--vrid", "51", "--for", "1h"], nobody);
    assert.equal(status, 3);
    assert.match(err, /permission denied/);
    await agent.stop();
  });

  test("an agent without privileges goes on where it can have neither control socket nor state directory", async () => {
    const foreign = path.join(lab.folder("foreign"), "deep");
    mkdirSync(foreign, { mode: 0o755 });
    const agent = await Agent.start(lab, host, {
      name: "poor",
      wrapper: [...nobody, ...rawOnly],
      args: ["--state-directory", path.join(foreign, "state")],
      controlSocket: path.join(foreign, "control.sock"),
    });
    assert.match(agent.process.stdout, /the control socket cannot be opened/);
    assert.equal((await silence(agent, ["list"])).status, 3);
    assert.equal((await agent.tryGet("/-/ready"))?.status, 200);
    assert.equal(await agent.stop(), 0);
  });
});
