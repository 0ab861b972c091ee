/** What a PromQL expression asks for, as far as a linter needs it. */
export interface Uses {
  readonly selectors: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels of `by`, `on` and their like. */
  readonly grouped: readonly string[];
  /** Labels that the expression makes itself. */
  readonly made: readonly string[];
}

const words = new Set(["and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right"]);

/** Reads an expression without comments. That it parses at all is promtool's to say. */
export function usesOf(expression: string): Uses {
  const made = [...expression.matchAll(/\blabel_(?:replace|join)\s*\(/g)].map(({ index }) => firstText(expression, index));
  const grouped: string[] = [];
  const selectors: { name: string; labels: string[] }[] = [];
  const rest = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\[[^\]]*\]/g, " ")
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, (_, list: string) => {
      grouped.push(...(list.match(/\w+/g) ?? []));
      return " ";
    })
    .replace(/([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}/g, (_, name: string, matchers: string) => {
      selectors.push({ name, labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label) });
      return " ";
    });
  for (const [name] of rest.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])/g))
    if (!words.has(name)) selectors.push({ name, labels: [] });
  return { selectors, grouped, made };
}

/** The label that a function makes is the first text among its own arguments: those before it are in deeper parentheses or braces. */
function firstText(expression: string, from: number): string {
  let depth = 0;
  for (const [token] of expression.slice(from).matchAll(/"(?:[^"\\]|\\.)*"|[(){}]/g)) {
    if (token === "(" || token === "{") depth += 1;
    else if (token === ")" || token === "}") depth -= 1;
    else if (depth === 1) return token.slice(1, -1);
  }
  return "";
}
