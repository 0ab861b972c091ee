import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";

/** A root file system that only a mount namespace of its own knows. */
export interface Layer {
  /** Where it is, inside that namespace. */
  readonly root: string;
  /** What a command is run with to be in the namespace. */
  readonly enter: readonly string[];
  close(): void;
}

const script = `set -e
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" "$4"
mount -t proc proc "$4/proc"
mount -t tmpfs -o mode=0755 tmpfs "$4/run"
echo ready
exec sleep infinity`;

/** Mounts a layer in `folder` above `base`. It ends with this process at the latest, and with it all its mounts. */
export async function openLayer(base: string, folder: string): Promise<Layer> {
  const [upper, work, root] = ["upper", "work", "root"].map((name) => path.join(folder, name)) as [string, string, string];
  for (const made of [upper, work, root]) mkdirSync(made, { mode: 0o755 });
  const holder = spawn(
    "setpriv",
    ["--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", base, upper, work, root],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  holder.stderr.on("data", (text) => {
    said += String(text);
  });
  const ready = once(holder.stdout, "data").then(() => true);
  const ended = once(holder, "exit").then(() => false);
  if (!(await Promise.race([ready, ended])) || holder.pid === undefined) throw new Error(`no layer above ${base}: ${said}`);
  return { root, enter: ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`], close: () => void holder.kill("SIGKILL") };
}
