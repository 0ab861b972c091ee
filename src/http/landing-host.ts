import type { HostView, InstanceView, JoinedRouterView, RouterState } from "../core/host/view.ts";
import type { Snapshot } from "../core/view.ts";
import type { AgentView, NotifyPathView } from "../metrics/agent-view.ts";
import { type Html, html } from "./html.ts";
import { lengthText } from "./time-text.ts";

const colours: Readonly<Record<RouterState, string>> = {
  master: "ok",
  backup: "idle",
  fault: "bad",
  stop: "warn",
  init: "warn",
  unknown: "idle",
};

const sources: Readonly<Record<InstanceView["by"], string>> = {
  notify: "keepalived said so",
  process: "its process shows it",
  inferred: "inferred from addresses and adverts",
  none: "nothing tells",
};

function stateOf({ name, state, by, sinceWall }: InstanceView, snapshot: Snapshot): Html {
  const since = sinceWall === null ? null : html`<small>for ${lengthText((snapshot.wall - sinceWall) / 1e6)}</small>`;
  return html`<span class="pill ${colours[state]}" title="${name}: ${sources[by]}">${state}</span>${since}`;
}

/** What this host is in a virtual router, which of its addresses it has, and what does not fit together. */
export function hostCell(joined: JoinedRouterView | null, snapshot: Snapshot): Html | null {
  if (joined === null) return null;
  const { instance, vips, contradictions, drift } = joined;
  const here = vips.flatMap(({ address, devices }) =>
    devices.filter(({ present }) => present).map(({ dev }) => html`<small>has <span class="mono">${address}</span> on ${dev}</small>`),
  );
  const trouble = [...contradictions, ...drift.map(({ text }) => text)].map((text) => html`<small class="trouble">${text}</small>`);
  if (instance === null && here.length === 0 && trouble.length === 0) return null;
  return html`${instance === null ? null : stateOf(instance, snapshot)}${here}${trouble}`;
}

function intake(name: string, { path, up, problem }: NotifyPathView): Html {
  const state = up ? html`<span class="pill ok">open</span>` : html`<span class="pill warn">not open</span>`;
  return html`<tr><th scope="row">${name}</th><td>${state}<small class="mono">${path}</small>${problem === null ? null : html`<small class="trouble">${problem}</small>`}</td></tr>
`;
}

function configuration({ config }: HostView): Html | null {
  if (config === null) return null;
  const pill =
    config.state === "read"
      ? html`<span class="pill ok">read</span>`
      : html`<span class="pill ${config.state === "absent" ? "idle" : "warn"}">${config.state}</span>`;
  const problem = config.problem === null ? null : html`<small class="trouble">${config.problem}</small>`;
  return html`<tr><th scope="row">Configuration</th><td>${pill}<small class="mono">${config.path}</small>${problem}</td></tr>
`;
}

/** The keepalived of this host; nothing where there is no sign of it. */
export function keepalivedTable({ host }: Snapshot, { notify }: AgentView): Html | null {
  const { process: daemon, config } = host;
  if (daemon === null && host.instances.length === 0 && (config === null || config.state === "absent")) return null;
  const running =
    daemon === null
      ? html`<span class="pill idle">not known</span>`
      : daemon.running
        ? html`<span class="pill ok">running</span>`
        : html`<span class="pill bad">not running</span>`;
  const version = daemon?.version ?? null;
  const groups = host.syncGroups.map(
    ({ name, state }) => html`<tr><th scope="row">Sync group ${name}</th><td><span class="pill ${colours[state]}">${state}</span></td></tr>
`,
  );
  return html`<h2 id="keepalived">keepalived on this host</h2>
<div class="scroll" role="region" aria-labelledby="keepalived" tabindex="0"><table class="facts"><tbody>
<tr><th scope="row">Process</th><td>${running}${version === null ? null : html`<small>version ${version}</small>`}</td></tr>
${configuration(host)}${notify === null ? null : [intake("Notify FIFO", notify.fifo), intake("Notify socket", notify.socket)]}${groups}</tbody></table></div>
`;
}
