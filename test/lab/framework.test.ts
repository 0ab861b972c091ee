import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import test, { after, before, describe } from "node:test";
import { recordedChanges } from "./framework/changes.ts";
import { Keepalived } from "./framework/keepalived.ts";
import { Lab } from "./framework/lab.ts";
import { Recorder } from "./framework/recorder.ts";
import { labSkip } from "./framework/requirements.ts";
import { processesIn, sweep } from "./framework/resources.ts";
import { ip } from "./framework/shell.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "tcpdump", "tshark");
const ipv4 = { name: "V4_51", vrid: 51, version: 3 as const, interval: 0.2, addresses: ["192.0.2.100/24"] };

describe("the lab itself", { skip }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.create();
  });
  after(() => lab.close());

  test("a keepalived pair fails over, and a recorder on a third host has it", async () => {
    const [a, b, c] = [await lab.addHost("a", 1), await lab.addHost("b", 2), await lab.addHost("c", 3)];
    const recorder = await Recorder.start(lab, c);
    const first = new Keepalived(lab, a, [{ ...ipv4, priority: 150 }]);
    const second = new Keepalived(lab, b, [{ ...ipv4, priority: 100 }]);
    // One after the other: who starts first may be master for a moment.
    await first.start();
    await waitFor("a to hold the address", () => a.holds("192.0.2.100"), { within: 10_000, state: () => first.log });
    await second.start();
    assert.equal(second.pids.length, 2);
    await first.crash();
    await waitFor("b to hold the address", () => b.holds("192.0.2.100"), { within: 10_000, state: () => second.log });
    const changes = recordedChanges(await recorder.stop(), "ipv4", 51);
    assert.deepEqual(
      changes.map(({ from, to }) => [from, to]),
      [
        [null, a.ipv4],
        [a.ipv4, b.ipv4],
      ],
    );
  });
});

describe("clean-up of the lab", { skip }, () => {
  test("closing removes every namespace, process and file", async () => {
    const lab = await Lab.create();
    const host = await lab.addHost("a", 1);
    const [folder, { namespaces }] = [lab.folder("x"), lab];
    const child = host.start("sleep", ["sleep", "600"]);
    await waitFor("the process to be there", () => processesIn(host.namespace).length > 0, { within: 5_000 });
    lab.close();
    assert.equal(await child.ended(), "SIGKILL");
    const left = await ip("netns", "list");
    assert.deepEqual(
      namespaces.filter((name) => left.includes(name)),
      [],
    );
    assert.equal(existsSync(folder), false);
  });

  test("what a killed run left behind is removed by the next one", async () => {
    const script = `const { Lab } = await import(${JSON.stringify(new URL("./framework/lab.js", import.meta.url).href)});
      const lab = await Lab.create(); const host = await lab.addHost("a", 1); host.start("sleep", ["sleep", "600"]);
      console.log(lab.namespaces.join(" ")); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    await waitFor("the other run's namespaces", () => output.endsWith("\n"), { within: 15_000 });
    const namespaces = output.trim().split(" ");
    sweep();
    assert.equal(namespaces.length, 2);
    for (const name of namespaces) assert.ok((await ip("netns", "list")).includes(name), "a run with a living owner is left alone");
    child.kill("SIGKILL");
    await waitFor("the end of the other run", () => child.signalCode !== null, { within: 5_000 });
    sweep();
    const left = await ip("netns", "list");
    assert.deepEqual(
      namespaces.filter((name) => left.includes(name)),
      [],
    );
  });
});
