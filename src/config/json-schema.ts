import * as z from "zod";
import { configSchema } from "./schema.ts";

/** The part of JSON Schema that our configuration needs. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  /** Only a start of the agent can change it: see `onlyAtStart`. Editors do not know the keyword and pass over it. */
  readonly "x-only-at-start"?: true;
}

/** What people are told of such a setting. */
const RESTART = "A change takes effect at the next start.";

let cached: SchemaNode | undefined;

/** JSON Schema (draft 2020-12) of the configuration file, for editors and for the generated reference. */
export function configJsonSchema(): SchemaNode {
  cached ??= {
    title: "vrrpwatch configuration",
    ...z.toJSONSchema(configSchema, {
      io: "input",
      // Zod leaves out the examples of what it transforms, as they might be of the output; ours are of the input.
      override: ({ zodSchema, jsonSchema }) => {
        const examples = z.globalRegistry.get(zodSchema)?.["examples"];
        if (Array.isArray(examples)) jsonSchema.examples = examples;
        if (jsonSchema["onlyAtStart"] !== true) return;
        delete jsonSchema["onlyAtStart"];
        jsonSchema["x-only-at-start"] = true;
        jsonSchema.description = `${jsonSchema.description ?? ""} ${RESTART}`.trim();
      },
    }),
  } as SchemaNode;
  return cached;
}

/** What the schema says about the keys at a path; null where it knows no keys. */
export function knownKeysAt(path: ReadonlyArray<string | number>, schema = configJsonSchema()): readonly string[] | null {
  let node: SchemaNode | undefined = schema;
  for (const step of path) node = typeof step === "number" ? node?.items : ownProperty(node?.properties, step);
  return node?.properties === undefined ? null : Object.keys(node.properties);
}

/** Where else in the schema a key of this name stands, as paths such as `web.listen`. */
export function pathsOfKey(name: string, node: SchemaNode = configJsonSchema(), prefix = ""): string[] {
  const found: string[] = [];
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (key === name) found.push(path);
    // The same keys as `conditions`, for one virtual router.
    if (path === "virtual_routers[].conditions") continue;
    found.push(...pathsOfKey(name, child, path));
    if (child.items !== undefined) found.push(...pathsOfKey(name, child.items, `${path}[]`));
  }
  return found;
}

function ownProperty(properties: SchemaNode["properties"], key: string): SchemaNode | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}
