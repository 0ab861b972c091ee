import * as z from "zod";
import { fileIdentity } from "../../lib/file-identity.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import type { WallTime } from "../../lib/time.ts";
import type { WebConfig } from "../../lib/web-config.ts";
import { type ConfigDocument, readDocument } from "../document.ts";
import { explainIssue, type Reference } from "../explain.ts";
import type { SchemaNode } from "../json-schema.ts";
import { type ConfigProblem, sortProblems } from "../problems.ts";
import { readText } from "../resolve.ts";
import { checkWebFile } from "./checks.ts";
import { isWorldReadable, type Material, readMaterial } from "./material.ts";
import { noLimit, type WebFile, webFileSchema } from "./schema.ts";
import { webFileWarnings } from "./warnings.ts";

/** What one look at a web configuration file gave. */
export interface WebConfigReading {
  /** The file as it was named. */
  readonly file: string;
  /** Ready for a server to be told of; or every problem at once, those of certificates and keys among them. */
  readonly config: Result<WebConfig, readonly ConfigProblem[]>;
  /** What is allowed and mostly a mistake. */
  readonly warnings: readonly ConfigProblem[];
  /** All files that say what holds, with their identity from before they were read: once one differs, it is time to read again. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Reads and checks a file in the format of the Prometheus exporter-toolkit, with the certificates and keys that it names. Starts and
 * changes nothing; never throws for what a user may do wrong. No message repeats a hash or a key.
 * @param now tells certificates that are no longer valid
 */
export async function readWebConfig(file: string, now: WallTime): Promise<WebConfigReading> {
  const files = new Map([[file, await fileIdentity(file)]]);
  const failed = (problems: readonly ConfigProblem[], warnings: readonly ConfigProblem[] = []): WebConfigReading => ({
    file,
    config: err(sortProblems(problems)),
    warnings: sortProblems(warnings),
    files,
  });
  const text = await readText(file, false);
  if (!text.ok) return failed([{ file, line: null, column: null, path: "", message: text.error }]);
  const document = readDocument(text.value ?? "", file, { secret: true });
  if (!document.ok) return failed(document.error);
  const { value, problem } = document.value;
  const parsed = webFileSchema.safeParse(value, { reportInput: true });
  const problems = [
    ...document.value.problems,
    ...(parsed.error?.issues ?? []).flatMap((issue) => explainIssue(issue, document.value, webFileReference)),
    ...checkWebFile(value).map(({ path, message }) => problem(path, message)),
  ];
  const tls = parsed.data?.tls_server_config;
  const material = tls === undefined ? null : await readMaterial(tls, file, now);
  for (const [path, identity] of material?.files ?? []) files.set(path, identity);
  problems.push(...(material?.problems ?? []).map(({ path, message }) => problem(path, message)));
  const warnings = await warningsOf(file, parsed.data, material, document.value);
  if (parsed.data === undefined || problems.length > 0) return failed(problems, warnings);
  return { file, config: ok(webConfigOf(parsed.data, material)), warnings: sortProblems(warnings), files };
}

async function warningsOf(
  file: string,
  parsed: WebFile | undefined,
  material: Material | null,
  { problem }: ConfigDocument,
): Promise<ConfigProblem[]> {
  if (parsed === undefined) return [];
  const found = [...webFileWarnings(parsed), ...(material?.warnings ?? [])];
  const holdsSecrets = Object.keys(parsed.basic_auth_users).length > 0 || parsed.tls_server_config?.key !== undefined;
  if (holdsSecrets && (await isWorldReadable(file)))
    found.push({ path: [], message: `holds secrets and can be read by everybody on this host: chmod o= ${file}` });
  return found.map(({ path, message }) => problem(path, message));
}

function webConfigOf(file: WebFile, material: Material | null): WebConfig {
  const { interval, burst } = file.rate_limit;
  const headers = Object.entries(file.http_server_config.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === "" ? [] : [[name.toLowerCase(), value]],
  );
  return {
    tls: material?.tls ?? null,
    headers: Object.fromEntries(headers),
    users: new Map(Object.entries(file.basic_auth_users)),
    rateLimit: interval === noLimit ? null : { interval, burst },
  };
}

let cached: SchemaNode | undefined;

/** What messages about unknown keys are made from. */
const webFileReference: Reference = {
  schema: () => {
    cached ??= z.toJSONSchema(webFileSchema, { io: "input", unrepresentable: "any" }) as SchemaNode;
    return cached;
  },
  document: "docs/web-configuration.md",
  secret: true,
};
