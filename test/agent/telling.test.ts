import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Telling } from "../../src/agent/telling.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import type { Event, VirtualRouterId } from "../../src/core/events.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { temporaryFolder, waitFor } from "../keepalived/notify/harness.ts";
import { sampleRouter, sampleSnapshot } from "../metrics/sample.ts";

const router: VirtualRouterId = { interface: "eth0", family: "ipv4", vrid: 51 };
const silent = (): void => {};

/** Receivers of the configuration that come, change and go while alerts fire; the HTTP is real. */
describe("those who tell people", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let server: Server;
  let port: number;
  /** Bodies by path: `firing VRRPSplitBrain`. */
  let received: string[];
  let status: number;
  let telling: Telling | undefined;

  beforeEach(async () => {
    folder = temporaryFolder();
    received = [];
    status = 200;
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (piece: Buffer) => {
        body += piece.toString();
      });
      request.on("end", () => {
        const parsed = JSON.parse(body) as { alerts?: { status: string; labels: Record<string, string> }[] };
        for (const { status: state, labels } of parsed.alerts ?? []) received.push(`${request.url} ${state} ${labels["alertname"]}`);
        response.statusCode = status;
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    await telling?.stop();
    server.closeAllConnections();
    server.close();
    folder.remove();
  });

  function config(...receivers: readonly (readonly [name: string, way: string, more?: string])[]): Config {
    const list = receivers.map(([name, way, more = ""]) => `{name: ${name}, url: "http://127.0.0.1:${port}/${way}"${more}}`);
    const text = `state_directory: ${folder.path}\nalerts: {group_wait: 0s, group_interval: 0s, receivers: [${list.join(", ")}]}`;
    const loaded = loadConfig(text, "c.yaml");
    assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.error));
    return loaded.value;
  }

  async function start(first: Config): Promise<Telling> {
    telling = new Telling(first, {
      clock: systemClock,
      log: { info: silent, warn: silent, error: silent },
      version: "1",
      started: systemClock.now(),
      snapshot: () => sampleSnapshot([sampleRouter()]),
      describeRouter: () => ({ segment: "dc1", name: null }),
      joined: () => new Map(),
      secure: false,
      isSilenced: () => false,
      incidentOf: () => null,
      alive: () => true,
    });
    await telling.start();
    return telling;
  }

  const change = async (to: Config): Promise<void> => {
    const takeUp = await telling?.prepare(to);
    await takeUp?.();
  };

  const happens = (kind: "condition_raised" | "condition_cleared"): void =>
    telling?.event({
      kind,
      at: systemClock.now(),
      wall: systemClock.wall(),
      router,
      condition: "split_brain",
      severity: "critical",
      since: systemClock.wall(),
      cause: null,
      summary: "two masters",
      evidence: {},
      inhibitedBy: null,
      ...(kind === "condition_cleared" && { resolved: true }),
    } as Event);

  const until = (...lines: string[]): Promise<boolean> =>
    waitFor(lines.join(", "), () => lines.every((line) => received.includes(line)), { within: 10_000, every: 5, state: () => received });

  /** The agent counts a delivery when it has read the answer: later than the receiver has the request. */
  const counted = (outcome: "delivered" | "retried", times: number): Promise<boolean> => {
    const count = (): number | undefined => telling?.view()?.receivers[0]?.outcomes[outcome];
    return waitFor(`${outcome} to be ${times}`, () => count() === times, { within: 10_000, every: 5, state: count });
  };

  test("a receiver that moves is told at its new place, and not again of what it knows", async () => {
    await start(config(["ops", "old"]));
    happens("condition_raised");
    await until("/old firing VRRPSplitBrain");
    await change(config(["ops", "new"]));
    happens("condition_cleared");
    await until("/new resolved VRRPSplitBrain");
    assert.deepEqual(received, ["/old firing VRRPSplitBrain", "/new resolved VRRPSplitBrain"]);
    await counted("delivered", 2);
  });

  test("what waits for a receiver goes to its new place at once", async () => {
    await start(config(["ops", "old"]));
    status = 503;
    happens("condition_raised");
    await until("/old firing VRRPSplitBrain");
    status = 200;
    await change(config(["ops", "new"]));
    await until("/new firing VRRPSplitBrain");
    await counted("retried", 1);
  });

  test("a receiver that comes is told what fires, and what waits for one that goes stays on the disk", async () => {
    await start(config(["gone", "gone"]));
    status = 503;
    happens("condition_raised");
    await until("/gone firing VRRPSplitBrain");
    status = 200;
    await change(config(["ops", "ops"]));
    await until("/ops firing VRRPSplitBrain");
    assert.deepEqual(
      telling?.view()?.receivers.map(({ name }) => name),
      ["ops"],
    );
    assert.equal(readdirSync(folder.at("alerts/queue/gone")).filter((name) => name.endsWith(".json")).length, 1);
    await change(config(["ops", "ops"], ["gone", "back"]));
    await until("/back firing VRRPSplitBrain");
  });

  test("without receivers nobody is told and nothing is kept, until there is one", async () => {
    await start(config());
    assert.deepEqual((await telling?.list())?.["receivers"], []);
    happens("condition_raised");
    assert.equal(telling?.view(), null);
    await change(config(["ops", "ops"]));
    happens("condition_raised");
    await until("/ops firing VRRPSplitBrain");
    await change(config());
    assert.equal(telling?.view(), null);
    assert.equal(await telling?.retry("x"), "unknown");
    assert.ok(existsSync(folder.at("alerts/state.json")));
  });

  test("a configuration that is made ready and not taken up changes nothing", async () => {
    await start(config(["ops", "old"]));
    await telling?.prepare(config(["ops", "new"], ["other", "other"]));
    happens("condition_raised");
    await until("/old firing VRRPSplitBrain");
    assert.deepEqual(received, ["/old firing VRRPSplitBrain"]);
  });

  test("an Alertmanager that moves is told again what fires, and goes on being counted", async () => {
    const api = ", format: alertmanager-api";
    await start(config(["am", "one", api]));
    happens("condition_raised");
    await waitFor("the first", () => telling?.view()?.receivers[0]?.outcomes.delivered === 1, { within: 10_000, every: 5 });
    await change(config(["am", "two", api]));
    await waitFor("the second", () => telling?.view()?.receivers[0]?.outcomes.delivered === 2, { within: 10_000, every: 5 });
  });
});
