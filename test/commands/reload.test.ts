import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { runCommandLine } from "../../src/commands/program.ts";
import { ControlSocket } from "../../src/http/control-socket.ts";
import type { ReloadAnswer } from "../../src/http/reload-route.ts";
import { CollectIo } from "../helpers/collect-io.ts";
import { sampleStore } from "../helpers/silences.ts";
import { sampleDeps } from "../http/harness.ts";
import { temporaryFolder } from "../keepalived/notify/harness.ts";

describe("vrrpwatch reload", () => {
  const folder = temporaryFolder();
  const path = folder.at("control.sock");
  let answer: ReloadAnswer;
  const socket = new ControlSocket(
    { path, hostName: null },
    sampleDeps(),
    {
      silences: sampleStore(folder.at("silences.json")).store,
      incidents: null,
      alerts: null,
      configuration: { reload: async () => answer },
    },
    { info: () => {}, warn: () => {} },
  );
  before(() => socket.start());
  after(async () => {
    await socket.close();
    folder.remove();
  });

  async function reload(...args: string[]): Promise<{ status: number; out: string; err: string }> {
    const io = new CollectIo();
    const status = await runCommandLine(["reload", "--control-socket", path, ...args], io);
    return { status, out: io.stdout, err: io.stderr };
  }

  test("tells what has changed, and what waits for a restart", async () => {
    answer = { kind: "done", changed: ["log.level"], atNextStart: ["web.listen"] };
    assert.deepEqual(await reload(), {
      status: 0,
      out: "changed: log.level\n",
      err: "vrrpwatch reload: restart the agent for web.listen\n",
    });
    assert.equal((await reload("--json")).out, '{"changed":["log.level"],"at_next_start":["web.listen"]}\n');
  });

  test("lists every problem, and ends with status 2", async () => {
    const message = "must be a list\u001b[31m";
    answer = { kind: "refused", problems: [{ file: "/c.yaml", line: 3, column: 9, path: "web.listen", message }] };
    assert.deepEqual(await reload(), {
      status: 2,
      out: "",
      err: "vrrpwatch reload: the configuration has 1 problem: the one before goes on\n/c.yaml:3:9 web.listen: must be a list?[31m\n",
    });
  });

  test("ends with status 3 where the agent stops, or is not there", async () => {
    answer = { kind: "unavailable", message: "the agent is stopping" };
    assert.equal((await reload()).status, 3);
    const io = new CollectIo();
    assert.equal(await runCommandLine(["reload", "--control-socket", folder.at("nobody.sock")], io), 3);
    assert.match(io.stderr, /there is no agent at/);
  });
});
