/** Sum over all series of a metric in a text exposition; 0 where it has none. */
export function sum(text, name) {
  let total = 0;
  for (const value of values(text, name)) total += value;
  return total;
}

/** How many series a metric has. */
export const series = (text, name) => values(text, name).length;

/** How many samples the whole exposition has. */
export const samples = (text) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;

/** The values of a metric, one for each series. Label values may hold any character but a line end. */
function values(text, name) {
  const found = [];
  for (let at = text.indexOf(`\n${name}`); at !== -1; at = text.indexOf(`\n${name}`, at + 1)) {
    const next = text[at + 1 + name.length];
    if (next !== "{" && next !== " ") continue;
    const end = text.indexOf("\n", at + 1);
    const line = text.slice(at + 1, end === -1 ? undefined : end);
    const rest = next === "{" ? line.slice(line.lastIndexOf("} ") + 2) : line.slice(name.length + 1);
    found.push(Number(rest.split(" ")[0]));
  }
  return found;
}
