import { configJsonSchema, type SchemaNode } from "./json-schema.ts";
import type { Config, Settings } from "./schema.ts";

/** What a new configuration is to a running agent. */
export interface ConfigChange {
  /** What holds from now on: the new one, but for what only a start can change. */
  readonly config: Config;
  /** Settings that are others by it, such as `conditions.flapping.changes`. A list, or a group that may be null, is one setting. */
  readonly changed: readonly string[];
  /** Settings that take effect at the next start. */
  readonly atNextStart: readonly string[];
}

type Group = Readonly<Record<string, unknown>>;

interface Walk {
  readonly changed: string[];
  readonly atNextStart: string[];
}

/** Compares a new configuration with the one that the agent runs by. The schema says which settings only a start can change. */
export function compareConfigs(running: Config, next: Config): ConfigChange {
  const walk: Walk = { changed: [], atNextStart: [] };
  const { given, ...settings } = next;
  const { given: _, ...before } = running;
  const merged = merge(configJsonSchema(), before, settings, "", walk);
  // Every key of the one or the other has its place in the schema.
  return { config: { ...(merged as unknown as Settings), given }, ...walk };
}

function merge(node: SchemaNode, before: Group, after: Group, prefix: string, walk: Walk): Group {
  const merged: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const child = node.properties?.[key] ?? {};
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const [was, is] = [before[key], after[key]];
    if (child.properties !== undefined && isGroup(was) && isGroup(is)) merged[key] = merge(child, was, is, path, walk);
    else if (isSame(was, is)) merged[key] = was;
    else if (child["x-only-at-start"] === true) {
      walk.atNextStart.push(path);
      merged[key] = was;
    } else {
      walk.changed.push(path);
      merged[key] = is;
    }
  }
  return merged;
}

const isGroup = (value: unknown): value is Group => typeof value === "object" && value !== null && !Array.isArray(value);

/** Both come from the same schema, so their keys stand in the same order; a matcher is its text. */
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
