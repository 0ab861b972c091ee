import assert from "node:assert/strict";
import { statSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { Agent } from "./framework/agent.ts";
import type { Host } from "./framework/host.ts";
import { Lab } from "./framework/lab.ts";
import { labSkip } from "./framework/requirements.ts";

const skip = labSkip("unshare");

describe("two agents on one state directory", { skip }, () => {
  let lab: Lab;
  let host: Host;
  let other: Host;
  let directory: string;
  before(async () => {
    lab = await Lab.create();
    host = await lab.addHost("a", 1);
    other = await lab.addHost("b", 2);
    directory = path.join(lab.folder("shared"), "state");
  });
  after(() => lab.close());

  const shared = (): string[] => ["--state-directory", directory];

  test("the second is refused with status 3 and the process id of the first, which goes on", async () => {
    const first = await Agent.start(lab, host, { name: "first", args: shared() });
    // In another network namespace, as a container with the same volume has it.
    const second = Agent.launch(lab, other, { name: "second", args: shared() });
    assert.equal(await second.process.ended(15_000), 3);
    assert.match(
      second.process.stderr,
      new RegExp(`another vrrpwatch \\(process ${first.process.pid}, since \\S+\\) uses the state directory`),
    );
    assert.equal((await first.tryGet("/-/ready"))?.status, 200);

    await first.process.stop("SIGKILL");
    const third = await Agent.start(lab, other, { name: "third", args: shared() });
    assert.equal(await third.stop(), 0);
    const file = statSync(path.join(directory, "agent.lock"));
    assert.equal(file.size, 0, "nobody has it");
    const last = await Agent.start(lab, host, { name: "last", args: shared() });
    assert.equal(await last.stop(), 0);
  });

  test("where nobody can write there both work from memory", async () => {
    const first = await Agent.start(lab, host, { name: "owner", args: shared() });
    const readOnly = [
      "unshare",
      "--mount",
      "sh",
      "-c",
      `mount --bind ${directory} ${directory} && mount -o remount,ro,bind ${directory} && exec "$@"`,
      "sh",
    ];
    const second = await Agent.start(lab, other, { name: "reader", wrapper: readOnly, args: shared() });
    assert.match(second.process.stdout, /the state directory is not locked.*read-only|read-only.*the state directory is not locked/);
    assert.equal(await second.stop(), 0);
    assert.equal(await first.stop(), 0);
  });
});
