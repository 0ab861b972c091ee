import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "../lab/framework/shell.ts";

/** A release that has a Node that the program runs on. */
export const RELEASE = "trixie";
const KEPT_MS = 3 * 86_400_000;

/**
 * A minimal Debian in a folder, made by debootstrap from the archive that this machine's apt uses. It is made once and kept for some days
 * under the temporary directory; tests work on a layer above it.
 */
export async function debianBase(): Promise<string> {
  const kept = path.join(tmpdir(), `vrrpwatch-debian-${RELEASE}`);
  if (existsSync(kept)) {
    if (Date.now() - statSync(kept).mtimeMs < KEPT_MS) return kept;
    rmSync(kept, { recursive: true, force: true });
  }
  const making = mkdtempSync(path.join(tmpdir(), "vrrpwatch-making-"));
  try {
    const debootstrap = ["debootstrap", "--variant=minbase", RELEASE, making, await archive()];
    // What it mounts ends with its own mount namespace, also where it is killed.
    await run("unshare", ["--mount", "--propagation", "private", ...debootstrap], { timeout: 400_000 });
    for (const file of readdirSync(path.join(making, "var/cache/apt/archives")).filter((entry) => entry.endsWith(".deb")))
      rmSync(path.join(making, "var/cache/apt/archives", file));
    // No service starts in it, as none would in a container.
    writeFileSync(path.join(making, "usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n");
    chmodSync(path.join(making, "usr/sbin/policy-rc.d"), 0o755);
    for (const file of ["/etc/resolv.conf", "/etc/hosts"]) copyFileSync(file, path.join(making, file));
    chmodSync(making, 0o755);
    // Another run of the tests may have been faster: then its folder is as good.
    if (!existsSync(kept)) renameSync(making, kept);
    return kept;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** The address of Debian's archive, from this machine's own sources. */
async function archive(): Promise<string> {
  const ask = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian", "Label: Debian"];
  const [first] = (await run("apt-get", ask)).split("\n");
  if (!first) throw new Error("apt knows no archive of Debian: run apt-get update");
  return first;
}
