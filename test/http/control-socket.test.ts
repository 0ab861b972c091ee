import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ControlSocket } from "../../src/http/control-socket.ts";
import type { SilenceControl } from "../../src/http/silence-routes.ts";
import { nodeSteps } from "../../src/lib/durable-file.ts";
import { sampleStore } from "../helpers/silences.ts";
import { temporaryFolder, waitFor } from "../keepalived/notify/harness.ts";
import { sampleDeps, sampleEvent, sampleHub } from "./harness.ts";

const rootOnly = { skip: process.getuid?.() === 0 ? false : "needs root" };
const nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];

describe("the control socket", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let warnings: string[];
  const opened: ControlSocket[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    path = folder.at("control.sock");
    warnings = [];
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((socket) => socket.close()));
    folder.remove();
  });

  async function open(options: { checkMs?: number; silences?: SilenceControl; events?: ReturnType<typeof sampleHub> } = {}) {
    const silences = options.silences ?? sampleStore(folder.at("state/silences.json")).store;
    const deps = sampleDeps(options.events === undefined ? {} : { events: options.events });
    const log = { info: () => {}, warn: (fields: object, message: string) => void warnings.push(`${message} ${JSON.stringify(fields)}`) };
    const { checkMs = 10_000 } = options;
    const socket = new ControlSocket({ path, hostName: null, checkMs }, deps, { silences, incidents: null, alerts: null }, log);
    opened.push(socket);
    await socket.start();
    return socket;
  }

  function ask(method: string, url: string, body?: object): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { "content-type": "application/json" };
      const asked = request({ socketPath: path, method, path: url, headers, agent: false }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (piece: string) => {
          text += piece;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.on("error", reject);
      });
      asked.on("error", reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  test("serves the routes of the other listeners and its own", async () => {
    assert.equal((await open()).view().up, true);
    assert.equal((await ask("GET", "/metrics")).status, 200);
    assert.equal((await ask("POST", "/api/v1/silences", { vrid: 51, for: "1h" })).status, 201);
    assert.equal((await ask("DELETE", "/api/v1/silences/00000001")).status, 200);
  });

  test("is its owner's alone whatever the umask, and its directory is made", async () => {
    path = folder.at("run/vrrpwatch/control.sock");
    const umask = process.umask(0);
    try {
      await open();
      assert.equal(process.umask(), 0);
    } finally {
      process.umask(umask);
    }
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(folder.at("run/vrrpwatch")).mode & 0o777, 0o755);
  });

  test("does not let another user in", rootOnly, async () => {
    chmodSync(folder.path, 0o755);
    await open();
    const script = `require("node:net").connect(process.argv[1]).on("connect", () => process.exit(0)).on("error", (e) => { console.log(e.code); process.exit(1); })`;
    const { status, stdout } = spawnSync("setpriv", [...nobody, process.execPath, "-e", script, path], { encoding: "utf8" });
    assert.equal(status, 1);
    assert.equal(stdout, "EACCES\n");
  });

  test("was never open to another user, not even for the moment of its making", rootOnly, async () => {
    chmodSync(folder.path, 0o755);
    const umask = process.umask(0);
    // Another user who tries without a pause while the socket is made again and again.
    const script = `
      const { connect } = require("node:net");
      const again = () => { const s = connect(process.argv[1]); s.on("connect", () => { console.log("in"); process.exit(1); }); s.on("error", () => setImmediate(again)); };
      setTimeout(() => process.exit(0), 1500);
      console.log("trying"); again();`;
    const intruder = spawn("setpriv", [...nobody, process.execPath, "-e", script, path]);
    let said = "";
    let rounds = 0;
    intruder.stdout.on("data", (text: Buffer) => {
      said += text.toString();
    });
    const ended = new Promise((resolve) => intruder.on("exit", resolve));
    try {
      await waitFor("the intruder", () => said.includes("trying"), { within: 10_000 });
      while (intruder.exitCode === null) {
        const socket = await open();
        assert.equal(lstatSync(path).mode & 0o777, 0o600);
        await socket.close();
        opened.pop();
        // Neither making nor closing a socket waits for anything outside: the intruder's end would never be noticed.
        await turn();
        rounds += 1;
      }
    } finally {
      process.umask(umask);
      intruder.kill("SIGKILL");
    }
    assert.equal(await ended, 0, said);
    assert.ok(rounds > 0, `${rounds} sockets were made`);
  });

  test("takes the place of one that a dead agent left", async () => {
    const script = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", script, path]);
    assert.ok(lstatSync(path).isSocket());
    assert.equal((await open()).view().up, true);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal((await ask("GET", "/-/healthy")).status, 200);
  });

  test("that a dead agent left goes to one of several that start at once, and stays with it", async () => {
    const script = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
    for (let round = 0; round < 10; round++) {
      path = folder.at(`${round}.sock`);
      spawnSync(process.execPath, ["-e", script, path]);
      const sockets = await Promise.all(Array.from({ length: 4 }, () => open()));
      assert.equal(sockets.filter((socket) => socket.view().up).length, 1);
      assert.equal((await ask("GET", "/-/healthy")).status, 200);
    }
  });

  test("is had at last without another warning, however often it could not be", async () => {
    const first = await open();
    const second = await open({ checkMs: 5 });
    const heard: string[] = [];
    const note = (warning: Error): void => void heard.push(warning.message);
    process.on("warning", note);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await first.close();
    await waitFor("the second agent to take over", () => second.view().up, { within: 5_000 });
    process.off("warning", note);
    assert.equal((await ask("GET", "/-/healthy")).status, 200);
    assert.deepEqual(heard, []);
    assert.equal(warnings.length, 1, JSON.stringify(warnings));
  });

  test("of a living agent is not stolen, however many try at once", async () => {
    const first = await open();
    const others = await Promise.all([open(), open(), open()]);
    for (const other of others) {
      assert.equal(other.view().up, false);
      assert.match(
        other.view().problem ?? "",
        /another program \(a second vrrpwatch\?\) listens on .*: stop it, or set web\.control_socket/,
      );
    }
    assert.equal(first.view().up, true);
    assert.equal((await ask("GET", "/-/healthy")).status, 200);
    await Promise.all(others.map((other) => other.close()));
    assert.equal((await ask("GET", "/-/healthy")).status, 200);
  });

  test("leaves what is no socket as it is: a file, a directory, a link", async () => {
    const made: readonly [string, (where: string) => void][] = [
      ["file", (where) => writeFileSync(where, "precious")],
      ["directory", (where) => mkdirSync(where)],
      ["link", (where) => symlinkSync(folder.at("nowhere"), where)],
    ];
    for (const [name, make] of made) {
      path = folder.at(name);
      make(path);
      const socket = await open();
      assert.match(socket.view().problem ?? "", /is there already and is not a socket: remove it, or set web\.control_socket/);
      await socket.close();
    }
    assert.equal(readFileSync(folder.at("file"), "utf8"), "precious");
    assert.ok(lstatSync(folder.at("directory")).isDirectory());
    assert.ok(lstatSync(folder.at("link")).isSymbolicLink());
  });

  test("that cannot be made is one warning with a remedy, and is tried again", rootOnly, async () => {
    chmodSync(folder.path, 0o755);
    path = folder.at("foreign/control.sock");
    mkdirSync(folder.at("foreign"), { mode: 0o755 });
    process.seteuid?.(65_534);
    try {
      const socket = await open({ checkMs: 20 });
      assert.match(socket.view().problem ?? "", /permission denied; let the agent's user write to .*foreign/);
      process.seteuid?.(0);
      await waitFor("the socket", () => socket.view().up, { within: 5_000 });
    } finally {
      process.seteuid?.(0);
    }
    assert.equal(warnings.length, 1);
  });

  test("answers what is under way before it closes, ends event streams, and is gone then", async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let writing = false;
    const slow = {
      ...nodeSteps,
      writeNew: async (where: string, text: string) => {
        writing = true;
        await gate;
        return nodeSteps.writeNew(where, text);
      },
    };
    const events = sampleHub();
    events.publish(sampleEvent(101));
    const { store } = sampleStore(folder.at("state/silences.json"), { steps: slow });
    const socket = await open({ silences: store, events });
    const stream = connect(path);
    let streamed = "";
    stream.on("data", (piece: Buffer) => {
      streamed += piece.toString();
    });
    const streamEnded = new Promise((resolve) => stream.on("close", resolve));
    stream.write("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
    await waitFor("the stream", () => streamed.includes("text/event-stream"), { within: 5_000 });
    const posted = ask("POST", "/api/v1/silences", { vrid: 51, for: "1h" });
    await waitFor("the write", () => writing, { within: 5_000 });
    const closed = socket.close();
    release();
    assert.equal((await posted).status, 201);
    await Promise.all([closed, streamEnded]);
    assert.equal(existsSync(path), false);
  });

  test("survives bodies that are cut off or never end", async () => {
    await open();
    const head = "POST /api/v1/silences HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for (const bytes of [
      `${head}Content-Length: 500\r\n\r\n{"vrid":51`,
      `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"vri`,
      "rubbish\r\n\r\n",
    ]) {
      const client = connect(path);
      client.on("error", () => {});
      const ended = new Promise((resolve) => client.on("close", resolve));
      client.end(bytes);
      client.resume();
      await ended;
    }
    const endless = connect(path);
    endless.on("error", () => {});
    let answer = "";
    endless.on("data", (piece: Buffer) => {
      answer += piece.toString();
    });
    const ended = new Promise((resolve) => endless.on("close", resolve));
    endless.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = `1000\r\n${"x".repeat(4_096)}\r\n`;
    const pour = setInterval(() => endless.write(chunk), 5);
    await ended;
    clearInterval(pour);
    assert.match(answer, /^HTTP\/1\.1 413 .*body_too_large/s);
    assert.equal((await ask("GET", "/api/v1/silences")).text, '{"silences":[]}\n');
  });
});
