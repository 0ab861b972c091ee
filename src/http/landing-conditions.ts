import { detectors } from "../core/detectors/index.ts";
import { type Severity, severities } from "../core/events.ts";
import type { JoinedRouterView } from "../core/host/view.ts";
import type { ConditionView, Snapshot } from "../core/view.ts";
import { rfc3339 } from "../lib/time.ts";
import type { AgentView } from "../metrics/agent-view.ts";
import { type Html, html } from "./html.ts";
import { silencesOf } from "./router-json.ts";
import { routerPath } from "./router-selection.ts";
import { lengthText } from "./time-text.ts";

/** One failed link may raise hundreds: the rest is in the API. */
const mostRows = 50;

const colours: Readonly<Record<Severity, string>> = { critical: "bad", warning: "warn", info: "idle" };

interface Row {
  readonly router: JoinedRouterView;
  readonly view: ConditionView;
}

/** Stories of their own before their consequences, the urgent before the others, the newest first. */
function byWeight(a: Row, b: Row): number {
  return (
    Number(a.view.inhibitedBy !== null) - Number(b.view.inhibitedBy !== null) ||
    severities.indexOf(a.view.severity) - severities.indexOf(b.view.severity) ||
    b.view.since - a.view.since
  );
}

function remedyOf({ condition, cause }: ConditionView): Html | null {
  const text = cause === null ? undefined : detectors.find(({ id }) => id === condition)?.causes[cause]?.remedy;
  return text === undefined ? null : html`<small><strong>What to do:</strong> ${text}</small>`;
}

function row({ router, view }: Row, snapshot: Snapshot, agent: AgentView): Html {
  const { id } = router;
  const { name } = agent.describe(id);
  const iso = rfc3339(view.since);
  const silenced = silencesOf(id, agent).length > 0;
  return html`<tr>
<td><span class="pill ${colours[view.severity]}">${view.severity}</span>${silenced ? html`<small>silenced</small>` : null}</td>
<th scope="row" class="mono"><a href="docs/conditions/${view.condition}.md">${view.condition}</a>${view.inhibitedBy === null ? null : html`<small>because of ${view.inhibitedBy}</small>`}</th>
<td class="whole"><a href="${routerPath(id).slice(1)}">${id.interface ?? "?"} VRID ${id.vrid}</a><small>${id.family === "ipv4" ? "IPv4" : "IPv6"}${name === null ? null : html`, ${name}`}</small></td>
<td>${view.summary}${remedyOf(view)}</td>
<td class="whole"><time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)}</time><small>for ${lengthText((snapshot.wall - view.since) / 1e6)}</small></td>
</tr>
`;
}

/** What is wrong now, and what to do about it; nothing where nothing is. */
export function conditionsTable(snapshot: Snapshot, agent: AgentView): Html | null {
  const rows = snapshot.host.routers.flatMap((router) => router.conditions.active.map((view) => ({ router, view }))).sort(byWeight);
  if (rows.length === 0) return null;
  const rest = rows.length - mostRows;
  return html`<h2 id="conditions">What is wrong</h2>
<div class="scroll" role="region" aria-labelledby="conditions" tabindex="0"><table>
<thead><tr><th scope="col">Severity</th><th scope="col">Condition</th><th scope="col">Virtual router</th><th scope="col">What and why</th><th scope="col">Since (UTC)</th></tr></thead>
<tbody>
${rows.slice(0, mostRows).map((each) => row(each, snapshot, agent))}</tbody></table></div>${rest > 0 ? html`<p class="muted">And ${rest} more: <a href="api/v1/conditions">all of them</a>.</p>` : null}
`;
}
