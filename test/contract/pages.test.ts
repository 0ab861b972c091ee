import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { conditionNames } from "../../src/core/events.ts";
import { alertRules } from "../../src/rules/index.ts";
import { root } from "./repository.ts";

/** What the build lays beside the program, and the agent serves below /docs/. */
describe("the rendered pages of docs/", () => {
  let folder = "";
  const pages = new Map<string, string>();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rendered-"));
    const script = (await import(pathToFileURL(join(root, "scripts/lib/pages.mjs")).href)) as {
      renderPages(from: string, to: string): Promise<void>;
    };
    await script.renderPages(join(root, "docs"), folder);
    for (const name of readdirSync(folder, { recursive: true }) as string[])
      if (name.endsWith(".html")) pages.set(name.replace(/\.html$/, ".md"), readFileSync(join(folder, name), "utf8"));
  });
  after(() => rmSync(folder, { recursive: true }));

  test("are one for each page, beside its Markdown", () => {
    const sources = (readdirSync(join(root, "docs"), { recursive: true }) as string[]).filter((name) => name.endsWith(".md"));
    assert.deepEqual([...pages.keys()].sort(), sources.sort());
    for (const name of sources) assert.equal(readFileSync(join(folder, name), "utf8"), readFileSync(join(root, "docs", name), "utf8"));
  });

  test("hold every runbook of a condition and of a rule, with its heading", () => {
    for (const name of conditionNames) assert.match(pages.get(`conditions/${name}.md`) ?? "", new RegExp(`<h1 id="${name}">`));
    for (const { runbook } of alertRules) {
      const [page = "", heading] = runbook.replace(/^docs\//, "").split("#");
      assert.ok(pages.has(page), runbook);
      if (heading !== undefined) assert.ok(pages.get(page)?.includes(` id="${heading}"`), runbook);
    }
  });

  test("link to nothing but pages and headings that are there", () => {
    let links = 0;
    for (const [name, text] of pages)
      for (const [, href = ""] of text.matchAll(/<a href="([^"]*)"/g)) {
        if (/^https?:/.test(href)) continue;
        links += 1;
        const [path = "", heading] = href.split("#");
        const target = pages.get(path === "" ? name : join(dirname(name), path));
        assert.ok(target !== undefined, `${name}: ${href}`);
        if (heading !== undefined) assert.ok(target.includes(` id="${heading}"`), `${name}: ${href}`);
      }
    assert.ok(links > 150);
  });

  test("show a link to a file that is not served as its text", () => {
    assert.match(pages.get("prometheus/README.md") ?? "", /<code>alerts\/vrrpwatch\.rules\.yml<\/code>/);
    assert.doesNotMatch(pages.get("prometheus/README.md") ?? "", /href="[^"]*\.yml"/);
  });
});
