import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { webFileSchema } from "../../../src/config/web-file/schema.ts";
import { root } from "../../contract/repository.ts";
import { Authority, noOpenssl } from "../../helpers/certificates.ts";
import { accepted } from "./kit.ts";

const text = readFileSync(join(root, "docs/web-configuration.md"), "utf8");

test("the full example of the documentation is accepted as it stands, with certificates that are there", { skip: noOpenssl }, async () => {
  const block = text.split("```yaml\n").find((each) => each.startsWith("# /etc/vrrpwatch/web.yml"));
  const example = parse(block?.split("```")[0] ?? "") as { tls_server_config: Record<string, unknown> };
  const ca = new Authority("CA");
  const { certFile, keyFile } = ca.issue("server", "DNS:localhost");
  Object.assign(example.tls_server_config, { cert_file: certFile, key_file: keyFile, client_ca_file: ca.own.certFile });
  const config = await accepted(stringify(example));
  assert.deepEqual([config.users.size, config.tls?.clientAuth, config.rateLimit?.burst], [1, "RequireAndVerifyClientCert", 50]);
  assert.equal(Object.keys(config.headers).length, 3);
});

/** The names of all keys, at any depth. */
function keysOf(schema: { properties?: Record<string, object> }): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => [name, ...keysOf(child)]);
}

test("the documentation names every key", () => {
  for (const key of keysOf(z.toJSONSchema(webFileSchema, { io: "input", unrepresentable: "any" }) as object))
    assert.ok(text.includes(key), key);
});
