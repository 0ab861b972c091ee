import { readdirSync } from "node:fs";
import path from "node:path";
import { root } from "../contract/repository.ts";
import { run } from "../lab/framework/shell.ts";

/** Runs `npm pack` as a release does, and returns the tarball's path. The build that the tests run against is packed. */
export async function npmTarball(folder: string): Promise<string> {
  await run("npm", ["pack", "--pack-destination", folder], { cwd: root, timeout: 180_000 });
  const name = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  if (name === undefined) throw new Error(`npm pack left no tarball in ${folder}`);
  return path.join(folder, name);
}

/** Builds the Debian package with a version of one's choice, and returns its path. */
export async function debianPackage(folder: string, version?: string): Promise<string> {
  const chosen = version === undefined ? [] : ["--version", version];
  const before = new Set(readdirSync(folder));
  await run(process.execPath, ["scripts/deb.mjs", "--output", folder, ...chosen], { cwd: root, timeout: 180_000 });
  const name = readdirSync(folder).find((file) => file.endsWith(".deb") && !before.has(file));
  if (name === undefined) throw new Error(`scripts/deb.mjs left no package in ${folder}`);
  return path.join(folder, name);
}
