// Records what this version of the agent leaves in its state directory, for the versions that come after it:
//   node .build/test/upgrades/record.js test/upgrades/VERSION/state
// Needs root, keepalived and a build. Names of this machine are replaced.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { Agent, projectFile } from "../lab/framework/agent.ts";
import { createPair, untilMaster } from "../lab/framework/pair.ts";
import { run } from "../lab/framework/shell.ts";
import { waitFor } from "../lab/framework/wait.ts";

const REFUSING = 9_001;
const config = `
incidents: {quiet: 2s, after: 2s}
virtual_routers: [{vrid: 51, name: web, segment: dc1-front}]
alerts:
  group_wait: 100ms
  group_interval: 1s
  master_changes: true
  receivers:
    - {name: unreachable, url: "http://127.0.0.1:9/", severities: [critical, warning, info]}
    - {name: "refusing/1", url: "http://127.0.0.1:${REFUSING}/", severities: [critical, warning, info]}
`;
const refuse = `require("node:http").createServer((_, answer) => answer.writeHead(400).end("no")).listen(${REFUSING}, () => console.log("listening"))`;

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("which directory?");
const router = { family: "ipv4", vrid: 51 } as const;
const pair = await createPair([{ name: "V4_51", vrid: 51, version: 3, interval: 0.2, addresses: ["192.0.2.100/24"] }]);
try {
  await pair.listener.start("refusing receiver", [process.execPath, "-e", refuse]).says(/listening/, 5_000);
  const agent = await Agent.start(pair.lab, pair.listener, { config });
  const state = path.join(agent.folder, "state");
  const silence = ["silence", "add", "--segment", "dc1-back", "--for", "30d", "--comment", "new switches"];
  await run(process.execPath, [projectFile("dist/main.js"), ...silence, "--control-socket", path.join(agent.folder, "control.sock")]);
  await pair.first.start();
  await untilMaster(agent, pair.a, [router]);
  await pair.second.start();
  await pair.first.crash();
  await untilMaster(agent, pair.b, [router]);
  const closed = async (): Promise<boolean> => (await agent.metric("vrrpwatch_incidents_open"))[0] === 0;
  await waitFor("the incident to be closed", closed, { within: 20_000 });
  // Nobody is left: the condition stays, and what is open is left open by an agent that is killed.
  await pair.second.crash();
  const kept = (folder: string, receiver: string): number => {
    try {
      return readdirSync(path.join(state, "alerts", folder, receiver)).length;
    } catch {
      return 0;
    }
  };
  const text = (file: string): string => readFileSync(path.join(state, file), "utf8");
  const left = (): boolean =>
    kept("queue", "unreachable") >= 1 && kept("dead", "refusing%2F1") >= 2 && text("alerts/state.json").includes("VRRPNoMaster");
  await waitFor("alerts on the disk", left, { within: 30_000 });
  const incidents = (): string[] => readdirSync(path.join(state, "incidents")).map((id) => text(`incidents/${id}/incident.json`));
  await waitFor("a second incident", () => incidents().some((json) => json.includes('"open"')), { within: 20_000 });
  await agent.process.stop("SIGKILL");
  rmSync(target, { recursive: true, force: true });
  cpSync(state, target, { recursive: true });
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith(".pcap")) continue;
    const file = path.join(entry.parentPath, entry.name);
    const neutral = readFileSync(file, "utf8").replaceAll(state, "/var/lib/vrrpwatch").replaceAll(hostname(), "n1");
    writeFileSync(file, neutral);
  }
} finally {
  pair.lab.close();
}
