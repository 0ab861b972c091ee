import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);
/** Administrators' commands live where an ordinary PATH may not look. */
export const environment = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`, LC_ALL: "C.UTF-8" };

export interface RunOptions {
  readonly timeout?: number;
  readonly input?: string;
  readonly cwd?: string;
  /** Instead of this process's own. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a command to its end and returns its standard output. Throws with the command and its standard error. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { timeout = 20_000, env = environment, cwd = process.cwd() } = options;
  const running = execute(command, args, { env, cwd, timeout, maxBuffer: 64 << 20 });
  if (options.input !== undefined) running.child.stdin?.end(options.input);
  try {
    return (await running).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(`${command} ${args.join(" ")}: ${stderr.trim() || message}`);
  }
}

export const ip = (...args: readonly string[]): Promise<string> => run("ip", args);

/** The same to its end within this turn of the event loop, for clean-up. Returns null where the command failed. */
export function runSync(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, args, { env: environment, timeout: 10_000, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return null;
  }
}
