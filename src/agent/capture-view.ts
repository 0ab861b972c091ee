import type { AgentInterfaceView, AgentView } from "../metrics/agent-view.ts";
import type { LiveCapture } from "./live-capture.ts";

/** The interfaces that are captured or wanted; none before the capture is there. */
export function interfaceViews(capture: LiveCapture | undefined): AgentInterfaceView[] {
  return (capture?.source.choices() ?? [])
    .filter(({ chosen }) => chosen)
    .map(({ link, captured, why }) => ({
      name: link.name,
      up: link.up,
      capturing: captured,
      why: captured ? null : why,
      absentGroups: capture?.absentGroups(link.name) ?? [],
    }));
}

/** @param isServing whoever is told that the agent is ready can also command it */
export function readinessOf(
  capture: LiveCapture | undefined,
  interfaces: readonly AgentInterfaceView[],
  isServing: boolean,
): AgentView["readiness"] {
  const failure = capture?.source.failure ?? null;
  if (failure !== null) return { ready: false, reason: failure.message };
  if (!isServing) return { ready: false, reason: "the agent is starting" };
  return interfaces.some(({ capturing }) => capturing) ? { ready: true, reason: null } : { ready: false, reason: notReady(interfaces) };
}

function notReady(interfaces: readonly AgentInterfaceView[]): string {
  if (interfaces.length === 0) return "no interface fits capture.interfaces";
  return `no interface can be captured: ${interfaces.map((i) => `${i.name} is ${i.why ?? "not captured"}`).join(", ")}`;
}
