import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { inRoot } from "../paths.mjs";
import { cells } from "./cells.mjs";

const resultsFile = inRoot("docs/matrix-results.json");
const page = inRoot("docs/matrix.md");
const [begin, end] = ["<!-- results: begin -->", "<!-- results: end -->"];

const readResults = () => (existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, "utf8")) : {});

/** One line for a person. */
export function asLine({ id }, { version, passed, failed, skipped, seconds }) {
  const counts = `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`;
  return `${failed > 0 ? "✗" : "✓"} ${id} (${version}): ${counts}, ${seconds} s`;
}

/** Puts new results beside those of earlier runs, and renews the table. A cell without any result says so. */
export function writeDocs(fresh) {
  const results = { ...readResults(), ...fresh };
  const kept = Object.fromEntries(cells.filter(({ id }) => results[id] !== undefined).map(({ id }) => [id, results[id]]));
  writeFileSync(resultsFile, `${JSON.stringify(kept, null, 2)}\n`);
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`${page} has no place for the results: ${begin} and ${end}`);
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n${table(kept)}\n${text.slice(to)}`);
}

function table(results) {
  const rows = cells.map((cell) => {
    const result = results[cell.id];
    const name = `| ${cell.what} | ${cell.suite} | \`${cell.id}\` |`;
    if (result === undefined) return `${name} | not run | | | | | |`;
    const { version, passed, failed, skipped, seconds, date, commit } = result;
    return `${name} ${version} | ${passed.toLocaleString("en")} | ${failed} | ${skipped.length} | ${seconds} | ${date} | ${commit} |`;
  });
  const notes = cells.flatMap(({ id }) => [
    ...(results[id]?.failures ?? []).map((name) => `- \`${id}\` failed: ${name}`),
    ...(results[id]?.skipped ?? []).map((name) => `- \`${id}\` skipped: ${name}`),
  ]);
  return [
    Object.keys(results).length === 0
      ? "No cell has been run on this state of the program."
      : `Linux ${release()}, ${cpus().length} CPUs (${cpus()[0]?.model ?? "unknown"}).`,
    "",
    "| what | suite | cell | version | passed | failed | skipped | seconds | date | commit |",
    "|---|---|---|---|---:|---:|---:|---:|---|---|",
    ...rows,
    ...(notes.length > 0 ? ["", ...notes] : []),
  ].join("\n");
}
