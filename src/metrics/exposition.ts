import { encoded, escapeHelp, type LabelText } from "./escape.ts";
import type { Emit, MetricType, Suffix } from "./metric.ts";
import type { Output } from "./output.ts";

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

const [space, newline, closingBrace] = [0x20, 0x0a, 0x7d];

/** Writes families one after the other. A family without a sample leaves no trace, and NaN is never written. */
export class ExpositionWriter {
  readonly #output: Output;
  readonly #format: ExpositionFormat;

  constructor(output: Output, format: ExpositionFormat) {
    this.#output = output;
    this.#format = format;
  }

  /** Begins a family. What it returns writes the family's samples, until the next family begins. */
  family(family: FamilyHeading): Emit {
    const output = this.#output;
    const name = (suffix: Suffix): Uint8Array => encoded(`${family.name}${suffix}{`);
    const names = { "": name(""), _bucket: name("_bucket"), _sum: name("_sum"), _count: name("_count") };
    let headed = false;
    return (value, labels = "", more = "", suffix = "") => {
      if (Number.isNaN(value)) return;
      if (!headed) output.text(heading(family, this.#format));
      headed = true;
      if (labels.length === 0) {
        output.text(family.name + suffix);
      } else {
        output.bytes(names[suffix]);
        this.#labels(labels);
        this.#labels(more);
        output.byte(closingBrace);
      }
      output.byte(space);
      output.number(value);
      output.byte(newline);
    };
  }

  /** Ends the exposition: OpenMetrics wants a mark, so that a cut-off answer is told from a whole one. */
  end(): void {
    if (this.#format === "openmetrics") this.#output.text("# EOF\n");
    this.#output.end();
  }

  #labels(labels: LabelText): void {
    if (typeof labels === "string") this.#output.text(labels);
    else this.#output.bytes(labels);
  }
}

/** The media type of an answer in this format. */
export function contentType(format: ExpositionFormat): string {
  return format === "openmetrics"
    ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
    : "text/plain; version=0.0.4; charset=utf-8";
}
