import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import { readSecrets } from "../../src/alerts/webhook/secrets.ts";
import { scratch } from "./webhook-kit.ts";

const url = "http://a.example/hook";

test("a secret is the text of its file without the last line end", async (t) => {
  const put = scratch(t);
  const read = await readSecrets({
    url,
    bearer_token_file: put("token", " t0ken \n"),
    header_files: { "X-Key": put("key", "k3y\r\n") },
    routing_key_file: put("routing", "r0uting"),
    secret_file: put("secret", "whsec_MfKQ9r8GKYo=\n"),
  });
  assert.ok(read.ok);
  assert.equal(read.value.authorization, "Bearer  t0ken ");
  assert.deepEqual(read.value.headers, { "X-Key": "k3y" });
  assert.equal(read.value.routingKey, "r0uting");
  assert.equal(read.value.signing?.length, 8);
  for (const secret of [" t0ken ", "k3y", "r0uting", "MfKQ9r8GKYo"]) assert.ok(read.value.all.includes(secret), secret);
});

test("a user name and a password become a header, with the password as UTF-8", async (t) => {
  const read = await readSecrets({ url, basic_auth: { username: "ops", password_file: scratch(t)("password", "pässword\n") } });
  assert.ok(read.ok);
  assert.equal(read.value.authorization, `Basic ${Buffer.from("ops:pässword").toString("base64")}`);
});

test("the URL may come from a file", async (t) => {
  const read = await readSecrets({ url_file: scratch(t)("url", "https://b.example/s3cret\n") });
  assert.ok(read.ok && read.value.url.href === "https://b.example/s3cret");
});

const unusable: ReadonlyArray<readonly [name: string, content: string, message: RegExp]> = [
  ["is empty", "", /^bearer_token_file \S+ is empty/],
  ["has nothing but a line end", "\n", /^bearer_token_file \S+ is empty/],
  ["has two lines", "hunter2\nhunter3\n", /^bearer_token_file \S+ holds a line end/],
  ["has letters beyond Latin 1", "hunter2€", /^bearer_token_file \S+ holds a line end or another character/],
  ["is very large", "hunter2".repeat(4_000), /^bearer_token_file \S+ is larger than 16384 bytes/],
];
for (const [name, content, message] of unusable) {
  test(`a file that ${name} is named with its setting, and its content is not shown`, async (t) => {
    const read = await readSecrets({ url, bearer_token_file: scratch(t)("token", content) });
    assert.ok(!read.ok);
    assert.match(read.error, message);
    assert.doesNotMatch(read.error, /hunter/);
  });
}

test("a file that is not there, or is a directory, is named with its setting", async (t) => {
  const file = scratch(t)("token", "x");
  const missing = await readSecrets({ url, header_files: { "X-Key": `${file}.missing` } });
  assert.ok(!missing.ok);
  assert.match(missing.error, /^header_files\.X-Key \S+ does not exist: create or mount it; it is read again at the next attempt$/);
  const directory = await readSecrets({ url, basic_auth: { username: "ops", password_file: dirname(file) } });
  assert.ok(!directory.ok);
  assert.match(directory.error, /^basic_auth\.password_file \S+ is not a regular file/);
});

for (const content of ["hooks.example/s3cret", "ftp://hooks.example/s3cret", "https://ops:s3cret@hooks.example/"]) {
  test(`a URL file with ${content.replaceAll("s3cret", "…")} is refused without being repeated`, async (t) => {
    const read = await readSecrets({ url_file: scratch(t)("url", content) });
    assert.ok(!read.ok);
    assert.match(read.error, /^url_file holds a user name|^url_file does not hold a complete/);
    assert.doesNotMatch(read.error, /s3cret|hooks/);
  });
}

test("a signing secret that is not base64 is told with its setting", async (t) => {
  const read = await readSecrets({ url, secret_file: scratch(t)("secret", "hunter 2") });
  assert.ok(!read.ok);
  assert.match(read.error, /^secret_file \S+ is not base64/);
  assert.doesNotMatch(read.error, /hunter/);
});
