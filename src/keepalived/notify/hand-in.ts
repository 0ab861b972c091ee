import { request } from "node:http";
import { NOTIFY_ROUTE } from "./socket-server.ts";

/** What became of a line that was sent to the agent. */
export type HandedIn =
  | { readonly outcome: "taken" }
  /** The agent has no use for it, now or later. */
  | { readonly outcome: "refused"; readonly why: string }
  | { readonly outcome: "unreachable"; readonly why: string };

/** Enough for a person to see what is wrong. */
const MAX_ANSWER = 1_024;

/** Sends lines to the notify socket of a running agent. Never rejects, and has an answer within the time. */
export function handIn(socketPath: string, lines: string, withinMs: number): Promise<HandedIn> {
  return new Promise((resolve) => {
    const unreachable = (error: Error): void => resolve({ outcome: "unreachable", why: error.message });
    const sent = request(
      { socketPath, path: NOTIFY_ROUTE, method: "POST", agent: false, signal: AbortSignal.timeout(withinMs) },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          text = (text + piece).slice(0, MAX_ANSWER);
        });
        response.on("error", unreachable);
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          if (status === 204) resolve({ outcome: "taken" });
          else if (status === 400) resolve({ outcome: "refused", why: text.trim() });
          else resolve({ outcome: "unreachable", why: `it answered with status ${status}` });
        });
      },
    );
    sent.on("error", unreachable);
    sent.end(lines);
  });
}
