import { durationPattern } from "../lib/duration.ts";
import { defaultOf, inline } from "./example.ts";
import { configJsonSchema, type SchemaNode } from "./json-schema.ts";

const introduction = `# Configuration

Generated from the schema in \`src/config\`; do not edit.

One YAML file (\`--config FILE\`, or \`/etc/vrrpwatch/config.yaml\` if it exists). Everything has a default, so \`vrrpwatch run\` works
without a file. Unknown keys are errors; every problem is reported at once, with its line. \`vrrpwatch check --config FILE\` does the
same without starting anything, and \`config.schema.json\` lets an editor do it while you type. \`config.example.yaml\` is the whole
file with its defaults.

Durations are numbers with a unit: \`500ms\`, \`1.5s\`, \`5m\`, \`4h\`, \`2d\`. Addresses may be spelled in any usual way.
Secrets never stand in the file: a key that ends in \`_file\` names the file that holds one.

A flag wins over the file: \`--interface NAME\` and \`--listen ADDRESS\` (repeatable; each replaces the whole list of the file),
\`--state-directory DIRECTORY\`, \`--log-level LEVEL\`.

Patterns for interfaces: \`*\` stands for any characters, \`?\` for one, and \`!\` in front excludes. A full name weighs more than a
wildcard, and an exclusion more than an inclusion of the same kind; a list of only exclusions means "all but these".

## Changes while the agent runs

The running agent takes up a changed file by itself within a second or so, also where the file is replaced or is a link that turns
elsewhere (a ConfigMap of Kubernetes). \`vrrpwatch reload\`, \`POST /-/reload\` on the control socket and SIGHUP do the same at once; the
first two answer what has changed.

A file is taken up whole or not at all: with a single problem anywhere the configuration before goes on, every problem is in the log (and
in the answer), \`vrrpwatch_config_last_reload_successful\` is 0, and the landing page says so. So it is with a file that is gone, or was
emptied. Flags of the command line win as they did at the start.

What is known stays: masters, claims, counters, conditions, incidents, silences made by command, and what waits for a receiver. In detail:

- A setting marked *a change takes effect at the next start* stays as it is beside the rest; the answer, the log and
  \`/api/v1/status\` name it, and \`vrrpwatch_config_restart_required\` is 1 until the agent is restarted or the file changed back.
- **conditions**: other thresholds judge at once what is known. A condition that is switched off while it is raised ends
  (\`condition_cleared\`, "switched off in the configuration"), and its alert is resolved. What is raised keeps its severity until it
  is raised anew.
- **virtual_routers**: names, segments, senders and addresses hold from then on. An alert that fires keeps its labels until it ends.
- **capture.interfaces**: what was heard on an interface that is not wanted any more is forgotten; nothing of it is said to be over.
- **alerts.receivers**: a receiver is known by its name. Where its settings change, what waits for it goes on waiting and is tried at
  once in the new way, and what it knows to fire is not told again; it hears of the end of that also where its new matchers or severities
  would not let it. A new receiver is told what fires. What waits for a receiver that is gone stays in the spool, for the case that its
  name comes back, until it is older than \`alerts.spool.max_age\`.
- **alerts.spool**, **incidents**: lower bounds hold at once; a capture or timeline that is being written keeps those that it began with.
`;

/** The whole of docs/configuration.md. */
export function configurationReference(): string {
  const sections = Object.entries(configJsonSchema().properties ?? {});
  const single = sections.filter(([, node]) => keysOf(node) === undefined);
  const groups = sections.filter(([, node]) => keysOf(node) !== undefined);
  const top = single.length === 0 ? "" : `\n## At the top\n\n${table(single.map(([key, node]) => row(key, node, [])))}`;
  return `${introduction}${top}${groups.map(([key, node]) => section(key, node)).join("")}`;
}

function section(key: string, node: SchemaNode): string {
  const kind = node.items === undefined ? "" : " (a list)";
  return `\n## ${key}${kind}\n\n${node.description ?? ""}\n\n${table(rows(node, node.items === undefined ? key : `${key}[]`, ""))}`;
}

const keysOf = (node: SchemaNode): SchemaNode["properties"] => node.properties ?? node.items?.properties;

/** One row a key; the keys of groups and of list entries follow their parent. */
function rows(node: SchemaNode, path: string, prefix: string): string[][] {
  const required = (node.items ?? node).required ?? [];
  return Object.entries(keysOf(node) ?? {}).flatMap(([key, child]) => {
    const name = prefix === "" ? key : `${prefix}.${key}`;
    const own = row(name, child, required);
    // The common keys of the conditions are described once, in the section's own text.
    if (path === "conditions") return [conditionRow(name, child), ...ownOptions(name, child)];
    if (keysOf(child) === undefined || key === "conditions") return [own];
    return [own, ...rows(child, `${path}.${key}${child.items === undefined ? "" : "[]"}`, child.items === undefined ? name : `${name}[]`)];
  });
}

function conditionRow(name: string, node: SchemaNode): string[] {
  const { enabled, severity } = node.properties ?? {};
  return [`\`${name}\``, "group", `\`${inline({ enabled: enabled?.default, severity: severity?.default })}\``, node.description ?? ""];
}

function ownOptions(name: string, node: SchemaNode): string[][] {
  return Object.entries(node.properties ?? {})
    .filter(([key]) => key !== "enabled" && key !== "severity")
    .map(([key, child]) => row(`${name}.${key}`, child, []));
}

function row(name: string, node: SchemaNode, required: readonly string[]): string[] {
  const value = node.items?.properties === undefined ? defaultOf(node) : (node.default ?? undefined);
  const fallback = required.includes(name.split(".").at(-1) ?? "") ? "**required**" : value === undefined ? "" : `\`${inline(value)}\``;
  return [`\`${name}\``, typeName(node), fallback, node.description ?? ""];
}

function typeName(node: SchemaNode): string {
  if (node.anyOf !== undefined) return node.anyOf.map(typeName).join(" or ");
  if (node.enum !== undefined) return node.enum.map((word) => `\`${word}\``).join(", ");
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.items !== undefined) return `list of ${node.items.properties === undefined ? typeName(node.items) : "groups"}`;
  if (node.type === "null") return "null";
  if (node.type === "integer") return `${node.minimum}–${node.maximum}`;
  if (node.type === "boolean") return "true or false";
  if (node.type === "object") return "group";
  if (node.pattern === durationPattern.source) return "duration";
  return Array.isArray(node.type) && node.type.includes("null") ? "text or null" : "text";
}

function table(cells: readonly string[][]): string {
  const line = (parts: readonly string[]): string => `| ${parts.map((part) => part.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [["Key", "Value", "Default", "Meaning"], ["---", "---", "---", "---"], ...cells].map(line).join("");
}
