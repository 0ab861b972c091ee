import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { hashSync } from "bcryptjs";
import { Authority, type Certificate } from "../helpers/certificates.ts";
import { Agent } from "./framework/agent.ts";
import { createPair, type Pair, untilMaster } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "prometheus", "curl", "openssl");
const instances = [{ name: "V4_51", vrid: 51, version: 3 as const, interval: 0.2, addresses: ["192.0.2.100/24"] }];

describe("the web configuration file of a live agent", { skip }, () => {
  const ca = new Authority("CA");
  const server = ca.issue("agent", "DNS:localhost,IP:127.0.0.1");
  const client = ca.issue("prometheus", "DNS:prometheus.example");
  let pair: Pair;
  let agent: Agent;
  let webFile: string;

  const configure = (cert: Certificate, password: string): void =>
    writeFileSync(
      webFile,
      JSON.stringify({
        tls_server_config: {
          cert_file: cert.certFile,
          key_file: cert.keyFile,
          client_auth_type: "RequireAndVerifyClientCert",
          client_ca_file: ca.own.certFile,
        },
        basic_auth_users: { prometheus: hashSync(password, 6) },
      }),
      { mode: 0o600 },
    );

  before(async () => {
    pair = await createPair(instances);
    webFile = path.join(pair.lab.folder("web"), "web.yml");
    configure(server, "secret");
    agent = await Agent.start(pair.lab, pair.listener, { listen: ["127.0.0.1:10112"], webConfig: webFile });
    await pair.first.start();
    await untilMaster(agent, pair.a, [{ family: "ipv4", vrid: 51 }]);
  });
  after(() => pair.lab.close());

  /** What curl says: the status, or its own exit status where the connection fails. */
  const curl = (url: string, ...options: readonly string[]): Promise<string> =>
    pair.listener.exec(["sh", "-c", 'curl -s -o /dev/null -w "%{http_code}" "$@" || echo " failed"', "curl", ...options, url]);
  const certificate = ["--cacert", ca.own.certFile, "--cert", client.certFile, "--key", client.keyFile];

  test("curl is served with certificate, user and password, and with all three only", async () => {
    const url = "https://127.0.0.1:10112/metrics";
    assert.match(await curl(url, ...certificate, "--user", "prometheus:secret"), /^200/);
    assert.match(await curl(url, ...certificate, "--user", "prometheus:wrong"), /^401/);
    assert.match(await curl(url, ...certificate), /^401/);
    assert.match(await curl(url, "--cacert", ca.own.certFile, "--user", "prometheus:secret"), /000.*failed/);
    assert.match(await curl("http://127.0.0.1:10112/metrics"), /000.*failed/);
    assert.match(await curl("https://127.0.0.1:10112/api/v1/incidents", ...certificate, "--user", "prometheus:secret"), /^200/);
  });

  test("a real Prometheus scrapes over TLS with a certificate and basic_auth, through a change of both", async () => {
    const folder = pair.lab.folder("prometheus");
    const config = path.join(folder, "prometheus.yml");
    const password = path.join(folder, "password");
    writeFileSync(password, "secret");
    const tls = { ca_file: ca.own.certFile, cert_file: client.certFile, key_file: client.keyFile };
    const job = {
      job_name: "vrrp",
      scheme: "https",
      tls_config: tls,
      basic_auth: { username: "prometheus", password_file: password },
      static_configs: [{ targets: ["127.0.0.1:10112"] }],
    };
    writeFileSync(config, JSON.stringify({ global: { scrape_interval: "1s" }, scrape_configs: [job] }));
    const prometheus = pair.listener.start("prometheus", [
      "prometheus",
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(folder, "data")}`,
      "--web.listen-address=127.0.0.1:9090",
    ]);
    const query = async (expression: string): Promise<string> => {
      const url = `http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(expression)}`;
      return pair.listener.exec(["sh", "-c", 'curl -s "$1" || true', "curl", url]);
    };
    const until = (what: string, expression: string, value: string): Promise<unknown> =>
      waitFor(what, async () => (await query(expression)).includes(`"${value}"]`), {
        within: 30_000,
        every: 500,
        state: () => prometheus.stderr.slice(-1_500) + agent.process.stdout.slice(-1_500),
      });
    await until("Prometheus to have a scrape", "up", "1");
    await until("Prometheus to have the master", "count(vrrp_master_info)", "1");

    configure(ca.issue("agent renewed", "DNS:localhost,IP:127.0.0.1"), "another");
    await until("the old password to be refused", "up", "0");
    writeFileSync(password, "another");
    await until("the new password to be taken", "up", "1");
  });

  test("a broken file keeps what held, and shows", async () => {
    const good = readFileSync(webFile, "utf8");
    writeFileSync(webFile, "basic_auth_users: {prometheus: secret}\n");
    const reloaded = (value: number): Promise<unknown> =>
      waitFor(
        `the reload to show as ${value}`,
        async () => (await agent.metric("vrrpwatch_web_config_last_reload_successful"))[0] === value,
        {
          within: 10_000,
        },
      );
    await reloaded(0);
    assert.match(await curl("https://127.0.0.1:10112/metrics", ...certificate, "--user", "prometheus:another"), /^200/);
    assert.match(await curl("https://127.0.0.1:10112/metrics", ...certificate, "--user", "prometheus:secret"), /^401/);
    writeFileSync(webFile, good);
    await reloaded(1);
  });
});
