import { err, ok, type Result } from "../lib/result.ts";
import { crossCheck } from "./cross-checks.ts";
import { readDocument } from "./document.ts";
import { explainIssue } from "./explain.ts";
import { type ConfigProblem, formatPath, type Path, sortProblems } from "./problems.ts";
import { type Config, configSchema } from "./schema.ts";

/** Reads a configuration. The error lists every problem at once, in the order of the file. Never throws. */
export function loadConfig(text: string, file: string): Result<Config, ConfigProblem[]> {
  const checked = check(text, file);
  return checked.ok ? ok(checked.value.config) : checked;
}

/** A configuration that can be handed to another thread. */
export interface CheckedConfig {
  readonly settings: Omit<Config, "alerts">;
  /** As it stands in the file: what is made of matchers are functions, which cannot be handed over. */
  readonly alerts: unknown;
}

/** As `loadConfig`. `configOf` makes the configuration of it. */
export function checkConfig(text: string, file: string): Result<CheckedConfig, ConfigProblem[]> {
  const checked = check(text, file);
  if (!checked.ok) return checked;
  const { alerts: _, ...settings } = checked.value.config;
  return ok({ settings, alerts: checked.value.alerts });
}

/** The configuration that `checkConfig` found right. */
export function configOf({ settings, alerts }: CheckedConfig): Config {
  return { ...settings, alerts: configSchema.shape.alerts.parse(alerts) };
}

function check(text: string, file: string): Result<{ readonly config: Config; readonly alerts: unknown }, ConfigProblem[]> {
  const document = readDocument(text, file);
  if (!document.ok) return document;
  const { value } = document.value;
  const parsed = configSchema.safeParse(value, { reportInput: true });
  const problems = [
    ...document.value.problems,
    ...(parsed.error?.issues ?? []).flatMap((issue) => explainIssue(issue, document.value)),
    ...crossCheck(value).map(({ path, message }) => document.value.problem(path, message)),
  ];
  if (!parsed.success || problems.length > 0) return err(sortProblems(problems));
  // Only what passed the strict schema is walked, so no cycle made of aliases can be in it.
  const alerts = typeof value === "object" && value !== null && "alerts" in value ? value.alerts : undefined;
  return ok({ config: { ...parsed.data, given: pathsOf(value) }, alerts });
}

/** The paths of all leaves. */
function pathsOf(value: unknown, path: Path = []): string[] {
  if (typeof value !== "object" || value === null) return [formatPath(path)];
  const steps: Array<[string | number, unknown]> = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return steps.flatMap(([step, child]) => pathsOf(child, [...path, step]));
}
