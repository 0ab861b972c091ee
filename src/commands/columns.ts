/** Lines of cells as a table with aligned columns, each line with its end. Cells must be printable. */
export function columns(lines: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const line of lines) for (const [index, { length }] of line.entries()) widths[index] = Math.max(widths[index] ?? 0, length);
  const text = (line: readonly string[]): string =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  return lines.map((line) => `${text(line)}\n`).join("");
}
