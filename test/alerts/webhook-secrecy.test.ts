import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import { Heartbeat } from "../../src/alerts/heartbeat.ts";
import type { PostOptions } from "../../src/alerts/webhook/prepare.ts";
import { createLogger } from "../../src/lib/log.ts";
import { seconds } from "../../src/lib/time.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { assertClean, echo, forms, header, password, path, proxyPassword, query, routing, signing, token } from "./secret-kit.ts";
import { makeWebhook, sampleNotification, scratch, startReceiver } from "./webhook-kit.ts";

for (const status of [200, 302, 400, 401, 429, 500]) {
  test(`neither the URL nor a secret is told anywhere by a receiver that gives them all back with ${status}`, async (t) => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): number => warnings.push(inspect(warning));
    process.on("warning", onWarning);
    t.after(() => process.off("warning", onWarning));
    const put = scratch(t);
    const answers: string[] = [];
    const answer: RequestListener = (request, response) => {
      const text = echo({ request, body: receiver.received.at(-1)?.body ?? "" }, forms[answers.length % forms.length] ?? String);
      answers.push(text);
      response.writeHead(status, { location: `/${path}` }).end(text);
    };
    const receiver = await startReceiver(t, answer);
    const url = receiver.url(`/services/${path}?token=${query}`);
    const shared: PostOptions = {
      url_file: put("url", `${url}\n`),
      secret_file: put("signing", `whsec_${signing}\n`),
      header_files: { "X-Key": put("header", `${header}\n`) },
      routing_key_file: put("routing", `${routing}\n`),
    };
    const bearing = { ...shared, bearer_token_file: put("token", `${token}\n`) };
    const basic = { ...shared, basic_auth: { username: "ops", password_file: put("password", `${password}\n`) } };
    const texts: string[] = [];
    for (const options of [bearing, basic, { ...bearing, url }]) {
      const { webhook, send } = makeWebhook(options);
      for (const _ of forms) texts.push(inspect(await send()));
      texts.push(inspect(await webhook.request(sampleNotification)));
      texts.push(inspect(webhook, { depth: null, showHidden: true }), JSON.stringify(webhook));
      await webhook.close();
      texts.push(inspect(webhook, { depth: null, showHidden: true }));
    }
    assert.equal(answers.length, 3 * forms.length);
    for (const secret of [path, query, token, header, routing, signing])
      assert.ok(answers[0]?.includes(secret), `${secret} was given back`);

    const log = createLogger({ level: "trace", destination: { write: (line) => void texts.push(line) } });
    const clock = new FakeClock();
    const deps = { alive: () => true, host: "lb1", version: "1.2.3", clock, environment: {}, log };
    const heartbeat = new Heartbeat({ url, interval: seconds(60) }, deps);
    heartbeat.start();
    while (heartbeat.sent + heartbeat.failed === 0) await setImmediate();
    texts.push(inspect(heartbeat, { depth: null, showHidden: true }));
    await heartbeat.stop();
    assertClean([...texts, ...warnings]);
  });
}

test("nor are they told by failures of the network, of the files or of the proxy", async (t) => {
  const put = scratch(t);
  const receiver = await startReceiver(t, (_, response) => response.destroy());
  const secretPath = `/${path}?token=${query}`;
  const gone = `http://127.0.0.1:1${secretPath}`;
  const url = receiver.url(secretPath);
  const proxy = `http://ops:${proxyPassword}@127.0.0.1:1`;
  const cases: ReadonlyArray<readonly [PostOptions, Record<string, string>]> = [
    [{ url }, {}],
    [{ url: gone }, {}],
    [{ url: url.replace("http:", "https:") }, {}],
    [{ url: `http://${path}.invalid${secretPath}` }, { http_proxy: proxy }],
    [{ url: `https://receiver.example${secretPath}` }, { https_proxy: proxy }],
    [{ url }, { http_proxy: `socks5://ops:${proxyPassword}@127.0.0.1:1` }],
    [{ url_file: put("url", `ftp://host/${path}`) }, {}],
    [{ url_file: put("userinfo", `https://ops:${password}@host/${path}`) }, {}],
    [{ url, bearer_token_file: put("lines", `${token}\n${token}\n`) }, {}],
    [{ url, secret_file: put("signing", `whsec_${header}!`) }, {}],
    [{ url: url.replace("http:", "https:"), tls: { ca_file: put("ca.pem", header) } }, {}],
  ];
  const texts: string[] = [];
  for (const [options, environment] of cases) {
    const { webhook, send } = makeWebhook(options, environment);
    const outcome = await send();
    assert.equal(outcome.kind, "retry");
    texts.push(inspect(outcome), inspect(await webhook.request(sampleNotification)), inspect(webhook, { depth: null, showHidden: true }));
  }
  assertClean(texts.map((text) => text.replaceAll(`${path}.invalid`, "the host")));
});
