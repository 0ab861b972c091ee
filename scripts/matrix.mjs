/**
 * `npm run matrix`: the suite on every version of Node, keepalived and FRR that is supported, each in a clone of HEAD. Root, Debian, x64.
 * Results and method: docs/matrix.md.
 *
 * Exit status: 0 every cell passed, 1 a cell failed, 2 wrong usage.
 */
import { parseArgs } from "node:util";
import { failed } from "./lib/exec.mjs";
import { cells } from "./lib/matrix/cells.mjs";
import { endChildren } from "./lib/matrix/children.mjs";
import { beAlone } from "./lib/matrix/places.mjs";
import { asLine, writeDocs } from "./lib/matrix/report.mjs";
import { prepare, runCell } from "./lib/matrix/run-cell.mjs";
import { isRoot } from "./lib/tools.mjs";

const usage = `usage: npm run matrix -- [options]
  --lab            the whole lab for each Node too (10 to 20 minutes each)
  --only CELLS     these cells only, by commas: ${cells.map(({ id }) => id).join(",")}
  --prepare        make what they need (Nodes, clones, Debian roots), and run nothing
  --lock FILE      hold this lock (flock) while tests of the lab run, on a machine where others run some too
  --docs           put the results into docs/matrix.md and docs/matrix-results.json; what is not run keeps its last result`;

function options() {
  const { values } = parseArgs({
    options: {
      lab: { type: "boolean", default: false },
      only: { type: "string" },
      prepare: { type: "boolean", default: false },
      lock: { type: "string" },
      docs: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const wanted = values.only?.split(",");
  const unknown = (wanted ?? []).find((id) => !cells.some((cell) => cell.id === id));
  if (unknown !== undefined) throw new Error(`no such cell: ${unknown}`);
  return { ...values, chosen: cells.filter(({ id, lab }) => (wanted === undefined ? values.lab || !lab : wanted.includes(id))) };
}

let asked;
try {
  asked = options();
} catch (error) {
  console.error(`${error.message}\n${usage}`);
  process.exit(2);
}
if (asked.help) {
  console.log(usage);
  process.exit(0);
}
if (!isRoot() || process.platform !== "linux" || process.arch !== "x64") {
  console.error("the matrix needs root on Linux x64: it makes Debian roots and network namespaces, and npm's Nodes are of that kind");
  process.exit(2);
}
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.once(signal, () => {
    interrupted = true;
    void endChildren().finally(() => process.exit(130));
  });

const results = {};
let release = () => {};
try {
  release = await beAlone();
  for (const cell of asked.chosen) {
    if (asked.prepare) {
      await prepare(cell);
      console.log(`ready: ${cell.id}`);
      continue;
    }
    const result = await runCell(cell, asked.lock);
    // Its result is that it was ended.
    if (interrupted) break;
    results[cell.id] = result;
    console.log(asLine(cell, results[cell.id]));
    for (const name of results[cell.id].failures) console.log(`    ${name}`);
    // After each cell: an interrupted run keeps what it has.
    if (asked.docs) writeDocs({ [cell.id]: results[cell.id] });
  }
  process.exitCode = Object.values(results).some(({ failed: count }) => count > 0) ? 1 : 0;
} catch (error) {
  process.exitCode = failed(error);
} finally {
  release();
}
