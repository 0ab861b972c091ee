import { request } from "node:http";
import { formatProblem } from "../config/problems.ts";
import { readConfig } from "../config/resolve.ts";
import { err, ok, type Result } from "../lib/result.ts";
import { systemCode } from "../lib/system-code.ts";
import { MAX_SOCKET_PATH_BYTES } from "../lib/unix-socket.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { printable } from "./silence-text.ts";

/** Where the agent to be asked is. */
export interface ControlOptions {
  readonly config?: string | undefined;
  /** Wins over the configuration, which is not read then. */
  readonly controlSocket?: string | undefined;
}

/** What a person has to know, and the exit status that goes with it. */
export interface ControlFailure {
  readonly message: string;
  readonly status: ExitStatus;
  /** The error as the agent tells it; null where the agent said none. */
  readonly error?: object | null;
}

/** Writing a file may take its time on a bad disk. */
const PATIENCE_MS = 15_000;
/** A thousand silences with the longest texts have 3 MB. */
const MAX_ANSWER = 8 * 1024 * 1024;

/**
 * Asks the running agent on its control socket. Never rejects.
 * @returns the answer's body, parsed, where its status says that it went well
 */
export async function askAgent(
  options: ControlOptions,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: unknown,
): Promise<Result<object, ControlFailure>> {
  const socket = await socketPath(options);
  if (!socket.ok) return socket;
  if (Buffer.byteLength(socket.value) > MAX_SOCKET_PATH_BYTES)
    return err({ message: `the path of a Unix socket has at most ${MAX_SOCKET_PATH_BYTES} bytes`, status: ExitStatus.usage });
  try {
    const { status, text } = await exchange(socket.value, method, path, body);
    return answerOf(status, text);
  } catch (error) {
    return err({ message: unreachable(socket.value, error), status: ExitStatus.resource });
  }
}

/** Tells what failed on standard error. @returns the exit status */
export function tellFailure(command: string, { message, status }: ControlFailure, io: Io): ExitStatus {
  io.err(`vrrpwatch ${command}: ${message}\n`);
  return status;
}

async function socketPath({ config, controlSocket }: ControlOptions): Promise<Result<string, ControlFailure>> {
  if (controlSocket !== undefined) return ok(controlSocket);
  const read = await readConfig(config);
  if (read.ok) return ok(read.value.config.web.control_socket);
  const message = ["the configuration that names the control socket cannot be used; --control-socket PATH does without it"];
  return err({ message: [...message, ...read.error.map(formatProblem)].join("\n"), status: ExitStatus.usage });
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function exchange(socketPath: string, method: string, path: string, body: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const accept = "application/json";
    const headers =
      text === undefined ? { accept } : { accept, "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    const sent = request({ socketPath, path, method, headers, agent: false, signal: AbortSignal.timeout(PATIENCE_MS) }, (response) => {
      const pieces: Buffer[] = [];
      let size = 0;
      response.on("data", (piece: Buffer) => {
        size += piece.length;
        if (size > MAX_ANSWER) sent.destroy(new Error("its answer is too long"));
        else pieces.push(piece);
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString() }));
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

function answerOf(status: number, text: string): Result<object, ControlFailure> {
  const body = parsed(text);
  if (status >= 200 && status < 300 && typeof body === "object" && body !== null) return ok(body);
  const message = errorMessage(body) ?? `what answers there is no vrrpwatch of this version (status ${status})`;
  // What the agent refuses was asked wrongly; the rest is its own trouble.
  const isRefused = status >= 400 && status < 500 && errorMessage(body) !== null;
  return err({ message, status: isRefused ? ExitStatus.usage : ExitStatus.resource, error: errorOf(body) });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(body: unknown): object | null {
  if (typeof body !== "object" || body === null || !("error" in body)) return null;
  const { error } = body;
  return typeof error === "object" ? error : null;
}

function errorMessage(body: unknown): string | null {
  const error = errorOf(body);
  if (error === null || !("message" in error)) return null;
  return typeof error.message === "string" ? printable(error.message) : null;
}

function unreachable(path: string, error: unknown): string {
  switch (systemCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return `there is no agent at ${path}: start it, or say with --config or --control-socket where its control socket is`;
    case "ECONNREFUSED":
      return `no agent listens on ${path} (any more): start it`;
    case "EACCES":
    case "EPERM":
      return `permission denied at ${path}: only root and the agent's own user may use the control socket (sudo)`;
    default:
      if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError"))
        return `the agent at ${path} did not answer within ${PATIENCE_MS / 1_000} s`;
      return `the agent at ${path} cannot be asked: ${error instanceof Error ? error.message : String(error)}`;
  }
}
