// `npm run deb`: the Debian package, from what `npm pack` ships. The same commit gives the same bytes: see SOURCE_DATE_EPOCH.
//   node scripts/deb.mjs [--output DIRECTORY] [--version VERSION]
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { stage } from "./lib/deb-tree.mjs";
import { capture, failed, must, StepError } from "./lib/exec.mjs";
import { inRoot, root } from "./lib/paths.mjs";

const architectures = { x64: "amd64", arm64: "arm64" };

/** When the package was made, as far as its contents say: the time of the commit, so that it can be made again. */
function sourceDate() {
  const given = process.env.SOURCE_DATE_EPOCH ?? capture("git", ["log", "-1", "--format=%ct"]).stdout.trim();
  if (!/^\d+$/.test(given)) throw new StepError("set SOURCE_DATE_EPOCH (seconds since 1970): there is no commit to take the time from");
  return Number(given);
}

function readOptions() {
  const { version } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  const { values } = parseArgs({ options: { output: { type: "string", default: root }, version: { type: "string", default: version } } });
  const architecture = architectures[process.arch];
  if (architecture === undefined) throw new StepError(`there is no Debian package for ${process.arch}: install from npm`);
  return { ...values, architecture, epoch: sourceDate() };
}

const work = mkdtempSync(path.join(tmpdir(), "vrrpwatch-deb-"));
try {
  const options = readOptions();
  await must("npm pack", "npm", ["pack", "--silent", "--pack-destination", work]);
  const tree = await stage(work, options);
  const file = path.resolve(options.output, `vrrpwatch_${options.version}_${options.architecture}.deb`);
  // One thread: how the work is split over several would show in the bytes.
  await must("dpkg-deb", "dpkg-deb", ["--root-owner-group", "--threads-max=1", "-Zxz", "--build", tree, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(options.epoch) },
  });
} catch (error) {
  process.exitCode = failed(error);
} finally {
  rmSync(work, { recursive: true, force: true });
}
