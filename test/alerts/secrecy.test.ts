import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { AlertCenter } from "../../src/alerts/center.ts";
import { formats } from "../../src/alerts/formats/index.ts";
import type { ReceiverLane } from "../../src/alerts/receiver-lane.ts";
import type { PostOptions } from "../../src/alerts/webhook/prepare.ts";
import { Webhook } from "../../src/alerts/webhook.ts";
import { WebhookLane } from "../../src/alerts/webhook-lane.ts";
import { parseAlertsAnswer } from "../../src/commands/alerts-answer.ts";
import { alertsText } from "../../src/commands/alerts-text.ts";
import { createApp } from "../../src/http/app.ts";
import { EventStreams } from "../../src/http/event-streams.ts";
import { createLogger, type Logger } from "../../src/lib/log.ts";
import { systemCode } from "../../src/lib/system-code.ts";
import { seconds } from "../../src/lib/time.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { sampleDeps } from "../http/harness.ts";
import { waitFor } from "../lab/framework/wait.ts";
import { sampleAgent } from "../metrics/sample.ts";
import { receiver as ruleOf } from "./lifecycle/feed.ts";
import { assertClean, echo, forms, header, password, path, query, routing, signing, token } from "./secret-kit.ts";
import { scratch, startReceiver } from "./webhook-kit.ts";

interface Place {
  readonly t: TestContext;
  readonly directory: string;
  readonly clock: FakeClock;
  readonly log: Logger;
  readonly form: (text: string) => string;
  /** What the servers gave back. */
  readonly answers: string[];
}

/** A receiver that gives back all that it was sent. */
async function laneTo(name: string, status: number, format: "pagerduty" | "alertmanager", place: Place): Promise<ReceiverLane> {
  const { t, directory, clock, log, form, answers } = place;
  const put = scratch(t);
  const answer: RequestListener = (request, response) => {
    const text = echo({ request, body: server.received.at(-1)?.body ?? "" }, form);
    answers.push(text);
    response.writeHead(status).end(text);
  };
  const server = await startReceiver(t, answer);
  const options: PostOptions = {
    url_file: put("url", `${server.url(`/services/${path}?token=${query}`)}\n`),
    secret_file: put("signing", `whsec_${signing}\n`),
    header_files: { "X-Key": put("header", `${header}\n`) },
    routing_key_file: put("routing", `${routing}\n`),
    ...(format === "pagerduty"
      ? { bearer_token_file: put("token", `${token}\n`) }
      : { basic_auth: { username: "ops", password_file: put("password", `${password}\n`) } }),
  };
  const context = { externalUrl: "", agent: { host: "lb1", version: "1.2.3" } };
  const webhook = new Webhook(options, { format: formats[format], context, clock, environment: {} });
  const limits = { maxCount: 100, maxBytes: 1_000_000, maxAge: seconds(3_600), maxDead: 10 };
  const rule = ruleOf(name, { perAlert: formats[format].perAlert });
  return new WebhookLane(rule, { format, directory, ...limits }, { webhook, clock, log });
}

function centerOf(lanes: readonly ReceiverLane[], { directory, clock, log }: Place): AlertCenter {
  return new AlertCenter(
    {
      groupWait: seconds(1),
      groupInterval: seconds(10),
      repeatInterval: seconds(14_400),
      damping: { changes: 6, window: seconds(600), quiet: seconds(300) },
      externalLabels: {},
      masterChanges: false,
      runbookUrl: null,
      host: "lb1",
      directory,
    },
    {
      clock,
      log,
      lanes,
      describeRouter: () => ({ segment: "dc1-front", name: null }),
      joined: () => new Map(),
      isSilenced: () => false,
      look: () => () => null,
    },
  );
}

/** Every file under a directory, with its path, but for those that are gone by the time they are read: they are written and moved meanwhile. */
const filesUnder = (directory: string): Map<string, string> =>
  new Map(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .flatMap((file) => {
        try {
          return [[file.slice(directory.length), readFileSync(file, "utf8")] as const];
        } catch (error) {
          if (systemCode(error) === "ENOENT") return [];
          throw error;
        }
      }),
  );

/** What a person or a program can ask the agent for. */
async function shown(alerts: AlertCenter, clock: FakeClock): Promise<Record<"list" | "text" | "metrics" | "page", string>> {
  const deps = sampleDeps({ agent: { ...sampleAgent(), alerts: alerts.view(null) } });
  const refuse = (): Promise<never> => Promise.reject(new Error());
  const silences = { wall: deps.silences.wall, add: refuse, remove: refuse };
  const streams = new EventStreams(deps.events, { heartbeatMs: 60_000, maxStreams: 2 });
  const app = createApp(deps, streams, "lb1", { control: { silences, incidents: null, alerts } });
  const get = async (url: string): Promise<string> => (await app.inject({ url })).body;
  const list = await get("/api/v1/alerts");
  const answer = parseAlertsAnswer(JSON.parse(list) as object);
  assert.ok(answer !== null);
  return { list, text: alertsText(answer, clock.wall()), metrics: await get("/metrics"), page: await get("/") };
}

for (const [index, form] of forms.entries()) {
  test(`what receivers give back is neither stored, shown, counted nor logged (form ${index + 1} of ${forms.length})`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "vrrpwatch-secrecy-"));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const lines: string[] = [];
    const log = createLogger({ level: "trace", destination: { write: (line) => void lines.push(line) } });
    const clock = new FakeClock();
    const place: Place = { t, directory, clock, log, form, answers: [] };
    const lanes = [await laneTo("refusing", 400, "pagerduty", place), await laneTo("failing", 503, "alertmanager", place)];
    const center = centerOf(lanes, place);
    await center.start();
    center.event({
      kind: "condition_raised",
      at: clock.now(),
      wall: clock.wall(),
      router: { interface: "eth0", family: "ipv4", vrid: 51 },
      condition: "split_brain",
      severity: "critical",
      since: clock.wall(),
      cause: "unknown",
      summary: "VRID 51 (IPv4) has 2 masters",
      evidence: {},
      inhibitedBy: null,
    });
    const isTold = (): boolean => {
      clock.runTo(1_500);
      const [refusing, failing] = center.view(null).receivers;
      return refusing?.dead === 1 && failing?.outcomes.retried === 1 && [...filesUnder(directory).keys()].some((file) => /dead/.test(file));
    };
    await waitFor("both receivers to be told", isTold, { within: 10_000, every: 5 });
    const pages = await shown(center, clock);
    const before = filesUnder(directory);
    await center.stop();
    const after = filesUnder(directory);

    const given = place.answers.join(" ");
    for (const secret of [path, query, token, password, header, routing, signing])
      assert.ok(given.includes(form(secret)), `${secret} was given back`);
    // Both answers are told of, where they are to be.
    for (const status of ["400", "503"]) {
      assert.ok(pages.list.includes(status) && pages.text.includes(status) && pages.page.includes(status), status);
      assert.ok(
        lines.some((line) => line.includes(status)),
        `${status} is in the log`,
      );
    }
    assert.match(pages.metrics, /vrrpwatch_webhook_dead_deliveries\{receiver="refusing"\} 1/);
    for (const kind of [/state\.json$/, /queue\/failing\//, /dead\//])
      assert.ok(
        [...after.keys()].some((file) => kind.test(file)),
        `${kind}: ${[...after.keys()].join(" ")}`,
      );
    assertClean([...[...before, ...after].flat(), ...Object.values(pages), ...lines]);
  });
}
