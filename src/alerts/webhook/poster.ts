import { setMaxListeners } from "node:events";
import { formatDuration } from "../../lib/duration.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { systemCode } from "../../lib/system-code.ts";
import { seconds } from "../../lib/time.ts";
import type { Outcome } from "../outcome.ts";
import { classifyReply } from "./classify.ts";
import { failureText, isUnsendable } from "./failure.ts";
import { type PostDeps, type PostOptions, type PrepareDeps, prepare, type Render, type Unprepared } from "./prepare.ts";
import type { Redactor } from "./redact.ts";
import { TlsFiles } from "./tls-files.ts";
import { post, type Sent } from "./transport.ts";

/** A request as it would be sent, without what is secret. */
export interface ShownRequest {
  readonly method: "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const DEFAULT_TIMEOUT = seconds(10);
/** So much of an answer is looked at, and so much of that is shown. */
const LOOKED_AT_BYTES = 4_096;
const SHOWN_CHARACTERS = 200;

/**
 * Posts JSON to one URL, one attempt at a time or several.
 *
 *   files -> secrets -> body, signature, headers -> connection -> answer -> outcome
 *
 * Between two attempts it keeps no secret and no connection; and what OpenSSL made of the files of `tls`, until they change.
 */
export class Poster {
  readonly #options: PostOptions;
  readonly #deps: PrepareDeps;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: PostOptions, deps: PostDeps) {
    this.#options = options;
    this.#deps = { ...deps, tlsFiles: new TlsFiles(options.tls ?? {}) };
  }

  /**
   * One attempt. Never rejects.
   * @param id the same for each attempt at one delivery
   * @param signal ends the attempt
   */
  post(id: string, render: Render, signal: AbortSignal): Promise<Outcome> {
    const attempt = this.#attempt(id, render, signal).catch((error) => unexpected(error));
    this.#running.add(attempt);
    void attempt.then(() => this.#running.delete(attempt));
    return attempt;
  }

  /** What `post` would send now. The error is for a person: which setting cannot be used, and why. */
  async show(id: string, render: Render): Promise<Result<ShownRequest, string>> {
    const prepared = await prepare(this.#options, this.#deps, id, render);
    if (!prepared.ok) return err(prepared.error.why);
    const { outgoing, redactor } = prepared.value;
    const headers = Object.entries(outgoing.headers).map(([name, value]) => [name, redactor.own(value)] as const);
    return ok({ method: "POST", url: redactor.url(outgoing.url), headers: Object.fromEntries(headers), body: redactor.own(outgoing.body) });
  }

  /** Ends every attempt, and waits until they are over. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
  }

  async #attempt(id: string, render: Render, signal: AbortSignal): Promise<Outcome> {
    const { timeout = DEFAULT_TIMEOUT } = this.#options;
    const ended = new AbortController();
    let late = false;
    const disarm = this.#deps.clock.after(timeout, () => {
      late = true;
      ended.abort();
    });
    const stop = (): void => ended.abort();
    const stops = [signal, this.#closing.signal];
    // All receivers share the signal of the agent: more than Node takes for a leak.
    setMaxListeners(0, ...stops);
    for (const each of stops) each.addEventListener("abort", stop, { once: true });
    if (stops.some(({ aborted }) => aborted)) stop();
    const endedWhy = (): string => (late ? `no answer within ${formatDuration(timeout)}` : "the agent stops");
    try {
      // A file on a dead network file system is not waited for longer than a dead receiver.
      const prepared = await unless(ended.signal, () => prepare(this.#options, this.#deps, id, render));
      if (prepared === null) return retry(endedWhy());
      if (!prepared.ok) return unprepared(prepared.error);
      const { outgoing, way, redactor } = prepared.value;
      const sent = await post(outgoing, way, ended.signal);
      const why = ended.signal.aborted ? endedWhy : (error: unknown) => failureText(error, way.proxy !== null);
      return this.#outcome(sent, redactor, why);
    } finally {
      disarm();
      for (const each of stops) each.removeEventListener("abort", stop);
    }
  }

  /** @param why tells what a failure was */
  #outcome(sent: Sent, redactor: Redactor, why: (error: unknown) => string): Outcome {
    if (sent.kind === "failed") return isUnsendable(sent.error) ? { kind: "rejected", why: why(sent.error) } : retry(why(sent.error));
    const { status, retryAfter, type, beginning } = sent;
    const text = new TextDecoder().decode(beginning.subarray(0, LOOKED_AT_BYTES));
    const shown = redactor.foreign(text, SHOWN_CHARACTERS) ?? withheld(beginning.length, type);
    return classifyReply({ status, retryAfter, beginning: shown }, this.#deps.clock.wall());
  }
}

/** The type itself is text from the network: only those that are known are told. */
const knownTypes = ["application/json", "application/problem+json", "application/xml", "text/html", "text/plain", "text/xml"];

function withheld(bytes: number, type: string | null): string {
  const named = knownTypes.find((known) => type?.toLowerCase().split(";")[0]?.trim() === known) ?? "another type";
  return `its text is not shown, since it repeats a secret (${bytes} bytes of ${named})`;
}

const retry = (why: string): Outcome => ({ kind: "retry", why, retryAfter: null });

const unprepared = ({ passing, why }: Unprepared): Outcome => (passing ? retry(why) : { kind: "rejected", why });

const unexpected = (error: unknown): Outcome => retry(`the attempt failed in the agent itself (${systemCode(error) ?? "unknown"})`);

/** @returns null as soon as `signal` ends the waiting; what is waited for is then left to itself */
async function unless<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null> {
  if (signal.aborted) return null;
  let release = (): void => {};
  const ended = new Promise<null>((resolve) => {
    release = () => resolve(null);
    signal.addEventListener("abort", release, { once: true });
  });
  try {
    return await Promise.race([work(), ended]);
  } finally {
    signal.removeEventListener("abort", release);
  }
}
