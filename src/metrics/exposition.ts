import { escapeHelp } from "./escape.ts";
import type { Emit, MetricType } from "./metric.ts";
import { sampleValue } from "./number.ts";

/** `text` is the Prometheus text format 0.0.4, `openmetrics` is OpenMetrics 1.0. */
export type ExpositionFormat = "text" | "openmetrics";

/** Units that a family's name may end in, where OpenMetrics wants them stated. */
const units = ["seconds", "ratio", "bytes"];

interface FamilyHeading {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
}

/** OpenMetrics names the family of a counter without `_total`, and that of an info without `_info`. */
function familyName({ name, type }: FamilyHeading): string {
  if (type === "counter") return name.replace(/_total$/, "");
  if (type === "info") return name.replace(/_info$/, "");
  return name;
}

function heading(family: FamilyHeading, format: ExpositionFormat): string {
  if (format === "text") {
    const type = family.type === "info" ? "gauge" : family.type;
    return `# HELP ${family.name} ${escapeHelp(family.help, false)}\n# TYPE ${family.name} ${type}\n`;
  }
  const name = familyName(family);
  const unit = units.find((known) => name.endsWith(`_${known}`));
  const unitLine = unit === undefined ? "" : `# UNIT ${name} ${unit}\n`;
  return `# TYPE ${name} ${family.type}\n${unitLine}# HELP ${name} ${escapeHelp(family.help, true)}\n`;
}

/**
 * Writes families one after the other. A family without a sample leaves no trace, and NaN is never written.
 * Each family becomes bytes at once: as one long string of many pieces it would cost the garbage collector more than the writing.
 */
export class ExpositionWriter {
  readonly #format: ExpositionFormat;
  readonly #parts: Buffer[] = [];

  constructor(format: ExpositionFormat) {
    this.#format = format;
  }

  /** @param collect calls its argument once a sample; it must not throw */
  family(family: FamilyHeading, collect: (emit: Emit) => void): void {
    let text = "";
    const { name } = family;
    collect((labels, value, suffix) => {
      if (Number.isNaN(value)) return;
      const sample = suffix === undefined ? name : name + suffix;
      text += labels === "" ? `${sample} ${sampleValue(value)}\n` : `${sample}{${labels}} ${sampleValue(value)}\n`;
    });
    if (text !== "") this.#parts.push(Buffer.from(heading(family, this.#format) + text));
  }

  /** Ends the exposition: OpenMetrics wants a mark, so that a cut-off answer is told from a whole one. */
  finish(): Buffer {
    if (this.#format === "openmetrics") this.#parts.push(Buffer.from("# EOF\n"));
    return Buffer.concat(this.#parts);
  }
}

/** The media type of an answer in this format. */
export function contentType(format: ExpositionFormat): string {
  return format === "openmetrics"
    ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
    : "text/plain; version=0.0.4; charset=utf-8";
}
