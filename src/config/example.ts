import { configJsonSchema, type SchemaNode } from "./json-schema.ts";

const width = 110;

/** The whole of config.example.yaml: every key with its default and its description, as valid input. */
export function exampleConfig(): string {
  const lines = [
    ...comment("Configuration of vrrpwatch: every key, with its default. All of it is optional.", ""),
    ...comment("`vrrpwatch check --config FILE` lists every problem with its line. docs/configuration.md is the reference.", ""),
    "",
  ];
  for (const [key, node] of Object.entries(configJsonSchema().properties ?? {})) lines.push(...block(key, node, []), "");
  return `${lines.join("\n").trimEnd()}\n`;
}

function block(key: string, node: SchemaNode, parents: readonly string[]): string[] {
  const path = [...parents, key];
  const indent = "  ".repeat(parents.length);
  const lines = comment(node.description ?? "", indent);
  if (node.properties !== undefined && parents[0] !== "conditions") {
    const children = Object.entries(node.properties).flatMap(([name, child]) => block(name, child, path));
    return [...lines, `${indent}${key}:`, ...children];
  }
  lines.push(`${indent}${key}: ${inline(defaultOf(node))}`);
  for (const example of node.examples ?? []) {
    if (!Array.isArray(example)) continue;
    lines.push(`${indent}# For example:`, `${indent}# ${key}:`, ...example.map((entry) => `${indent}#   - ${inline(entry)}`));
  }
  return lines;
}

/** The default of a node, that of a group put together from its keys. */
export function defaultOf(node: SchemaNode): unknown {
  if (node.properties === undefined) return node.default;
  return Object.fromEntries(Object.entries(node.properties).map(([key, child]) => [key, defaultOf(child)]));
}

/** YAML on one line. Only plain words and paths go without quotes: every YAML reader takes the rest for what it is. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value)
      .map(([key, child]) => `${key}: ${inline(child)}`)
      .join(", ")}}`;
  }
  if (typeof value === "string" && /^[a-z/][\w./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/.test(value)) return value;
  return JSON.stringify(value);
}

function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").filter((part) => part !== "")) {
    if (line !== "" && indent.length + line.length + word.length > width) {
      lines.push(`${indent}# ${line}`);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return line === "" ? lines : [...lines, `${indent}# ${line}`];
}
