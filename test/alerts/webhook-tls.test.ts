import assert from "node:assert/strict";
import { copyFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { describe, test } from "node:test";
import type { TlsOptions } from "node:tls";
import { TlsFiles, type TlsSettings } from "../../src/alerts/webhook/tls-files.ts";
import { Authority, noOpenssl } from "../helpers/certificates.ts";
import { answering, makeWebhook, scratch, startReceiver, told } from "./webhook-kit.ts";

const here = "DNS:localhost,IP:127.0.0.1";

describe("a receiver with TLS", { skip: noOpenssl }, () => {
  const authority = new Authority("ours");
  const stranger = new Authority("theirs");
  const server = authority.issue("receiver", here);
  const client = authority.issue("agent", "DNS:agent");
  const ca_file = authority.own.certFile;
  const wantsClient: TlsOptions = { ...server, ca: authority.own.cert, requestCert: true, rejectUnauthorized: true };
  const showsClient: TlsSettings = { ca_file, cert_file: client.certFile, key_file: client.keyFile };

  const cases: ReadonlyArray<readonly [name: string, server: TlsOptions, tls: TlsSettings, expected: RegExp]> = [
    ["a private authority is trusted when it is configured", server, { ca_file }, /^delivered$/],
    ["a private authority is not trusted otherwise", server, {}, /^retry: its certificate is signed by an unknown authority/],
    ["another authority is not trusted", server, { ca_file: stranger.own.certFile }, /^retry: its certificate is signed by an unknown/],
    ["a client certificate is shown", wantsClient, showsClient, /^delivered$/],
    ["a client certificate that is wanted and not configured is told", wantsClient, { ca_file }, /^retry: it wants a client certificate/],
    [
      "with TLS 1.2, too, a client certificate that is wanted is told",
      { ...wantsClient, maxVersion: "TLSv1.2" },
      { ca_file },
      /^retry: it (wants|ends the TLS handshake: it may want) a client certificate/,
    ],
    [
      "a certificate for another name is told",
      authority.issue("other", "DNS:other.example"),
      { ca_file },
      /^retry: its certificate is for another name: correct the URL, or set tls\.server_name$/,
    ],
    [
      "the name of the certificate may be configured",
      authority.issue("other", "DNS:other.example"),
      { ca_file, server_name: "other.example" },
      /^delivered$/,
    ],
    [
      "an address may be configured as its name",
      authority.issue("a", "IP:192.0.2.1"),
      { ca_file, server_name: "192.0.2.1" },
      /^delivered$/,
    ],
    [
      "a configured name that it does not have is told",
      server,
      { ca_file, server_name: "other.example" },
      /^retry: its certificate is for another name/,
    ],
    ["an expired certificate is told", authority.issueExpired("receiver", here), { ca_file }, /^retry: its certificate has expired/],
    [
      "a file of authorities that is not there is told",
      server,
      { ca_file: "/nonexistent/ca.pem" },
      /^retry: tls\.ca_file \/nonexistent\/ca\.pem does not exist/,
    ],
    ["a key instead of a certificate is told", server, { ca_file: server.keyFile }, /^retry: tls\.ca_file \S+ holds no CERTIFICATE in PEM/],
    [
      "a key of another certificate is told",
      server,
      { ...showsClient, key_file: server.keyFile },
      /^retry: tls\.key_file is not the key of the certificate in tls\.cert_file/,
    ],
  ];
  for (const [name, options, tls, expected] of cases) {
    test(name, async (t) => {
      const receiver = await startReceiver(t, answering(200), options);
      assert.match(told(await makeWebhook({ url: receiver.url(), tls }).send()), expected);
      assert.equal(receiver.received.length, expected.test("delivered") ? 1 : 0);
      await receiver.empty();
    });
  }

  test("a damaged certificate is told, and not shown", async (t) => {
    const receiver = await startReceiver(t, answering(200), server);
    const damaged = scratch(t)("ca.pem", server.cert.replace(/M/g, "!"));
    const text = told(await makeWebhook({ url: receiver.url(), tls: { ...showsClient, cert_file: damaged } }).send());
    assert.match(text, /^retry: tls\.cert_file \S+ holds no usable certificate$/);
  });

  test("a receiver may change its certificate, and its authority, while the agent runs", async (t) => {
    const receiver = await startReceiver(t, answering(200), server);
    assert.ok("setSecureContext" in receiver.server && typeof receiver.server.setSecureContext === "function");
    const trusted = scratch(t)("ca.pem", authority.own.cert);
    const { send } = makeWebhook({ url: receiver.url(), tls: { ca_file: trusted } });
    assert.equal(told(await send()), "delivered");
    receiver.server.setSecureContext(authority.issue("renewed", here));
    assert.equal(told(await send()), "delivered");
    receiver.server.setSecureContext(stranger.issue("receiver", here));
    assert.match(told(await send()), /^retry: its certificate is signed by an unknown authority/);
    copyFileSync(stranger.own.certFile, trusted);
    assert.equal(told(await send()), "delivered");
  });

  test("what was made of the files is used until one of them changes", async (t) => {
    const put = scratch(t);
    const trusted = put("ca.pem", authority.own.cert);
    const shown = put("cert.pem", client.cert);
    const files = new TlsFiles({ ca_file: trusted, cert_file: shown, key_file: client.keyFile });
    const contextOf = async (): Promise<unknown> => {
      const read = await files.read();
      assert.ok(read.ok);
      return read.value.secureContext;
    };
    const first = await contextOf();
    assert.equal(await contextOf(), first);
    // Of another size: within one tick of the kernel a file has one time.
    const longer = (text: string): string => `# ${"=".repeat(100)}\n${text}`;
    put("ca.pem", longer(stranger.own.cert));
    const second = await contextOf();
    assert.notEqual(second, first);
    assert.equal(await contextOf(), second);
    put("cert.pem", longer(server.cert));
    assert.deepEqual(await files.read(), {
      ok: false,
      error: "tls.key_file is not the key of the certificate in tls.cert_file: give both from one issue, and replace both at once",
    });
    put("cert.pem", client.cert);
    assert.notEqual(await contextOf(), second);
    rmSync(trusted);
    const gone = await files.read();
    assert.ok(!gone.ok && /^tls\.ca_file \S+ does not exist/.test(gone.error));
  });

  test("a file that is replaced by another one of the same size and time is read", async (t) => {
    const put = scratch(t);
    const trusted = put("ca.pem", authority.own.cert);
    const files = new TlsFiles({ ca_file: trusted });
    const first = await files.read();
    const { atime, mtime } = statSync(trusted);
    const fresh = put("new.pem", authority.own.cert);
    utimesSync(fresh, atime, mtime);
    renameSync(fresh, trusted);
    utimesSync(trusted, atime, mtime);
    const second = await files.read();
    assert.ok(first.ok && second.ok);
    assert.notEqual(second.value.secureContext, first.value.secureContext);
  });
});
