/**
 * Clients that mean ill, all at once: connections that idle, requests that never end, scrapes in bursts, wrong passwords. A process of its
 * own inside the agent's namespace. Arguments: port, password header. Prints one line of JSON a second, with what it has done so far.
 */
import { Agent, request } from "node:http";
import { connect } from "node:net";

const port = Number(process.argv[2]);
const authorization = process.argv[3];
const IDLE = 1_000;
const SLOW = 200;
const SCRAPES = 50;
const WRONG = 8;

const done = { connections: 0, scrapes: 0, refused: 0, failed: 0, passwords: 0 };

/** A connection that is opened again whenever it is cut. @param trickle what it sends each second */
function keepOpen(first, trickle) {
  const socket = connect(port, "127.0.0.1", () => {
    done.connections++;
    socket.write(first);
  });
  const timer = trickle === "" ? null : setInterval(() => socket.write(trickle), 1_000);
  socket.on("error", () => {});
  socket.on("data", () => {});
  socket.on("close", () => {
    clearInterval(timer);
    // Not at once: the attack is in the number, not in the speed.
    setTimeout(() => keepOpen(first, trickle), 1_000);
  });
}

const agent = new Agent({ keepAlive: true, maxSockets: SCRAPES });

function ask(path, header) {
  return new Promise((resolve) => {
    const call = request({
      host: "127.0.0.1",
      port,
      path,
      agent,
      headers: { authorization: header, "accept-encoding": "gzip" },
      timeout: 10_000,
    });
    call.on("response", (response) => response.resume().on("close", () => resolve(response.complete ? response.statusCode : 0)));
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(0));
    call.end();
  });
}

async function scrapes() {
  for (;;) {
    const answers = await Promise.all(Array.from({ length: SCRAPES }, () => ask("/metrics", authorization)));
    for (const status of answers) done[status === 200 ? "scrapes" : "failed"]++;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function passwords() {
  for (let n = 0; ; n++) {
    const header = `Basic ${Buffer.from(`prometheus:${process.pid} ${n} ${Math.random()}`).toString("base64")}`;
    const status = await ask("/-/healthy", header);
    done[status === 401 ? "passwords" : status === 503 ? "refused" : "failed"]++;
    if (status !== 401) await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

for (let i = 0; i < IDLE; i++) keepOpen("", "");
for (let i = 0; i < SLOW; i++) keepOpen("GET /metrics HTTP/1.1\r\nHost: x\r\nX: ", "a");
void scrapes();
for (let i = 0; i < WRONG; i++) void passwords();
setInterval(() => process.stdout.write(`${JSON.stringify(done)}\n`), 1_000);
