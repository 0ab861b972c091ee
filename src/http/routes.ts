import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Snapshot } from "../core/view.ts";
import type { AgentView } from "../metrics/agent-view.ts";
import { contentType } from "../metrics/exposition.ts";
import type { Output } from "../metrics/output.ts";
import { renderScrape } from "../metrics/render.ts";
import { json, sendJson, sendStream, sendText } from "./answer.ts";
import { balancerAnswer } from "./balancer.ts";
import { useContentPolicy } from "./default-headers.ts";
import type { HttpDeps } from "./deps.ts";
import { entriesOf } from "./entries.ts";
import type { EventStreams } from "./event-streams.ts";
import { sendEvents } from "./events-route.ts";
import { keepalivedJson } from "./host-json.ts";
import type { Html } from "./html.ts";
import { landingPage, landingPolicy } from "./landing-page.ts";
import { expositionFormat } from "./negotiation.ts";
import { addPageRoutes } from "./page-routes.ts";
import { activeConditionsJson, hintJson, routerJson } from "./router-json.ts";
import { parseSelector, selectRouter } from "./router-selection.ts";
import { addSilenceRoutes } from "./silence-routes.ts";
import { statusJson } from "./status-json.ts";

const plain = "text/plain; charset=utf-8";

function* writePage(output: Output, page: Iterable<Html>): Generator<void, void> {
  for (const { text } of page) {
    output.text(text);
    yield;
  }
}

/** One virtual router at a step: 510 of them take 40 ms. */
function* writeRouters(output: Output, snapshot: Snapshot, agent: AgentView): Generator<void, void> {
  output.text('{"virtual_routers":[');
  let separator = "";
  for (const entry of entriesOf(snapshot)) {
    output.text(separator + JSON.stringify(routerJson(entry, snapshot, agent)));
    separator = ",\n";
    yield;
  }
  output.text(`],"hint":${JSON.stringify(hintJson(agent.hint))}}\n`);
}

interface RouterRoute {
  Params: { interface: string; family: string; vrid: string };
  Querystring: Record<string, unknown>;
}

/** All routes, on one listener. Nothing here changes anything. */
export function addRoutes(app: FastifyInstance, deps: HttpDeps, streams: EventStreams, hostName: string | null): void {
  app.get("/metrics", async (request, reply) => {
    const format = expositionFormat(request.headers.accept);
    reply.header("vary", "accept");
    return sendStream(request, reply, contentType(format), deps.log, renderScrape(deps, format));
  });

  app.get("/-/healthy", async (request, reply) => sendText(request, reply, plain, "vrrpwatch is alive\n"));

  app.get("/-/ready", async (request, reply) => {
    const { ready, reason } = deps.agentView().readiness;
    if (!ready) reply.code(503);
    return sendText(
      request,
      reply,
      plain,
      ready ? "vrrpwatch is capturing\n" : `vrrpwatch is not capturing: ${reason ?? "no reason is known"}\n`,
    );
  });

  app.get("/api/v1/status", async (request, reply) => sendJson(request, reply, statusJson(deps.snapshot(), deps.agentView())));

  app.get("/api/v1/virtual-routers", async (request, reply) => {
    const snapshot = deps.snapshot();
    const agent = deps.agentView();
    return sendStream(request, reply, json, deps.log, async (output) => {
      if (await output.run(writeRouters(output, snapshot, agent))) output.end();
    });
  });

  app.get<RouterRoute>("/api/v1/virtual-routers/:interface/:family/:vrid", async (request, reply) => {
    const selector = parseSelector(request.params, request.query);
    const snapshot = deps.snapshot();
    return sendJson(request, reply, routerJson(selectRouter(snapshot, selector), snapshot, deps.agentView()));
  });

  app.get("/api/v1/keepalived", async (request, reply) => sendJson(request, reply, keepalivedJson(deps.snapshot(), deps.agentView())));

  app.get<RouterRoute>("/lb/:interface/:family/:vrid", async (request, reply) => {
    const entry = selectRouter(deps.snapshot(), parseSelector(request.params, request.query));
    const { isMaster, text } = balancerAnswer(entry);
    if (!isMaster) reply.code(503);
    return sendText(request, reply, plain, text);
  });

  app.get("/api/v1/conditions", async (request, reply) =>
    sendJson(request, reply, { conditions: activeConditionsJson(deps.snapshot(), deps.agentView()) }),
  );

  addSilenceRoutes(app, deps.silences);
  addPageRoutes(app, deps.pages);

  app.get("/api/v1/events", async (request: FastifyRequest, reply: FastifyReply) => sendEvents(request, reply, deps.events, streams));

  app.get("/", async (request, reply) => {
    useContentPolicy(reply, landingPolicy);
    const page = landingPage(deps.snapshot(), deps.agentView(), hostName);
    return sendStream(request, reply, "text/html; charset=utf-8", deps.log, async (output) => {
      if (await output.run(writePage(output, page))) output.end();
    });
  });
}
