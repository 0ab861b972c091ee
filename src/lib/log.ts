import { type DestinationStream, type Logger, pino } from "pino";
import { StandardOutput } from "./standard-output.ts";
import { systemCode } from "./system-code.ts";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * Facts are fields named like metric labels; the message is a fixed lower-case phrase.
 * Nothing from the network goes in raw: addresses in canonical text, other bytes as hex.
 */
export type { Logger } from "pino";

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Where lines go; standard output unless a test says otherwise. */
  readonly destination?: DestinationStream;
}

/** Children of a root logger: pino gives each the level of its parent at its birth, and nothing afterwards. */
const families = new WeakMap<Logger, Logger[]>();

/** Writes other lines from now on: the root logger, and all the parts that got theirs from it. */
export function setLogLevel(root: Logger, level: LogLevel): void {
  for (const logger of [root, ...(families.get(root) ?? [])]) logger.level = level;
}

/** The root logger: one JSON object a line, times in RFC 3339, written before the call returns so that a crash loses none. */
export function createLogger(options: LoggerOptions): Logger {
  const children: Logger[] = [];
  const root: Logger = pino(
    {
      onChild: (child) => void children.push(child),
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: errorFields },
    },
    options.destination ?? new StandardOutput(),
  );
  families.set(root, children);
  return root;
}

/** JSON leaves an error without a word. No other property: those of libraries hold whole requests. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = systemCode(error);
  return { type: error.name, ...(code !== undefined && { code }), message: error.message, stack: error.stack };
}

/** A logger whose lines carry the name of the part that wrote them. */
export function componentLogger(root: Logger, component: string): Logger {
  return root.child({ component });
}
