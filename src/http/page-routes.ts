import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { sendText } from "./answer.ts";
import { useContentPolicy } from "./default-headers.ts";
import type { PageSource } from "./deps.ts";
import { Html, html } from "./html.ts";
import { style } from "./landing-style.ts";
import { wantsHtml } from "./negotiation.ts";
import { notFound } from "./request-error.ts";

/** What running text needs beside the landing page's tables. */
const proseStyle = `${style}
main { max-width: 64rem; } main p, main li { max-width: 46rem; } main h1 { margin-top: 1.5rem; }
pre { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .75rem 1rem; }
code { font: .92em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
table { display: block; overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
`;

const hash = createHash("sha256").update(proseStyle).digest("base64");

/** Allows the page its own style and nothing else. */
const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The way back up to the landing page, which may lie below a proxy's path. */
const upFrom = (path: string): string => "../".repeat(path.split("/").length);

/** @param text the page's own HTML, which the build made of a file of this project */
function page(path: string, title: string, text: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - vrrpwatch</title>
<style>${new Html(proseStyle)}</style>
</head>
<body>
<header>
<p><a href="${upFrom(path)}">vrrpwatch</a></p>
<nav aria-label="Pages"><a href="${upFrom(path)}docs/conditions/README.md">Conditions</a><a href="${upFrom(path)}docs/prometheus/alerts.md">Alerts of Prometheus</a><a href="${upFrom(path)}docs/metrics.md">Metrics</a></nav>
</header>
<main>
${new Html(text)}
</main>
</body>
</html>
`.text;
}

/** `conditions/split_brain.md`, the same without its ending, and `conditions/` for the README of a folder. */
function nameOf(path: string): string {
  if (path === "" || path.endsWith("/")) return `${path}README`;
  return path.replace(/\.md$/, "");
}

/** The runbooks, and the pages that they link to: as a page for a browser, as Markdown for `curl`. */
export function addPageRoutes(app: FastifyInstance, pages: PageSource): void {
  app.get<{ Params: { "*": string } }>("/docs/*", async (request, reply) => {
    const path = request.params["*"];
    const name = nameOf(path);
    reply.header("vary", "accept");
    const asHtml = wantsHtml(request.headers.accept);
    const text = await pages.read(name, asHtml ? "html" : "markdown");
    if (text === null) throw notFound("there is no such page; /docs/conditions/README.md lists the conditions");
    if (!asHtml) return sendText(request, reply, "text/markdown; charset=utf-8", text);
    useContentPolicy(reply, policy);
    return sendText(request, reply, "text/html; charset=utf-8", page(path, name, text));
  });
}
