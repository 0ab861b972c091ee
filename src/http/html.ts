/** Text that is HTML already. Only `html` makes it, so that nothing from the network gets into a page unescaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Html | string | number | null | readonly Piece[];

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Escaped for text and for attribute values in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

function piece(value: Piece): string {
  if (value === null) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(piece).join("");
  return escapeHtml(String(value));
}

/** A template whose values are escaped, but for those that are `Html`; null is nothing, a list is its members one after the other. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  let text = strings[0] ?? "";
  for (const [index, value] of values.entries()) text += piece(value) + (strings[index + 1] ?? "");
  return new Html(text);
}
