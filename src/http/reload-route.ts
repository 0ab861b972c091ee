import type { FastifyInstance } from "fastify";
import { sendJson, sendText } from "./answer.ts";
import { RequestError } from "./request-error.ts";

const route = "/-/reload";
const plain = "text/plain; charset=utf-8";

/** One thing that is wrong with the configuration file, with its place. */
export interface ReloadProblem {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** The setting; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** What became of it: everything that can change while the agent runs is taken up, or nothing is. */
export type ReloadAnswer =
  | { readonly kind: "done"; readonly changed: readonly string[]; readonly atNextStart: readonly string[] }
  | { readonly kind: "refused"; readonly problems: readonly ReloadProblem[] }
  | { readonly kind: "unavailable"; readonly message: string };

export interface ReloadControl {
  /** Reads the configuration anew, and takes it up. */
  reload(): Promise<ReloadAnswer>;
}

/** Takes up the configuration anew: on the control socket only. Text, as the other paths below `/-/`, and JSON for whoever asks for it. */
export function addReloadRoute(app: FastifyInstance, control: ReloadControl): void {
  app.post(route, async (request, reply) => {
    if (request.body !== undefined && request.body !== null)
      throw new RequestError(413, "body_not_accepted", "a request must not have a body");
    const answer = await control.reload();
    if (answer.kind === "unavailable") throw new RequestError(503, "unavailable", answer.message);
    const wantsJson = /\bapplication\/json\b/i.test(request.headers.accept ?? "");
    if (answer.kind === "done") {
      const { changed, atNextStart } = answer;
      if (wantsJson) return sendJson(request, reply, { changed, at_next_start: atNextStart });
      return sendText(request, reply, plain, doneText(changed, atNextStart));
    }
    const { problems } = answer;
    const message = `the configuration has ${problems.length} ${problems.length === 1 ? "problem" : "problems"}: the one before goes on`;
    if (wantsJson) throw new RequestError(400, "configuration", message, { details: { problems } });
    reply.code(400);
    return sendText(request, reply, plain, `${[message, ...problems.map(lineOf)].join("\n")}\n`);
  });
}

function doneText(changed: readonly string[], atNextStart: readonly string[]): string {
  const lines = [changed.length === 0 ? "nothing to change" : `changed: ${changed.join(", ")}`];
  if (atNextStart.length > 0) lines.push(`at the next start: ${atNextStart.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

function lineOf({ file, line, column, path, message }: ReloadProblem): string {
  const place = [file, line, column].filter((part) => part !== null).join(":");
  return `${[place, path].filter((part) => part !== "").join(" ")}: ${message}`;
}
