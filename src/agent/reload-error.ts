import { AgentError } from "../lib/errors.ts";

/** A configuration was taken up in part: only a start makes the agent whole again. */
export class ReloadError extends AgentError<"ERR_RELOAD_INCOMPLETE"> {
  static incomplete(path: string, cause: unknown): ReloadError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new ReloadError(
      "ERR_RELOAD_INCOMPLETE",
      `${path}: a changed configuration was taken up in part only, so the agent ends (${why}): start it again, and report this with its log`,
      { cause },
    );
  }
}
