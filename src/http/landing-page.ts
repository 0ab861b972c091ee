import { createHash } from "node:crypto";
import type { JoinedRouterView } from "../core/host/view.ts";
import type { SenderView, Snapshot, VirtualRouterView } from "../core/view.ts";
import { rfc3339, type WallTime } from "../lib/time.ts";
import type { AgentInterfaceView, AgentView, NoAdvertHint } from "../metrics/agent-view.ts";
import { type Entry, entriesOf } from "./entries.ts";
import { Html, html } from "./html.ts";
import { alertsTable } from "./landing-alerts.ts";
import { conditionsTable } from "./landing-conditions.ts";
import { hostCell, keepalivedTable } from "./landing-host.ts";
import { script } from "./landing-script.ts";
import { style } from "./landing-style.ts";
import { advertAge, type RouterState, routerState, silencesOf } from "./router-json.ts";
import { routerPath } from "./router-selection.ts";
import { lengthText, secondsText } from "./time-text.ts";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Allows the page its own style and script, known by their hashes, and the agent's own API: nothing else. */
export const landingPolicy = [
  "default-src 'none'",
  `style-src ${hash(style)}`,
  `script-src ${hash(script)}`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

// By name: one character above U+00FF would make V8 keep the source of the whole bundle in two bytes a character, 1.3 MB more.
const dash = html`<span class="muted" aria-label="none">&ndash;</span>`;

const stateOrder: readonly RouterState[] = ["multiple_masters", "no_master", "unheard", "master"];

const stateOf = ({ wire }: Entry): RouterState => (wire === null ? "unheard" : routerState(wire));

function statePill(entry: Entry): Html {
  switch (stateOf(entry)) {
    case "master":
      return html`<span class="pill ok">ok</span>`;
    case "no_master":
      return html`<span class="pill bad">no master</span>`;
    case "multiple_masters":
      return html`<span class="pill bad">${entry.wire?.claims ?? 0} masters</span>`;
    case "unheard":
      return entry.wire === null
        ? html`<span class="pill idle" title="No advert of it has been heard: this host only knows that it should be there.">never heard</span>`
        : html`<span class="pill idle" title="The interface is not captured: this is the last that was known.">not heard now</span>`;
  }
}

/** That alerts of it are held back must be seen where its state is. */
function silencedMark({ id }: Entry, agent: AgentView): Html | null {
  const silences = silencesOf(id, agent);
  if (silences.length === 0) return null;
  return html`<small title="Alerts are held back by ${silences.join(", ")}">silenced</small>`;
}

const byName = new Intl.Collator("en", { numeric: true });

/** Trouble first, then by interface, VLAN, family and VRID. */
function compare(a: Entry, b: Entry): number {
  return (
    stateOrder.indexOf(stateOf(a)) - stateOrder.indexOf(stateOf(b)) ||
    byName.compare(a.id.interface ?? "", b.id.interface ?? "") ||
    (a.id.vlan ?? 0) - (b.id.vlan ?? 0) ||
    (a.id.innerVlan ?? 0) - (b.id.innerVlan ?? 0) ||
    a.id.family.localeCompare(b.id.family) ||
    a.id.vrid - b.id.vrid
  );
}

/** Whose last advert the page shows: the master's, or the last one that was heard from anybody. */
function lastHeard(router: VirtualRouterView): SenderView | null {
  if (router.master !== null) return router.master;
  return router.senders.reduce<SenderView | null>(
    (last, sender) => (last === null || sender.lastAdvertAt > last.lastAdvertAt ? sender : last),
    null,
  );
}

function moment(at: WallTime, snapshot: Snapshot): Html {
  const iso = rfc3339(at);
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)}</time><small>for ${lengthText((snapshot.wall - at) / 1e6)}</small>`;
}

function nameCell({ wire, joined }: Entry, name: string | null): Html {
  const addresses = wire?.addresses ?? (joined?.vips ?? []).map(({ address }) => address);
  if (name === null && addresses.length === 0) return dash;
  const list = addresses.map((address) => html`<small class="mono">${address}</small>`);
  return name === null ? html`${list}` : html`<strong>${name}</strong>${list}`;
}

function masterCell({ master, senders, claims }: VirtualRouterView): Html {
  if (master === null) return dash;
  const rivals = claims > 1 ? senders.filter((sender) => sender.claims && sender !== master).map(({ source }) => source) : [];
  return html`<span class="mono">${master.source}</span>${master.local ? html`<small>this host</small>` : null}<small class="mono">${
    master.mac
  }</small>${rivals.map((source) => html`<small>also <span class="mono">${source}</span></small>`)}`;
}

function vlanText({ id }: Entry): Html | string {
  if (id.vlan === undefined) return dash;
  return id.innerVlan === undefined ? String(id.vlan) : `${id.vlan}.${id.innerVlan}`;
}

function routerRow(entry: Entry, snapshot: Snapshot, agent: AgentView): Html {
  const { id, wire, joined } = entry;
  const { name } = agent.describe(id);
  const sender = wire === null ? null : lastHeard(wire);
  const since = wire === null || wire.master === null ? null : wire.masterSinceWall;
  return html`<tr>
