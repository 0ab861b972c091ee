import type { ExpositionFormat } from "../metrics/exposition.ts";

interface Preference {
  /** Lower case: a media range or a coding. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly q: number;
}

/** Reads Accept and Accept-Encoding (RFC 9110 §12.5). A weight that is no number counts as 0: better unasked than forced. */
function preferences(header: string | undefined): Preference[] {
  if (header === undefined) return [];
  return header.split(",").flatMap((part) => {
    const [value = "", ...rest] = part.split(";").map((piece) => piece.trim());
    if (value === "") return [];
    const parameters = new Map<string, string>();
    for (const parameter of rest) {
      const [name = "", text = ""] = parameter.split("=").map((piece) => piece.trim());
      parameters.set(name.toLowerCase(), text.replace(/^"(.*)"$/, "$1"));
    }
    return [{ value: value.toLowerCase(), parameters, q: weight(parameters.get("q")) }];
  });
}

function weight(text: string | undefined): number {
  if (text === undefined) return 1;
  const q = text === "" ? Number.NaN : Number(text);
  return q >= 0 && q <= 1 ? q : 0;
}

const openMetricsVersions: ReadonlySet<string | undefined> = new Set([undefined, "0.0.1", "1.0.0"]);
const textVersions: ReadonlySet<string | undefined> = new Set([undefined, "0.0.4"]);

function formatOf({ value, parameters }: Preference): ExpositionFormat | null {
  const version = parameters.get("version");
  if (value === "application/openmetrics-text") return openMetricsVersions.has(version) ? "openmetrics" : null;
  if (value === "text/plain") return textVersions.has(version) ? "text" : null;
  if (value === "text/*" || value === "*/*") return "text";
  return null;
}

/** The exposition format that the client likes best; of equals the one named first; text where it asks for nothing that we have. */
export function expositionFormat(accept: string | undefined): ExpositionFormat {
  let best: { format: ExpositionFormat; q: number } = { format: "text", q: 0 };
  for (const preference of preferences(accept)) {
    const format = formatOf(preference);
    if (format !== null && preference.q > best.q) best = { format, q: preference.q };
  }
  return best.format;
}

/** Whether the answer may be, and had better be, compressed with gzip. */
export function wantsGzip(acceptEncoding: string | undefined): boolean {
  const codings = new Map(preferences(acceptEncoding).map(({ value, q }) => [value, q]));
  const gzip = codings.get("gzip") ?? codings.get("x-gzip") ?? codings.get("*") ?? 0;
  return gzip > 0 && gzip >= (codings.get("identity") ?? 0);
}

/** Whether the client is a browser rather than `curl`: it names HTML, where others take anything. */
export function wantsHtml(accept: string | undefined): boolean {
  return preferences(accept).some(({ value, q }) => value === "text/html" && q > 0);
}

/** Whether the client asks for a stream of server-sent events rather than for JSON. */
export function wantsEventStream(accept: string | undefined): boolean {
  const weights = new Map(preferences(accept).map(({ value, q }) => [value, q]));
  const stream = weights.get("text/event-stream") ?? 0;
  return stream > 0 && stream >= (weights.get("application/json") ?? 0);
}
