const special = /[\\"\n]/;

/** A label value as both exposition formats want it between the quotes. */
export function escapeLabelValue(value: string): string {
  if (!special.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** `name="value"`, the value escaped. `name` comes from the catalogue and is a legal label name. */
export function pair(name: string, value: string): string {
  return `${name}="${escapeLabelValue(value)}"`;
}

/** Text of labels: a string, or its UTF-8 where it is written again and again. */
export type LabelText = string | Uint8Array;

/** The bytes of text that is written at every scrape. */
export function encoded(text: string): Uint8Array {
  return Buffer.from(text);
}

/** A help text: the text format escapes backslash and newline, OpenMetrics the double quote besides. */
export function escapeHelp(help: string, quotes: boolean): string {
  const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return quotes ? escaped.replaceAll('"', '\\"') : escaped;
}