<td>${statePill(entry)}${silencedMark(entry, agent)}</td>
<td class="whole">${id.interface ?? dash}</td>
<td>${vlanText(entry)}</td>
<td class="whole">${id.family === "ipv4" ? "IPv4" : "IPv6"}</td>
<th scope="row" class="number"><a href="${routerPath(id).slice(1)}">${id.vrid}</a></th>
<td>${nameCell(entry, name)}</td>
<td>${wire === null ? dash : masterCell(wire)}</td>
<td class="number">${wire?.master?.priority ?? dash}</td>
<td class="whole">${since === null ? dash : moment(since, snapshot)}</td>
<td>${hostCell(joined, snapshot) ?? dash}</td>
<td class="number whole">${wire === null ? dash : secondsText(wire.interval / 1e6)}</td>
<td class="number whole">${sender === null ? dash : `${lengthText(advertAge(sender, snapshot))} ago`}</td>
</tr>
`;
}

function* routersTable(snapshot: Snapshot, agent: AgentView): Generator<Html, void> {
  const entries = entriesOf(snapshot);
  if (entries.length === 0) {
    yield html`<div class="scroll"><p class="empty">No virtual router has been heard yet.</p></div>`;
    return;
  }
  yield html`<div class="scroll" role="region" aria-labelledby="routers" tabindex="0"><table>
<thead><tr><th scope="col">State</th><th scope="col">Interface</th><th scope="col">VLAN</th><th scope="col">Family</th><th scope="col" class="number">VRID</th><th scope="col">Name, addresses</th><th scope="col">Master</th><th scope="col" class="number">Priority</th><th scope="col">Master since (UTC)</th><th scope="col">This host</th><th scope="col" class="number">Interval</th><th scope="col" class="number">Last advert</th></tr></thead>
<tbody>
`;
  for (const entry of entries.sort(compare)) yield routerRow(entry, snapshot, agent);
  yield html`</tbody></table></div>`;
}

function tile(label: string, value: string | number, bad = false): Html {
  return html`<div class="tile${bad ? " bad" : ""}"><dt>${label}</dt><dd>${value}</dd></div>`;
}

function tiles(snapshot: Snapshot, agent: AgentView): Html {
  const count = (state: RouterState): number => snapshot.routers.filter((router) => routerState(router) === state).length;
  const capturing = agent.interfaces.filter((entry) => entry.capturing).length;
  const unheard = count("unheard");
  const raised = snapshot.host.routers.reduce((sum, { conditions }) => sum + conditions.active.length, 0);
  return html`<dl class="tiles">${[
    tile("Virtual routers", snapshot.routers.length),
    tile("With one master", count("master")),
    tile("Without a master", count("no_master"), count("no_master") > 0),
    tile("Conditions", raised, raised > 0),
    tile("With several masters", count("multiple_masters"), count("multiple_masters") > 0),
    unheard === 0 ? html`` : tile("Not heard now", unheard, true),
    tile("Interfaces captured", `${capturing} of ${agent.interfaces.length}`, !agent.readiness.ready),
  ]}</dl>`;
}

function hintBox(hint: NoAdvertHint | null, snapshot: Snapshot): Html | null {
  if (hint === null) return null;
  const where = hint.interfaces.length === 0 ? "no interface" : hint.interfaces.join(", ");
  return html`<div class="notice" role="status"><p><strong>No advert heard for ${lengthText((snapshot.wall - hint.since) / 1e6)}</strong>, listening on ${where}. ${
    hint.text
  }</p>${hint.reasons.length === 0 ? null : html`<ul>${hint.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}</div>`;
}

function readinessBox({ readiness }: AgentView): Html | null {
  if (readiness.ready) return null;
  return html`<div class="notice bad" role="alert"><p><strong>Not capturing.</strong> ${readiness.reason}</p></div>`;
}

/** What the file says and the agent does not do. */
function configBox({ configReload: reload }: AgentView): Html | null {
  if (reload === null || (reload.successful && reload.atNextStart.length === 0)) return null;
  const problems = `${reload.problems} ${reload.problems === 1 ? "problem" : "problems"}`;
  const refused = html`<p><strong>The configuration file has ${problems}.</strong> The configuration before goes on${
    reload.lastSuccess === null ? null : html`, of <time>${rfc3339(reload.lastSuccess).slice(0, 19).replace("T", " ")}</time> UTC`
  }. The log and <span class="mono">vrrpwatch check</span> tell what is wrong.</p>`;
  const waiting = html`<p><strong>Restart the agent</strong> for changes of <span class="mono">${reload.atNextStart.join(", ")}</span>.</p>`;
  return html`<div class="notice${reload.successful ? "" : " bad"}" role="status">${reload.successful ? null : refused}${
    reload.atNextStart.length === 0 ? null : waiting
  }</div>`;
}

