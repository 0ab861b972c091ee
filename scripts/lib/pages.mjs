import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Lays the pages of docs/ beside the program, as Markdown and as the HTML of their text: what `/docs/` of the agent serves. */
export async function renderPages(from, to) {
  const { Marked } = await import("marked");
  const pages = readdirSync(from, { recursive: true }).filter((file) => file.endsWith(".md"));
  for (const file of pages) {
    const text = readFileSync(path.join(from, file), "utf8");
    const marked = new Marked({ renderer: renderer((target) => leads(file, target, pages)) });
    mkdirSync(path.join(to, path.dirname(file)), { recursive: true });
    cpSync(path.join(from, file), path.join(to, file));
    writeFileSync(path.join(to, file.replace(/\.md$/, ".html")), marked.parse(text));
  }
}

/** Whether a link of a page leads to another page, into itself, or out to the world: a file of the repository is not served. */
function leads(file, target, pages) {
  if (/^(https?:|#)/.test(target)) return true;
  return pages.includes(path.join(path.dirname(file), target.replace(/#.*/, "")));
}

/** As GitHub shows it: headings can be linked to. A link that leads nowhere here is its text. */
const renderer = (leadsSomewhere) => ({
  heading({ tokens, depth, text }) {
    return `<h${depth} id="${slug(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
  },
  link({ href, tokens }) {
    const text = this.parser.parseInline(tokens);
    return leadsSomewhere(href) ? `<a href="${href.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}">${text}</a>` : text;
  },
});

const slug = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
