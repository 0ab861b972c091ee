// `npm run audit`: asks the registry for known vulnerabilities of everything in package-lock.json. Status 0: none; 1: some, each is named,
// and whether it is part of the program or a tool that only developers run; 3: nobody answered, so nothing is known. Not a part of
// `npm test`, whose result must not hang on a network, nor change when nobody has changed anything.
import { spawnSync } from "node:child_process";
import { npmEnvironment } from "./lib/dependencies.mjs";
import { root } from "./lib/paths.mjs";
import { shippedPackages } from "./lib/shipped-packages.mjs";

const LIMIT_MS = 60_000;

// `--omit=dev` would leave out what is bundled into dist/.
const { stdout, error } = spawnSync("npm", ["audit", "--json", "--package-lock-only"], {
  cwd: root,
  env: npmEnvironment(),
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
  timeout: LIMIT_MS,
});
const report = parse(stdout ?? "");
if (report?.vulnerabilities === undefined || report.metadata === undefined) {
  console.error(`not asked: ${error?.message ?? report?.message ?? "npm audit gave no report"}; run it where the registry answers audits`);
  process.exitCode = 3;
} else tell(report);

function tell({ vulnerabilities, metadata }) {
  const shipped = shippedPackages().packages;
  const found = Object.values(vulnerabilities);
  for (const { name, severity, via, range, nodes } of found) {
    const where = nodes.some((at) => shipped.has(at)) ? "part of the program" : "a tool of developers";
    const what = via.map((cause) => (typeof cause === "string" ? `by ${cause}` : `${cause.title} ${cause.url}`)).join("; ");
    console.error(`${name} ${range}: ${severity}, ${where}: ${what}`);
  }
  console.log(`${metadata.dependencies.total} packages asked for, ${found.length} of them with known vulnerabilities`);
  if (found.length > 0) process.exitCode = 1;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
