import { posix } from "node:path";

/** Which folders of `src` a folder may import (design: imports point one way), and which packages it alone may use. */
interface Layer {
  readonly imports: readonly string[];
  /** Files of other folders that may be imported besides. */
  readonly files?: readonly string[];
  readonly packages?: readonly string[];
  /** Neither Node modules nor packages nor globals that reach outside; holds for everything that it imports, too. */
  readonly pure?: true;
}

const inputs = ["src/core/input.ts", "src/core/events.ts", "src/core/host-facts.ts", "src/core/keepalived-config.ts"];
const below = ["lib", "wire", "core"];
const parts = ["capture", "netlink", "keepalived", "silences", "config", "metrics", "alerts", "incidents", "http"];
const grafana = ["bargauge", "cog", "common", "dashboard", "heatmap", "prometheus", "stat", "statetimeline", "table", "timeseries"].map(
  (part) => `@grafana/grafana-foundation-sdk/${part}`,
);

export const layers: Readonly<Record<string, Layer>> = {
  lib: { imports: [], packages: ["pino"] },
  wire: { imports: ["lib"], pure: true },
  core: { imports: ["lib", "wire"], pure: true },
  // Which interfaces are captured is decided from the kernel's list of them.
  capture: { imports: ["lib", "wire"], files: inputs, packages: ["pcap"] },
  netlink: { imports: ["lib", "wire"], files: inputs, packages: ["netlink"] },
  keepalived: { imports: ["lib", "wire"], files: inputs },
  silences: { imports: below },
  config: { imports: [...below, "silences"], packages: ["yaml", "zod"] },
  metrics: { imports: below, packages: ["prom-client"] },
  alerts: { imports: [...below, "silences"], packages: ["undici"] },
  incidents: { imports: below },
  // What Prometheus loads: generated, and no part of the running agent.
  rules: { imports: below },
  // Its output is committed: nothing of it is in the program.
  dashboards: { imports: [...below, "metrics", "rules"], packages: grafana },
  // How many series there are to expect: a page of the documentation, and no part of the program.
  series: { imports: [...below, "metrics"] },
  http: { imports: [...below, "silences", "metrics", "alerts"], packages: ["bcryptjs", "fastify"] },
  agent: { imports: [...below, ...parts] },
  commands: { imports: [...below, ...parts, "agent"], packages: ["commander"] },
  "main.ts": { imports: ["commands", "lib"] },
};

/** A statement with `from`, a bare import at the start of a line, or a dynamic import anywhere; text that merely looks alike is none. */
const importPattern =
  /^\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']/gm;

/** What the global scope offers beyond the language itself; `new Date(ms)` as a mere formatter is not among it. */
const outsideGlobals =
  /(?<![.\w#"])(?:process|Buffer|fetch|console|performance|crypto|setTimeout|setInterval|setImmediate|queueMicrotask|Date\.now|new Date\(\))(?![\w:])/g;

/** The specifiers of all imports, re-exports and dynamic imports. */
export function importsOf(text: string): string[] {
  return [...withoutComments(text).matchAll(importPattern)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "");
}

/** Neither comments nor what plain strings say. */
const code = (text: string): string => withoutComments(text).replace(/"(?:[^"\\\n]|\\.)*"/g, '""');

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

/** Every import that the table does not allow, as one sentence each. */
export function layeringViolations(files: ReadonlyMap<string, string>): string[] {
  const violations: string[] = [];
  for (const [file, text] of files) {
    const folder = folderOf(file);
    const layer = layers[folder];
    if (layer === undefined) {
      violations.push(`${file}: the folder ${folder} has no place in the layering table`);
      continue;
    }
    for (const specifier of importsOf(text)) {
      const problem = importProblem(file, folder, layer, specifier);
      if (problem !== null) violations.push(`${file}: ${problem}`);
    }
    if (layer.pure === true) violations.push(...impurities(file, files));
  }
  return [...new Set(violations)];
}

const folderOf = (file: string): string => file.split("/")[1] ?? "";

const target = (file: string, specifier: string): string => posix.normalize(posix.join(posix.dirname(file), specifier));

function importProblem(file: string, folder: string, layer: Layer, specifier: string): string | null {
  if (specifier.startsWith(".")) {
    const other = target(file, specifier);
    if (!other.startsWith("src/")) return `imports ${specifier} from outside src`;
    if (!specifier.endsWith(".ts")) return `imports ${specifier} without the ending .ts`;
    const allowed = folderOf(other) === folder || layer.imports.includes(folderOf(other)) || layer.files?.includes(other) === true;
    return allowed ? null : `${folder} may not import ${other}`;
  }
  if (specifier.startsWith("node:")) return layer.pure === true ? `${folder} may not use the Node module ${specifier}` : null;
  return layer.packages?.includes(specifier) === true ? null : `${folder} may not use the package ${specifier}`;
}

/** What a file of a pure folder reaches, through however many imports, that is not pure. */
function impurities(start: string, files: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const seen = new Set([start]);
  const queue = [start];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const text = files.get(file) ?? "";
    for (const [name] of code(text).matchAll(outsideGlobals)) found.push(`${start}: reaches the global ${name} in ${file}`);
    for (const specifier of importsOf(text)) {
      const next = target(file, specifier);
      if (!specifier.startsWith(".")) found.push(`${start}: reaches ${specifier} in ${file}`);
      else if (!seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
    }
  }
  return found;
}
