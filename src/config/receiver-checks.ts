import { compileTemplate } from "../lib/placeholders.ts";
import type { Path } from "./problems.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A problem between settings that are each right on their own. */
interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** What one receiver of `alerts.receivers` needs, and what contradicts each other in it. */
export function checkReceiver(entry: Fields, path: Path): Problem[] {
  const { format = "alertmanager" } = entry;
  const given = ["url", "url_file", "urls"].filter((key) => entry[key] !== undefined);
  const problems: Problem[] = [];
  const say = (key: string, message: string): void => {
    problems.push({ path: [...path, key], message });
  };
  // PagerDuty has one address for all.
  if (given.length === 0 && format !== "pagerduty")
    problems.push({ path, message: `needs url or url_file${format === "alertmanager-api" ? " or urls" : ""}: where alerts are posted to` });
  if (given.length > 1) say(given[1] as string, `and ${given[0]} are two ways to say one thing: keep one of them`);
  if (entry["urls"] !== undefined && format !== "alertmanager-api")
    say("urls", "is for format alertmanager-api only: give other receivers an entry each");
  if (format === "template" && entry["template"] === undefined)
    problems.push({ path, message: "needs template: the JSON document to post" });
  if (format !== "template" && entry["template"] !== undefined) say("template", "is for format template only");
  if (format === "pagerduty" && entry["routing_key_file"] === undefined)
    problems.push({ path, message: "needs routing_key_file: a file with the integration key" });
  if (format !== "pagerduty" && entry["routing_key_file"] !== undefined) say("routing_key_file", "is for format pagerduty only");
  const { bearer_token_file: bearer, basic_auth: basic } = entry;
  if (bearer !== undefined && bearer !== null && basic !== undefined && basic !== null)
    say("basic_auth", "and bearer_token_file are both an Authorization header: keep one of them");
  return [...problems, ...checkTemplate(entry["template"], [...path, "template"]), ...checkTls(entry["tls"], [...path, "tls"])];
}

/** Every placeholder that cannot be used, with its place in its text. */
function checkTemplate(template: unknown, path: Path): Problem[] {
  if (typeof template !== "object" || template === null || Array.isArray(template)) return [];
  const compiled = compileTemplate(template as Fields);
  if (compiled.ok) return [];
  return compiled.error.map(({ path: inner, offset, message }) => ({
    path: [...path, ...inner],
    message: `${message} (at character ${offset + 1} of the text)`,
  }));
}

export function checkHeartbeat(entry: Fields, path: Path): Problem[] {
  const { url, url_file: file, tls } = entry;
  const problems: Problem[] = [];
  if (url === undefined && file === undefined)
    problems.push({ path, message: "needs url or url_file: where the sign of life is posted to" });
  if (url !== undefined && file !== undefined)
    problems.push({ path: [...path, "url_file"], message: "and url are two ways to say one thing: keep one of them" });
  return [...problems, ...checkTls(tls, [...path, "tls"])];
}

function checkTls(value: unknown, path: Path): Problem[] {
  if (typeof value !== "object" || value === null) return [];
  const { cert_file: cert, key_file: key } = value as Fields;
  if ((cert ?? null) === null && (key ?? null) !== null) return [{ path: [...path, "key_file"], message: "needs cert_file as well" }];
  if ((cert ?? null) !== null && (key ?? null) === null) return [{ path: [...path, "cert_file"], message: "needs key_file as well" }];
  return [];
}
