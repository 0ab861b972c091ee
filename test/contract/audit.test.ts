import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { locked } from "./packages.ts";
import { root } from "./repository.ts";

const BULK = "/-/npm/v1/security/advisories/bulk";

/** A registry that knows these advisories; null: it takes no audits. */
let advisories: Readonly<Record<string, unknown>> | null;
let asked: readonly string[];
let registry: Server;

before(async () => {
  registry = createServer((request, response) => {
    const { method = "", url = "" } = request;
    asked = [...asked, `${method} ${url}`];
    request.resume();
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (url === BULK && advisories !== null) answer(200, advisories);
    else if (method === "GET") answer(200, packument(decodeURIComponent(url.slice(1))));
    else answer(405, {});
  });
  registry.listen(0, "127.0.0.1");
  await once(registry, "listening");
});
after(() => registry.close());

/** Of the package what npm asks for of one that an advisory names. */
function packument(name: string): unknown {
  const version = locked.get(`node_modules/${name}`)?.version ?? "1.0.0";
  return { name, "dist-tags": { latest: version }, versions: { [version]: { name, version } } };
}

async function audit(known: typeof advisories): Promise<{ readonly status: unknown; readonly out: string }> {
  advisories = known;
  asked = [];
  const { port } = registry.address() as AddressInfo;
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_fetch_retries: "0", npm_config_audit: "true" };
  const child = spawn(process.execPath, [join(root, "scripts/audit.mjs")], { env, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (out += text));
  const [status] = (await once(child, "close")) as [unknown];
  return { status, out };
}

const advisory = (title: string): readonly unknown[] => [
  {
    id: 1,
    url: "https://example.test/advisory",
    title,
    severity: "high",
    vulnerable_versions: "*",
    cwe: [],
    cvss: { score: 8, vectorString: null },
  },
];

test("an audit without findings ends with status 0 and says how many packages it asked for", async () => {
  const { status, out } = await audit({});
  assert.equal(status, 0, out);
  assert.match(out, /\d\d+ packages asked for, 0 of them/);
  assert.ok(asked.includes(`POST ${BULK}`));
});

test("a known vulnerability fails the audit, and says whether it is in the program or in a tool", async () => {
  const { status, out } = await audit({ yaml: advisory("reads too much"), typescript: advisory("compiles too much") });
  assert.equal(status, 1, out);
  assert.match(out, /^yaml .*: high, part of the program: reads too much/m);
  assert.match(out, /^typescript .*: high, a tool of developers: compiles too much/m);
});

test("a registry that takes no audits is no clean result", async () => {
  const { status, out } = await audit(null);
  assert.equal(status, 3, out);
  assert.match(out, /^not asked: .*405/m);
});
