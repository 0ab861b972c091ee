import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { root } from "../contract/repository.ts";

const program = path.join(root, "deploy/container/healthcheck.mjs");

describe("the container's health check", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "vrrpwatch-health-"));
  const socket = path.join(folder, "control.sock");
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("asks whether the agent is healthy, or ready where it is told to, on the socket that is named", async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/-/healthy" ? 200 : 503;
      response.end();
    }).listen(socket);
    await once(server, "listening");
    try {
      assert.deepEqual(await check(socket), { status: 0, said: "" });
      assert.deepEqual(await check("/-/healthy", socket), { status: 0, said: "" });
      assert.deepEqual(await check("/-/ready", socket), { status: 1, said: "vrrpwatch is not ready: status 503\n" });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test("fails where nobody answers", async () => {
    const { status, said } = await check(path.join(folder, "none.sock"));
    assert.equal(status, 1);
    assert.match(said, /^vrrpwatch is not healthy: .*ENOENT/);
  });
});

async function check(...given: string[]): Promise<{ status: number | null; said: string }> {
  const child = spawn(process.execPath, [program, ...given], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(child, "close");
  return { status: child.exitCode, said };
}
