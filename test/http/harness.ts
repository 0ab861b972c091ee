import type { FastifyInstance } from "fastify";
import { eventJson } from "../../src/core/event-json.ts";
import type { Event } from "../../src/core/events.ts";
import type { Snapshot } from "../../src/core/view.ts";
import { createApp } from "../../src/http/app.ts";
import type { HttpDeps, WebDeps } from "../../src/http/deps.ts";
import { EventHub } from "../../src/http/event-hub.ts";
import { EventStreams } from "../../src/http/event-streams.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { instant } from "../../src/lib/time.ts";
import type { AgentView } from "../../src/metrics/agent-view.ts";
import { noon, sampleAgent, sampleInterface, sampleRouter, sampleSnapshot } from "../metrics/sample.ts";

export interface LogLine {
  readonly level: "error" | "warn";
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface HarnessFields {
  readonly snapshot?: Snapshot;
  readonly agent?: AgentView;
  readonly events?: EventHub;
  readonly silences?: HttpDeps["silences"];
  readonly pages?: HttpDeps["pages"];
  readonly processMetrics?: HttpDeps["processMetrics"];
}

export function sampleHub(capacity?: number): EventHub {
  return new EventHub({ eventJson, runId: "run", ...(capacity === undefined ? {} : { capacity }) });
}

export function sampleDeps(fields: HarnessFields = {}): HttpDeps & { readonly log: { readonly lines: LogLine[] } } {
  const lines: LogLine[] = [];
  return {
    snapshot: () => fields.snapshot ?? sampleSnapshot([sampleRouter()], [sampleInterface()]),
    agentView: () => fields.agent ?? sampleAgent(),
    events: fields.events ?? sampleHub(),
    silences: fields.silences ?? { all: () => [], wall: () => noon },
    pages: fields.pages ?? { read: async () => null },
    processMetrics: fields.processMetrics ?? null,
    log: {
      lines,
      error: (more, message) => lines.push({ level: "error", fields: more, message }),
      warn: (more, message) => lines.push({ level: "warn", fields: more, message }),
    },
  };
}

export function sampleWebDeps(fields: Partial<WebDeps> = {}): WebDeps {
  return { clock: systemClock, incidents: null, ...fields };
}

export function sampleApp(fields: HarnessFields = {}): FastifyInstance {
  const deps = sampleDeps(fields);
  return createApp(deps, new EventStreams(deps.events, { heartbeatMs: 60_000, maxStreams: 2 }), "mon1");
}

export function sampleEvent(to: number): Extract<Event, { readonly kind: "priority_changed" }> {
  return {
    kind: "priority_changed",
    at: instant(1_000_000),
    wall: noon,
    router: { interface: "eth0", family: "ipv4", vrid: 51 },
    sender: "192.0.2.1",
    from: 100,
    to,
  };
}
