/**
 * The scraper: a process of its own (inside the agent's namespace, on the sender's CPU), so that neither the benchmark's
 * own work nor a large answer that is being read disturbs the times. Takes commands and gives answers over Node's IPC.
 */
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { sum } from "./lib/exposition.mjs";

const port = Number(process.argv[2]);
/** Of the user that a web configuration asks for; empty for none. */
const own = process.argv[3] ? { authorization: process.argv[3] } : {};
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** The same clock in every process of this host. */
const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6;

/** What Prometheus 2.x sends. */
const asPrometheus = {
  accept: "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
  "accept-encoding": "gzip",
};

function get(path, { headers = {}, limit = 10_000 } = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const call = request({ host: "127.0.0.1", port, path, agent, headers: { ...own, ...headers }, timeout: limit }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const body = Buffer.concat(chunks);
        resolve({ status: response.statusCode, bytes: body.length, body, ms: performance.now() - start });
      });
      response.on("error", reject);
    });
    call.on("timeout", () => call.destroy(new Error(`${path}: no answer within ${limit} ms`)));
    call.on("error", reject);
    call.end();
  });
}

/** The event stream that `listen` opened: `[event, condition, vrid, at, arrived]` of each condition event, both in microseconds. */
let heard = [];

/** `2026-01-01T00:00:00.123456Z` in microseconds since 1970. */
const microseconds = (time) => Date.parse(`${time.slice(0, 19)}Z`) * 1_000 + Number(time.slice(20, 26));

function listen() {
  return new Promise((resolve, reject) => {
    const headers = { ...own, accept: "text/event-stream" };
    const call = request({ host: "127.0.0.1", port, path: "/api/v1/events", headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`/api/v1/events answered ${response.statusCode}`));
      let rest = "";
      response.setEncoding("utf8").on("data", (text) => {
        const arrived = Number(process.hrtime.bigint() / 1_000n);
        const messages = (rest + text).split("\n\n");
        rest = messages.pop();
        for (const message of messages) {
          const data = message.split("\n").find((line) => line.startsWith("data: "));
          if (data === undefined) continue;
          const { event, condition, vrid, at } = JSON.parse(data.slice(6));
          if (condition !== undefined) heard.push([event, condition, vrid, microseconds(at), arrived]);
        }
      });
      response.on("error", reject);
      resolve({});
    });
    call.on("error", reject);
    call.end();
  });
}

/** A loop in the background until `stop`: one call after another with a pause between. */
let background = null;

const commands = {
  async get({ path }) {
    const { status, body, ms } = await get(path);
    return { status, body: body.toString(), ms };
  },
  async scrape({ count, pause, prometheus }) {
    const times = [];
    const windows = [];
    let bytes = 0;
    for (let i = 0; i < count; i++) {
      const begun = monotonicMs();
      const answer = await get("/metrics", prometheus ? { headers: asPrometheus } : {});
      if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`);
      times.push(answer.ms);
      windows.push([begun, monotonicMs()]);
      bytes = answer.bytes;
      await sleep(pause);
    }
    return { times, windows, bytes };
  },
  listen,
  async heard() {
    const events = heard;
    heard = [];
    return events;
  },
  async start({ path, pause, prometheus }) {
    const state = { running: true, times: [], windows: [], failures: 0, ended: null };
    state.ended = (async () => {
      while (state.running) {
        const begun = monotonicMs();
        try {
          const answer = await get(path, prometheus ? { headers: asPrometheus } : {});
          if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
          state.times.push(answer.ms);
          state.windows.push([begun, monotonicMs()]);
        } catch {
          state.failures++;
        }
        await sleep(Math.max(0, pause - (monotonicMs() - begun)));
      }
    })();
    background = state;
    return {};
  },
  async stop() {
    const state = background;
    background = null;
    if (state === null) return { times: [], windows: [], failures: 0 };
    state.running = false;
    await state.ended;
    return { times: state.times, windows: state.windows, failures: state.failures };
  },
  /** Polls from before the agent listens until it has counted an advert; answers with the monotonic time of that, in ns. */
  async firstAdvert({ limit }) {
    const end = performance.now() + limit;
    let listening = null;
    while (performance.now() < end) {
      try {
        const { status, body } = await get("/metrics", { limit: 2_000 });
        listening ??= process.hrtime.bigint();
        if (status === 200 && sum(body.toString(), "vrrp_adverts_received_total") > 0) {
          return { at: String(process.hrtime.bigint()), listening: String(listening) };
        }
      } catch {
        // not listening yet
      }
      await sleep(2);
    }
    throw new Error(`no advert counted within ${limit} ms`);
  },
};

process.on("message", async ({ id, command, options }) => {
  try {
    process.send({ id, result: await commands[command](options) });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
process.on("disconnect", () => process.exit(0));
process.send({ id: 0, result: {} });
