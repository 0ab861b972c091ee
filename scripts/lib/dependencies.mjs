import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { capture, must } from "./exec.mjs";
import { inRoot } from "./paths.mjs";

/** The environment for npm and node-gyp: headers that came with this Node are used, so that none are downloaded. */
export function npmEnvironment() {
  const prefix = path.resolve(path.dirname(process.execPath), "..");
  const header = path.join(prefix, "include/node/node_version.h");
  const matches =
    existsSync(header) && readFileSync(header, "utf8").includes(`#define NODE_MAJOR_VERSION ${process.versions.node.split(".")[0]}\n`);
  return matches ? { ...process.env, npm_config_nodedir: prefix } : process.env;
}

/** Runs `npm ci` where node_modules is not what package-lock.json says. Returns whether it had to. */
export async function ensureDependencies() {
  if (dependenciesMatch()) return false;
  console.log("» npm ci");
  await must("npm ci", "npm", ["ci", "--no-audit", "--no-fund"], { env: npmEnvironment() });
  return true;
}

export function dependenciesMatch() {
  const { packages } = JSON.parse(readFileSync(inRoot("package-lock.json"), "utf8"));
  return Object.entries(packages).every(([where, wanted]) => {
    if (where === "" || wanted.optional) return true;
    try {
      // Some write `v0.0.21` into theirs, which npm reads as 0.0.21.
      return JSON.parse(readFileSync(inRoot(where, "package.json"), "utf8")).version.replace(/^v/, "") === wanted.version;
    } catch {
      return false;
    }
  });
}

/** Whether npm pcap loads: it is optional, must be compiled, and needs that again for each Node major. */
export const pcapLoads = () => capture(process.execPath, ["-e", 'require("pcap")']).ok;

/** Compiles npm pcap where libpcap's headers are there and it does not load yet. */
export async function ensurePcap() {
  if (pcapLoads() || !existsSync("/usr/include/pcap.h")) return;
  const env = npmEnvironment();
  if (existsSync(inRoot("node_modules/pcap/package.json"))) {
    console.log("» compiling npm pcap");
    await must("the compilation of npm pcap", "npm", ["rebuild", "pcap"], { env });
  } else {
    // npm leaves an optional package out where its compilation failed, so the whole installation is due again.
    console.log("» npm ci (npm pcap was left out before)");
    await must("npm ci", "npm", ["ci", "--no-audit", "--no-fund"], { env });
  }
}
