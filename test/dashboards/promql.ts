/** A metric with what its labels are compared with: the variable of a dashboard, or anything else. */
export interface Selector {
  readonly name: string;
  readonly labels: readonly string[];
  /** Variables of the dashboard, with the label that is compared with each. */
  readonly variables: readonly { readonly label: string; readonly variable: string; readonly operator: string }[];
}

/** What a PromQL expression asks for, as far as a linter needs it. */
export interface Uses {
  readonly selectors: readonly Selector[];
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
  const selectors: Selector[] = [];
  const rest = expression
    // A variable that is all of a text is kept: the selector needs it.
    .replace(/"(?:[^"\\]|\\.)*"/g, (text) => (/^"\$\w+\|?"$/.test(text) ? text : '""'))
    .replace(/\[[^\]]*\]/g, " ")
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, (_, list: string) => {
      grouped.push(...(list.match(/\w+/g) ?? []));
      return " ";
    })
    .replace(/([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}/g, (_, name: string, matchers: string) => {
      const all = [...matchers.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"(?:\$(\w+)\|?)?"/g)];
      selectors.push({
        name,
        labels: all.map(([, label = ""]) => label),
        variables: all.flatMap(([, label = "", operator = "", variable]) =>
          variable === undefined ? [] : [{ label, variable, operator }],
        ),
      });
      return " ";
    });
  for (const [name] of rest.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])/g))
    if (!words.has(name)) selectors.push({ name, labels: [], variables: [] });
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
