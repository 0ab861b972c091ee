import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, test } from "node:test";
import { findGroup } from "../../../src/keepalived/notify/group.ts";
import { NotifyLines } from "../../../src/keepalived/notify/lines.ts";
import { NotifySocket, type NotifySocketOptions } from "../../../src/keepalived/notify/socket.ts";
import { Sink, temporaryFolder, waitFor } from "./harness.ts";

const rootOnly = { skip: process.getuid?.() === 0 ? false : "needs root" };
const line = (n: number): string => `INSTANCE "VI_1" MASTER_PRIORITY ${n}`;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

describe("the notify socket", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let sink: Sink;
  const opened: NotifySocket[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    path = folder.at("notify.sock");
    sink = new Sink();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((socket) => socket.close()));
    folder.remove();
  });

  async function open(options: Partial<NotifySocketOptions> = {}): Promise<NotifySocket> {
    const lines = new NotifyLines(sink);
    const receiver = {
      take: (notifies: readonly Parameters<NotifyLines["take"]>[1][]) => {
        for (const notify of notifies) lines.take("socket", notify);
      },
      refuse: ({ problem, text }: { problem: Parameters<NotifyLines["refuse"]>[1]; text: string | null }) =>
        lines.refuse("socket", problem, text),
    };
    const socket = new NotifySocket({ path, group: null, ...options }, receiver, sink.log);
    opened.push(socket);
    await socket.start();
    return socket;
  }

  function send(
    body: string | Buffer,
    options: { method?: string; path?: string; headers?: Record<string, string | number> } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { method = "POST", path: route = "/api/v1/notify", headers = {} } = options;
      const sent = request({ socketPath: path, method, path: route, headers, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          text += piece;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** Writes bytes as they are; resolves with everything that was answered when the connection has ended. */
  function raw(bytes: string, end: boolean): { readonly socket: Socket; readonly answer: Promise<string> } {
    const socket = connect(path);
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    socket.on("error", () => {});
    if (end) socket.end(bytes);
    else socket.write(bytes);
    return { socket, answer: new Promise((resolve) => socket.on("close", () => resolve(text))) };
  }

  test("takes one line, or several in order, and answers 204", async () => {
    const socket = await open();
    assert.deepEqual(socket.view(), { path, up: true, problem: null });
    assert.equal((await send(line(1))).status, 204);
    assert.equal((await send(`${line(2)}\r\n\n${line(3)}\n`)).status, 204);
    assert.deepEqual(sink.lines, [line(1), line(2), line(3)]);
    assert.equal(sink.last().source, "socket");
    assert.equal("happened" in sink.last(), false);
  });

  test("takes what curl sends", { skip: spawnSync("curl", ["--version"]).status === 0 ? false : "needs curl" }, async () => {
    await open();
    const args = ["-s", "-w", "%{http_code}", "--unix-socket", path, "-d", 'INSTANCE "VI_1" MASTER 100', "http://localhost/api/v1/notify"];
    const { execFile } = await import("node:child_process");
    const status = await new Promise((resolve) => execFile("curl", args, (_error, stdout) => resolve(stdout)));
    assert.equal(status, "204");
    assert.deepEqual(sink.lines, ['INSTANCE "VI_1" MASTER 100']);
  });

  const refused: ReadonlyArray<readonly [what: string, body: string | Buffer, text: RegExp]> = [
    ["nothing", "", /the body is empty: send lines such as/],
    ["empty lines", "\n\r\n\n", /the body is empty/],
    ["a bad line", "hello", /line 1 \(hello\) is not of the form INSTANCE/],
    [
      "a bad line after a good one",
      `${line(1)}\nINSTANCE "VI_1" EQUAL 1\n`,
      /line 2 \(INSTANCE "VI_1" EQUAL 1\) has a state that keepalived/,
    ],
    ["a line too long", `${line(1)}\n${"x".repeat(5_000)}\n`, /line 2 is longer than 4096 bytes; nothing of this request was taken/],
    ["control characters", Buffer.from('INSTANCE "\u001b[2J" MASTER 1'), /line 1 \(INSTANCE "\\u\{1b\}\[2J" MASTER 1\) holds control/],
  ];
  for (const [what, body, text] of refused) {
    test(`answers 400 to ${what}, says which line it is, and takes nothing of the request`, async () => {
      await open();
      const answer = await send(body);
      assert.equal(answer.status, 400);
      assert.match(answer.text, text);
      assert.match(answer.headers["content-type"] ?? "", /^text\/plain/);
      assert.ok(sink.lines.every((taken) => taken === "!"));
    });
  }

  test("has one route and one method", async () => {
    await open();
    for (const route of ["/", "/metrics", "/-/reload", "/api/v1/notify/", "/api/v1/notify?x=1", "/api/v1/virtual-routers"]) {
      assert.equal((await send("", { path: route })).status, 404, route);
      assert.equal((await send("", { path: route, method: "GET" })).status, 404, route);
    }
    for (const method of ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]) {
      const answer = await send("", { method });
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers.allow, "POST");
    }
    assert.deepEqual(sink.facts, []);
  });

  test("takes 64 KiB and answers 413 to more, whether the length is announced or not", async () => {
    await open();
    const many = `${line(1)}\n`.repeat(1_900);
    assert.equal((await send(many)).status, 204);
    assert.equal(sink.lines.length, 1_900);
    assert.equal((await send(many.repeat(2))).status, 413);
    assert.equal((await send(many.repeat(2), { headers: { "transfer-encoding": "chunked" } })).status, 413);
    assert.equal(sink.lines.length, 1_900);
  });

  test("takes nothing of a request that was cut off, and goes on", async () => {
    await open();
    await raw(`POST /api/v1/notify HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n${line(1)}\n`, true).answer;
    await raw(`POST /api/v1/notify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n${line(1)}`, true).answer;
    await raw("POST /api/v1/not", true).answer;
    assert.match(await raw("rubbish\r\n\r\n", true).answer, /^HTTP\/1\.1 400 /);
    assert.match(await raw(`POST /api/v1/notify HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(20_000)}\r\n\r\n`, true).answer, /^HTTP\/1\.1 431 /);
    assert.deepEqual(sink.facts, []);
    assert.equal((await send(line(2))).status, 204);
  });

  test("ends a client that is too slow", async () => {
    await open();
    const slow = raw("POST /api/v1/notify HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nINST", false);
    const ended = await Promise.race([slow.answer, waitFor("the end", () => slow.socket.destroyed, { within: 15_000 })]);
    assert.notEqual(ended, undefined);
    assert.deepEqual(sink.facts, []);
  });

  test("bounds the connections at a time, and serves again when they are gone", async () => {
    await open();
    const idle = Array.from({ length: 300 }, () => raw("", false));
    await waitFor("refused connections", () => idle.filter(({ socket }) => socket.destroyed).length >= 300 - 256, {
      within: 5_000,
      every: 5,
    });
    for (const { socket } of idle) socket.destroy();
    await Promise.all(idle.map(({ answer }) => answer));
    await waitFor(
      "an answer",
      () =>
        send(line(1)).then(
          ({ status }) => status === 204,
          () => false,
        ),
      { within: 5_000 },
    );
    assert.equal(existsSync(path), true);
  });

  test("is its owner's alone without a group, and never more open than that before", async () => {
    path = folder.at("run/vrrpwatch/notify.sock");
    const umask = process.umask(0);
    try {
      await open();
    } finally {
      process.umask(umask);
    }
    assert.equal(process.umask(), umask);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(folder.at("run/vrrpwatch")).mode & 0o777, 0o755);
  });

  test("is open to its group", rootOnly, async () => {
    chmodSync(folder.path, 0o755);
    await open({ group: { id: 12_345, name: "scripts" } });
    const { mode, gid } = statSync(path);
    assert.deepEqual([mode & 0o777, gid], [0o660, 12_345]);
    assert.deepEqual(sink.warnings, []);
  });

  test("tells when its group cannot reach it", rootOnly, async () => {
    chmodSync(folder.path, 0o700);
    const socket = await open({ group: { id: 12_345, name: "scripts" } });
    assert.equal(socket.view().up, true);
    assert.match(sink.warnings.join(), /the group scripts cannot pass through .*: chmod o\+x it/);
  });

  test("takes the place of one that a dead agent left", async () => {
    const script = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", script, path]);
    assert.ok(lstatSync(path).isSocket());
    const socket = await open();
    assert.equal(socket.view().up, true);
    assert.equal((await send(line(1))).status, 204);
  });

  test("of a running agent is left to it, and taken when that one ends", async () => {
    const first = await open();
    const second = await open({ checkMs: 20 });
    assert.match(second.view().problem ?? "", /another program \(a second vrrpwatch\?\) listens on .*notify\.sock: stop it/);
    assert.equal(second.view().up, false);
    await first.close();
    await waitFor("the second agent to take over", () => second.view().up, { within: 5_000 });
    assert.equal((await send(line(1))).status, 204);
    assert.equal(sink.warnings.length, 1);
  });

  test("never removes what is no socket", async () => {
    writeFileSync(path, "precious");
    const file = await open({ checkMs: 20 });
    assert.match(file.view().problem ?? "", /is there already and is not a socket: remove it/);
    await file.close();
    assert.equal(readFileSync(path, "utf8"), "precious");
    unlinkSync(path);
    mkdirSync(path);
    assert.match((await open()).view().problem ?? "", /is not a socket/);
    assert.ok(lstatSync(path).isDirectory());
  });

  test("comes back where it was removed, and leaves another program's socket alone at its end", async () => {
    const socket = await open({ checkMs: 20 });
    unlinkSync(path);
    await waitFor("the socket", () => existsSync(path) && socket.view().up, { within: 5_000 });
    assert.equal((await send(line(1))).status, 204);
    unlinkSync(path);
    const other = createServer().listen(path);
    await waitFor("the other's socket to be noticed", () => !socket.view().up, { within: 5_000 });
    await socket.close();
    assert.ok(existsSync(path));
    other.close();
  });

  test("that cannot be made is a problem with a remedy, not an end", async () => {
    path = folder.at(`${"x".repeat(120)}.sock`);
    assert.match((await open()).view().problem ?? "", /at most 107 bytes/);
    writeFileSync(folder.at("file"), "");
    path = folder.at("file/notify.sock");
    assert.match((await open()).view().problem ?? "", /a part of the path is no directory/);
  });

  test("is gone after the end", async () => {
    const socket = await open();
    await socket.close();
    assert.equal(existsSync(path), false);
  });
});

describe("the group of notify scripts", () => {
  const folder = mkdtempSync("/tmp/vw-n-");
  const files = { passwd: `${folder}/passwd`, group: `${folder}/group` };
  writeFileSync(files.passwd, "root:x:0:0::/root:/bin/sh\nkeepalived_script:x:998:997::/:/bin/false\n");
  writeFileSync(files.group, "root:x:0:\nscripts:x:997:\nother:x:5:\n");
  const none = { passwd: `${folder}/none`, group: files.group };
  test("is the configured one, by name or number", () => {
    assert.deepEqual(findGroup("other", files), { group: { id: 5, name: "other" }, problem: null });
    assert.deepEqual(findGroup("5", files), { group: { id: 5, name: "other" }, problem: null });
  });
  test("is that of keepalived_script where none is configured", () => {
    assert.deepEqual(findGroup(null, files), { group: { id: 997, name: "scripts" }, problem: null });
  });
  test("is none where that user does not exist", () => assert.deepEqual(findGroup(null, none), { group: null, problem: null }));
  test("that is not known is a problem with a remedy", () => {
    assert.match(findGroup("absent", files).problem ?? "", /there is no group "absent" in .*group: create it, or correct the name/);
    rmSync(folder, { recursive: true });
  });
});
