import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../contract/repository.ts";
import { environment, run } from "../lab/framework/shell.ts";
import { debianBase } from "./debian-base.ts";

const IMAGE = "localhost/vrrpwatch";
/** What the Dockerfile is built from: no registry is asked, so it is made here, with this machine's Node. */
const BASE = "docker.io/library/node:22-trixie-slim";

export interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly StopSignal: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/** buildah with a storage of its own, which is gone with its folder. */
export class Containers {
  readonly folder = mkdtempSync(path.join(tmpdir(), "vrrpwatch-buildah-"));

  /** Builds the Dockerfile as it stands. */
  async build(version: string): Promise<void> {
    await this.#makeBase();
    const args = ["--build-arg", `VERSION=${version}`, "--build-arg", "REVISION=0123456789ab"];
    await this.#buildah(["build", "--isolation", "chroot", "--pull=never", "--format", "docker", ...args, "--tag", IMAGE, root], 500_000);
  }

  async config(): Promise<ImageConfig> {
    const { Docker } = JSON.parse(await this.#buildah(["inspect", "--type", "image", IMAGE])) as { Docker: { config: ImageConfig } };
    return Docker.config;
  }

  /** A container's root file system, as a folder. */
  async mount(): Promise<string> {
    const container = (await this.#buildah(["from", "--pull=never", IMAGE])).trim();
    return (await this.#buildah(["mount", container])).trim();
  }

  close(): void {
    spawnSync("buildah", [...this.#storage, "rm", "--all"], { env: environment });
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #storage(): string[] {
    return ["--storage-driver", "vfs", "--root", path.join(this.folder, "root"), "--runroot", path.join(this.folder, "run")];
  }

  #buildah(args: readonly string[], timeout = 120_000): Promise<string> {
    return run("buildah", [...this.#storage, ...args], { timeout });
  }

  /** Debian as debootstrap makes it, and Node where the official image has it. */
  async #makeBase(): Promise<void> {
    const debian = await debianBase();
    const container = (await this.#buildah(["from", "scratch"])).trim();
    const folder = (await this.#buildah(["mount", container])).trim();
    cpSync(debian, folder, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => !/\/(dev|proc|sys)\/./.test(file.slice(debian.length)),
    });
    await putNode(path.join(folder, "usr/local"));
    const settings = certificates(folder).flatMap((setting) => ["--env", setting]);
    await this.#buildah(["config", "--env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...settings, container]);
    await this.#buildah(["commit", "--rm", container, BASE]);
  }
}

/** Node, npm and Node's headers. */
async function putNode(prefix: string): Promise<void> {
  mkdirSync(path.join(prefix, "bin"), { recursive: true });
  copyFileSync(realpathSync(process.execPath), path.join(prefix, "bin/node"));
  const npm = path.resolve(path.dirname(realpathSync((await run("sh", ["-c", "command -v npm"])).trim())), "..");
  cpSync(npm, path.join(prefix, "lib/node_modules/npm"), { recursive: true });
  await run("ln", ["-s", "../lib/node_modules/npm/bin/npm-cli.js", path.join(prefix, "bin/npm")]);
  const headers = path.resolve(path.dirname(realpathSync(process.execPath)), "../include/node");
  if (existsSync(headers)) cpSync(headers, path.join(prefix, "include/node"), { recursive: true });
}

/** Where this machine's registry needs certificates of its own, the build needs them, too. */
function certificates(folder: string): string[] {
  const bundle = process.env["NODE_EXTRA_CA_CERTS"];
  if (bundle === undefined || !existsSync(bundle)) return [];
  copyFileSync(bundle, path.join(folder, "usr/local/share/extra-ca.pem"));
  return ["NODE_EXTRA_CA_CERTS=/usr/local/share/extra-ca.pem"];
}
