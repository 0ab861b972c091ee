import type { Snapshot } from "../core/view.ts";
import type { ReceiverView } from "../lib/alerts-view.ts";
import type { AgentView } from "../metrics/agent-view.ts";
import { type Html, html } from "./html.ts";
import { lengthText } from "./time-text.ts";

function state({ problem, dead }: ReceiverView): Html {
  if (problem !== null) return html`<span class="pill bad">failing</span><small class="trouble">${problem}</small>`;
  if (dead > 0) return html`<span class="pill warn">${dead} refused</span>`;
  return html`<span class="pill ok">ok</span>`;
}

function row(receiver: ReceiverView, snapshot: Snapshot): Html {
  const { name, format, queueLength, oldestQueued, outcomes } = receiver;
  const waiting =
    queueLength === 0 || oldestQueued === null
      ? html`none`
      : html`${queueLength}<small>since ${lengthText((snapshot.wall - oldestQueued) / 1e6)}</small>`;
  return html`<tr><th scope="row">${name}<small class="mono">${format}</small></th><td>${state(receiver)}</td><td class="number">${waiting}</td><td class="number">${outcomes.delivered.toLocaleString("en")}</td></tr>
`;
}

/** Whether those who are to be told are told; nothing where nobody is to be. Receivers have names here, never addresses. */
export function alertsTable(snapshot: Snapshot, { alerts }: AgentView): Html | null {
  if (alerts === null || alerts.receivers.length === 0) return null;
  const store =
    alerts.storeFailures === 0
      ? null
      : html`<p class="muted">The disk refused ${alerts.storeFailures.toLocaleString("en")} times to keep what waits: <span class="mono">vrrpwatch alerts</span> says why.</p>`;
  return html`<h2 id="alerts">Alerts</h2>
<div class="scroll" role="region" aria-labelledby="alerts" tabindex="0"><table>
<thead><tr><th scope="col">Receiver</th><th scope="col">State</th><th scope="col" class="number">Waiting</th><th scope="col" class="number">Delivered</th></tr></thead>
<tbody>
${alerts.receivers.map((receiver) => row(receiver, snapshot))}</tbody></table></div>${store}
`;
}
