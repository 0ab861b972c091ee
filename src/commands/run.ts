import { Agent } from "../agent/agent.ts";
import { ConfigSource } from "../agent/config-source.ts";
import { openPrivileges } from "../agent/open-privileges.ts";
import { formatProblem } from "../config/problems.ts";
import type { WebConfigReading } from "../config/web-file/read.ts";
import { systemClock } from "../lib/clock.ts";
import { createLogger } from "../lib/log.ts";
import { buildRevision } from "./build-revision.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { packageVersion } from "./version.ts";

export interface RunOptions {
  readonly config?: string;
  readonly interface: readonly string[];
  readonly listen: readonly string[];
  readonly stateDirectory?: string;
  readonly logLevel?: string;
}

const LINGER_MS = 500;

/** Runs the agent until SIGTERM or SIGINT. What is missing or denied is thrown as an AgentError. */
export async function run(options: RunOptions, io: Io): Promise<number> {
  // From the first moment on: without a handler it would end the process.
  let hangUp = (): void => {};
  process.on("SIGHUP", () => hangUp());
  const source = new ConfigSource(options.config, options);
  const read = await source.read();
  if (!read.ok) {
    for (const problem of read.error) io.err(`${formatProblem(problem)}\n`);
    return ExitStatus.usage;
  }
  const { config, file } = read.value;
  source.aside();
  const web = config.web.config_file === null ? null : await readWeb(config.web.config_file);
  if (web !== null && !web.config.ok) {
    for (const problem of web.config.error) io.err(`${formatProblem(problem)}\n`);
    return ExitStatus.usage;
  }
  const log = createLogger({ level: config.log.level });
  const build = { version: packageVersion(), revision: buildRevision(), nodeVersion: process.version };
  log.info({ ...build, config: file ?? "defaults" }, "starting");

  const privileges = openPrivileges({ config, files: [...(file === null ? [] : [file]), ...(web?.files.keys() ?? [])], log });
  await privileges?.prepare();
  const agent = new Agent({
    config,
    source,
    log,
    clock: systemClock,
    build,
    web: web?.config.ok ? { reading: web, config: web.config.value } : null,
    ...(privileges !== null && { privileges }),
  });
  hangUp = () => void agent.reload("signal");
  const stopped = stopSignal();
  try {
    await agent.start();
    const end = await Promise.race([stopped, agent.broken]);
    if (typeof end !== "string") throw end;
    log.info({ signal: end }, "stopping");
  } finally {
    await agent.stop();
    // npm pcap keeps the loop alive for ever (its close does not free it), so the end is forced where it does not come by itself.
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
  return ExitStatus.done;
}

/** Loaded by those only who have such a file. */
async function readWeb(file: string): Promise<WebConfigReading> {
  const { readWebConfig } = await import("../config/web-file/read.ts");
  return readWebConfig(file, systemClock.wall());
}

/** Resolves with the first signal that asks the agent to end. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
}