function interfaceRow(entry: AgentInterfaceView, agent: AgentView): Html {
  const link = entry.up === null ? dash : entry.up ? html`up` : html`<span class="pill warn">down</span>`;
  const capture = entry.capturing ? html`<span class="pill ok">capturing</span>` : html`<span class="pill bad">not captured</span>`;
  const frames = (agent.capture.packets.get(entry.name) ?? 0).toLocaleString("en");
  return html`<tr><th scope="row">${entry.name}</th><td>${capture}<small>${entry.why}</small></td><td>${link}</td><td class="number">${frames}</td><td>${groupsCell(entry)}</td></tr>
`;
}

function groupsCell({ capturing, absentGroups }: AgentInterfaceView): Html {
  if (!capturing) return dash;
  if (absentGroups.length === 0) return html`joined`;
  return html`<span class="mono">${absentGroups.join(", ")}</span> not joined<small>a switch that snoops multicast may hide these adverts; <span class="mono">capture.join_groups: true</span> joins</small>`;
}

function interfacesTable(agent: AgentView): Html {
  if (agent.interfaces.length === 0) return html`<div class="scroll"><p class="empty">There is no interface to capture on yet.</p></div>`;
  const drops = [...agent.capture.drops.values()].reduce((sum, count) => sum + count, 0);
  const dropped =
    drops === 0 ? null : html`<p class="muted">${drops.toLocaleString("en")} frames were dropped before the agent could read them.</p>`;
  return html`<div class="scroll" role="region" aria-labelledby="interfaces" tabindex="0"><table>
<thead><tr><th scope="col">Interface</th><th scope="col">Capture</th><th scope="col">Link</th><th scope="col" class="number">Frames</th><th scope="col">Groups</th></tr></thead>
<tbody>
${agent.interfaces.map((entry) => interfaceRow(entry, agent))}</tbody></table></div>${dropped}`;
}

function title(snapshot: Snapshot, hostName: string | null): string {
  const isTroubled = ({ wire, conditions }: JoinedRouterView): boolean =>
    (wire !== null && routerState(wire) !== "master") || conditions.active.some(({ severity }) => severity !== "info");
  const troubled = snapshot.host.routers.filter(isTroubled).length;
  const mark = troubled === 0 ? "" : `(${troubled}) `;
  return `${mark}vrrpwatch${hostName === null ? "" : ` on ${hostName}`}`;
}

/**
 * What a person opens: complete without a script, and everything that came from the network escaped. In pieces, a virtual router
 * each: 510 of them take 20 ms.
 */
export function* landingPage(snapshot: Snapshot, agent: AgentView, hostName: string | null): Generator<Html, void> {
  const { version, revision } = agent.build;
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title(snapshot, hostName)}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%231c56c9'/%3E%3Cpath d='M4 5l4 7 4-7' fill='none' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E">
<noscript><meta http-equiv="refresh" content="5"></noscript>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>vrrpwatch</h1>
<p>${version}${revision === "" ? null : ` (${revision})`}${hostName === null ? null : html` on <strong>${hostName}</strong>`}</p>
<nav aria-label="Machine-readable"><a href="docs/conditions/README.md">Runbooks</a><a href="metrics">Metrics</a><a href="api/v1/virtual-routers">Virtual routers</a><a href="api/v1/conditions">Conditions</a><a href="api/v1/silences">Silences</a><a href="api/v1/events">Events</a><a href="api/v1/keepalived">keepalived</a><a href="api/v1/status">Status</a></nav>
</header>
<main>
<p class="notice bad" id="lost" role="alert"><strong>The agent does not answer.</strong> What is shown below is old.</p>
${readinessBox(agent)}${configBox(agent)}${hintBox(agent.hint, snapshot)}
${tiles(snapshot, agent)}
${conditionsTable(snapshot, agent)}<h2 id="routers">Virtual routers</h2>
`;
  yield* routersTable(snapshot, agent);
  yield html`
${keepalivedTable(snapshot, agent)}<h2 id="interfaces">Interfaces</h2>
${interfacesTable(agent)}
${alertsTable(snapshot, agent)}<p class="muted">As of <time>${rfc3339(snapshot.wall).slice(0, 19).replace("T", " ")}</time> UTC.</p>
</main>
<footer>Master is what RFC 9568 calls the Active Router. Backups are silent: only who claims to be master can be heard. Health: <a href="-/healthy">alive</a>, <a href="-/ready">ready</a>.</footer>
<script>${new Html(script)}</script>
</body>
</html>
`;
}
