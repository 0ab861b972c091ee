import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { landingPage } from "../../src/http/landing-page.ts";
import { PageFolder } from "../../src/http/page-folder.ts";
import { orphanRouter, sampleAgent, sampleSnapshot } from "../metrics/sample.ts";
import { sampleApp } from "./harness.ts";

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

describe("the pages of docs/", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pages-"));
    mkdirSync(join(folder, "docs/conditions"), { recursive: true });
    writeFileSync(join(folder, "secret.md"), "secret");
    writeFileSync(join(folder, "docs/secret.txt"), "secret");
    for (const name of ["conditions/split_brain", "conditions/README", "metrics"]) {
      writeFileSync(join(folder, "docs", `${name}.md`), `# ${name}\n`);
      writeFileSync(join(folder, "docs", `${name}.html`), `<h1>${name}</h1>\n`);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const app = () => sampleApp({ pages: new PageFolder(pathToFileURL(`${folder}/docs/`)) });

  test("a folder that could not be read once is read by the next who asks", async () => {
    const place = join(folder, "later");
    writeFileSync(place, "no folder");
    const pages = new PageFolder(pathToFileURL(`${place}/`));
    await assert.rejects(pages.read("a", "markdown"), { code: "ENOTDIR" });
    rmSync(place);
    mkdirSync(place);
    writeFileSync(join(place, "a.md"), "# a\n");
    assert.equal(await pages.read("a", "markdown"), "# a\n");
  });

  test("curl gets a page as Markdown", async () => {
    const answer = await app().inject({ url: "/docs/conditions/split_brain.md", headers: { accept: "*/*" } });
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers["content-type"], "text/markdown; charset=utf-8");
    assert.match(String(answer.headers["vary"]), /accept(?:,|$)/);
    assert.equal(answer.body, "# conditions/split_brain\n");
  });

  test("a browser gets it as a page, with the way back and a policy that allows its own style alone", async () => {
    const answer = await app().inject({ url: "/docs/conditions/split_brain.md", headers: { accept: browser } });
    assert.equal(answer.headers["content-type"], "text/html; charset=utf-8");
    assert.match(answer.body, /<h1>conditions\/split_brain<\/h1>/);
    assert.match(answer.body, /<a href="..\/..\/">vrrpwatch<\/a>/);
    const style = /<style>(.*?)<\/style>/s.exec(answer.body)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    assert.ok(String(answer.headers["content-security-policy"]).startsWith(`default-src 'none'; style-src 'sha256-${hash}';`));
  });

  for (const [path, name] of [
    ["conditions/split_brain", "conditions/split_brain"],
    ["conditions/", "conditions/README"],
    ["metrics.md", "metrics"],
  ])
    test(`/docs/${path} is the page ${name}`, async () => {
      assert.equal((await app().inject({ url: `/docs/${path}` })).body, `# ${name}\n`);
    });

  for (const path of [
    "conditions/nothing.md",
    "",
    "secret.txt",
    "secret",
    "../secret.md",
    "..%2fsecret.md",
    "%2e%2e/secret",
    "conditions/..%2f..%2fsecret.md",
    "conditions%2f..%2f..%2fsecret",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "file:%2f%2f%2fetc%2fpasswd",
    "conditions/split_brain.md%00",
    "conditions/split_brain.html",
    "constructor",
  ])
    test(`/docs/${path} leads to no file`, async () => {
      for (const accept of ["*/*", browser]) {
        const answer = await app().inject({ url: `/docs/${path}`, headers: { accept } });
        assert.equal(answer.statusCode, 404, answer.body);
        assert.equal(answer.json().error.code, "not_found");
        assert.doesNotMatch(answer.body, /secret"|root:/);
      }
    });

  test("a page is there to be read only", async () => {
    const answer = await app().inject({ method: "POST", url: "/docs/metrics.md" });
    assert.equal(answer.statusCode, 405);
    assert.equal(answer.headers["allow"], "GET, HEAD");
  });
});

test("a program without its pages says that there is none", async () => {
  const answer = await sampleApp({ pages: new PageFolder(new URL("file:///nowhere/at/all/")) }).inject({ url: "/docs/metrics.md" });
  assert.equal(answer.statusCode, 404);
});

test("the landing page links from what is wrong to its page", () => {
  const page = [...landingPage(sampleSnapshot([orphanRouter()]), sampleAgent(), "mon1")].map(({ text }) => text).join("");
  assert.match(page, /<a href="docs\/conditions\/no_master\.md">no_master<\/a>/);
});
