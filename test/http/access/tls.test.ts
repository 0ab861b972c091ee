import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { HASH } from "../../config/web-file/kit.ts";
import { Authority, type Certificate, noOpenssl } from "../../helpers/certificates.ts";
import { HandshakeGate } from "./handshake-gate.ts";
import { ask, connected, loopback, read, type Started, serve } from "./kit.ts";

describe("HTTPS by the web configuration file", { skip: noOpenssl }, () => {
  const ca = new Authority("CA");
  const strangers = new Authority("Strangers");
  const server = ca.issue("server", "DNS:localhost,IP:127.0.0.1");
  const client = ca.issue("client", "DNS:prometheus.example,IP:2001:db8::1,email:ops@example.net,URI:spiffe://example/prometheus");
  const stranger = strangers.issue("stranger", "DNS:prometheus.example");

  const tlsConfig = (more: object = {}): object => ({ cert_file: server.certFile, key_file: server.keyFile, ...more });
  const trusting = (): ConnectionOptions => ({ ca: ca.own.cert });
  const as = ({ cert, key }: Certificate): ConnectionOptions => ({ ca: ca.own.cert, cert, key });

  /** The status of an answer; `refused` where the connection is ended instead. */
  async function outcome({ port }: Started, options: ConnectionOptions): Promise<number | "refused"> {
    return ask({ port }, options).then(
      ({ status }) => status,
      () => "refused" as const,
    );
  }

  test("a client that trusts the authority is served, on every address, IPv6 and a Unix socket too, and over HTTP/1.1", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "vw-web-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "http.sock");
    const started = await serve(
      t,
      { tls_server_config: tlsConfig() },
      { listen: [loopback, { kind: "tcp", host: "::1", port: 0 }, { kind: "unix", path }] },
    );
    assert.equal((await ask({ port: started.port }, trusting())).status, 200);
    const sixth = started.addresses[1];
    assert.equal((await ask({ port: sixth?.kind === "tcp" ? sixth.port : 0 }, { ...trusting(), host: "::1" })).status, 200);
    assert.equal((await ask({ socketPath: path }, trusting())).status, 200);
    const socket = await connected(started.port, { ...trusting(), ALPNProtocols: ["h2", "http/1.1"] });
    assert.equal(socket.alpnProtocol, "http/1.1");
    socket.destroy();
  });

  test("a client that does not trust the authority, or speaks plain HTTP, is not served", async (t) => {
    const started = await serve(t, { tls_server_config: tlsConfig() });
    assert.equal(await outcome(started, { ca: strangers.own.cert }), "refused");
    await assert.rejects(ask({ port: started.port }));
    assert.equal(await outcome(started, trusting()), 200);
  });

  const types: ReadonlyArray<readonly [type: string, none: string, known: string, unknown: string]> = [
    ["NoClientCert", "200", "200", "200"],
    ["RequestClientCert", "200", "200", "200"],
    ["RequireAnyClientCert", "refused", "200", "200"],
    ["VerifyClientCertIfGiven", "200", "200", "refused"],
    ["RequireAndVerifyClientCert", "refused", "200", "refused"],
  ];
  for (const [type, none, known, unknown] of types) {
    test(`${type}: without a certificate ${none}, with a known one ${known}, with a stranger's ${unknown}`, async (t) => {
      const verifies = type === "VerifyClientCertIfGiven" || type === "RequireAndVerifyClientCert";
      const started = await serve(t, {
        tls_server_config: tlsConfig({ client_auth_type: type, ...(verifies && { client_ca_file: ca.own.certFile }) }),
      });
      assert.equal(String(await outcome(started, trusting())), none);
      assert.equal(String(await outcome(started, as(client))), known);
      assert.equal(String(await outcome(started, as(stranger))), unknown);
      const refused = [none, known, unknown].filter((each) => each === "refused").length;
      assert.equal(started.server.view().refused.client_certificate, refused);
      assert.equal(started.log.filter(({ message }) => message === "a client is refused for its certificate").length, Math.min(1, refused));
    });
  }

  test("a certificate whose time is over is refused", async (t) => {
    const started = await serve(t, {
      tls_server_config: tlsConfig({ client_auth_type: "RequireAndVerifyClientCert", client_ca_file: ca.own.certFile }),
    });
    assert.equal(await outcome(started, as(ca.issueExpired("old", "DNS:a"))), "refused");
    assert.equal(started.log[0]?.fields["why"], "CERT_HAS_EXPIRED");
  });

  test("of the names in a certificate one must be allowed: DNS, address in any spelling, e-mail or URI", async (t) => {
    const allowing = (name: string): object => ({
      tls_server_config: tlsConfig({
        client_auth_type: "RequireAndVerifyClientCert",
        client_ca_file: ca.own.certFile,
        client_allowed_sans: ["nobody.example", name],
      }),
    });
    const started = await serve(t, allowing("prometheus.example"));
    assert.equal(await outcome(started, as(client)), 200);
    for (const name of ["2001:DB8:0::1", "ops@example.net", "spiffe://example/prometheus"]) {
      assert.equal(await started.replace(allowing(name)), null);
      assert.equal(await outcome(started, as(client)), 200, name);
    }
    await started.replace(allowing("example"));
    assert.equal(await outcome(started, as(client)), "refused");
  });

  test("versions, ciphers and curves are those of the file", async (t) => {
    const started = await serve(t, {
      tls_server_config: tlsConfig({
        max_version: "TLS12",
        cipher_suites: ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
        curve_preferences: ["CurveP384"],
      }),
    });
    const socket = await connected(started.port, trusting());
    assert.deepEqual([socket.getProtocol(), socket.getCipher().name], ["TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384"]);
    const { name } = socket.getEphemeralKeyInfo() as { name?: string };
    assert.equal(name, "secp384r1");
    socket.destroy();
    await assert.rejects(connected(started.port, { ...trusting(), ecdhCurve: "X25519" }).then((s) => s.destroy()));
    await started.replace({ tls_server_config: tlsConfig({ min_version: "TLS13" }) });
    await assert.rejects(connected(started.port, { ...trusting(), maxVersion: "TLSv1.2" }).then((s) => s.destroy()));
    assert.equal(await outcome(started, trusting()), 200);
  });

  const fingerprint = async (port: number): Promise<string> => {
    const socket = await connected(port, trusting());
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };

  test("a new certificate is for new connections; those that are open go on", async (t) => {
    const started = await serve(t, { tls_server_config: tlsConfig() });
    const socket = await connected(started.port, trusting());
    t.after(() => socket.destroy());
    const before = await fingerprint(started.port);
    const next = ca.issue("next", "DNS:localhost");
    assert.equal(await started.replace({ tls_server_config: { cert_file: next.certFile, key_file: next.keyFile } }), null);
    assert.notEqual(await fingerprint(started.port), before);
    socket.write("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.match(await read(socket, /alive/), /^HTTP\/1\.1 200/);
  });

  test("who is no longer trusted loses what is open, and who asks for a certificate can be changed", async (t) => {
    const started = await serve(t, { tls_server_config: tlsConfig() });
    const [idle, fresh] = [await connected(started.port, trusting()), await connected(started.port, trusting())];
    t.after(() => [idle, fresh].map((socket) => socket.destroy()));
    idle.write("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(idle, "data");
    const stream = await connected(started.port, trusting());
    stream.write("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
    await once(stream, "data");
    const ended = Promise.all([once(idle, "close"), once(stream, "end")]);
    stream.resume();
    idle.resume();
    const strict = tlsConfig({ client_auth_type: "RequireAndVerifyClientCert", client_ca_file: ca.own.certFile });
    assert.equal(await started.replace({ tls_server_config: strict }), null);
    await ended;
    fresh.write("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.match(await read(fresh), /^HTTP\/1\.1 421 .*connection_outdated/s);
    assert.equal(await outcome(started, trusting()), "refused");
    assert.equal(await outcome(started, as(client)), 200);
  });

  test("a handshake that was under way when its authority was removed lets nobody in", async (t) => {
    const required = (authority: Authority): object => ({
      tls_server_config: tlsConfig({ client_auth_type: "RequireAndVerifyClientCert", client_ca_file: authority.own.certFile }),
    });
    const folder = mkdtempSync(join(tmpdir(), "vw-web-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "http.sock");
    const started = await serve(t, required(ca), { listen: [loopback, { kind: "unix", path }] });
    for (const target of [{ host: "127.0.0.1", port: started.port }, { path }]) {
      await started.replace(required(ca));
      for (const next of [ca, strangers]) {
        const gate = await HandshakeGate.before(t, target);
        const asked = outcome({ ...started, port: gate.port }, as(client));
        await gate.greeted;
        await started.replace(required(next));
        gate.open();
        assert.equal(await asked, next === ca ? 200 : "refused", JSON.stringify(target));
      }
    }
    assert.equal(await outcome(started, as(stranger)), 200);
  });

  test("TLS is neither switched off nor on by a new file: that takes a restart", async (t) => {
    const started = await serve(t, { tls_server_config: tlsConfig() });
    assert.match((await started.replace({ basic_auth_users: { a: HASH } })) ?? "", /TLS cannot be switched off.*restart/);
    assert.equal(await outcome(started, trusting()), 200);
    const plain = await serve(t, { basic_auth_users: { a: HASH } });
    assert.match((await plain.replace({ tls_server_config: tlsConfig() })) ?? "", /TLS cannot be switched on.*restart/);
    assert.equal((await ask({ port: plain.port })).status, 401);
  });

  test("incidents are there for verified certificates, and for no others", async (t) => {
    const incidents = { list: () => [{ id: "one" }], get: async () => null, file: async () => null };
    const at = async (started: Started, options: ConnectionOptions): Promise<number> =>
      (await ask({ port: started.port }, { ...options, path: "/api/v1/incidents" })).status;
    const open = (t: TestContext, more: object): Promise<Started> =>
      serve(t, { tls_server_config: tlsConfig(more) }, { deps: { incidents } });
    assert.equal(await at(await open(t, {}), trusting()), 404);
    assert.equal(await at(await open(t, { client_auth_type: "RequireAnyClientCert" }), as(stranger)), 404);
    const verified = { client_auth_type: "RequireAndVerifyClientCert", client_ca_file: ca.own.certFile };
    assert.equal(await at(await open(t, verified), as(client)), 200);
  });

  test("a handshake that never comes does not keep others out", async (t) => {
    const started = await serve(t, { tls_server_config: tlsConfig() });
    const { connect } = await import("node:net");
    const silent = Array.from({ length: 20 }, () => connect(started.port, "127.0.0.1"));
    t.after(() => silent.map((socket) => socket.destroy()));
    await Promise.all(silent.map((socket) => once(socket, "connect")));
    assert.equal(await outcome(started, trusting()), 200);
  });
});
