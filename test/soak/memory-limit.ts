import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const ROOT = "/sys/fs/cgroup";

export interface MemoryLimit {
  /** What holds the agent to it, as a clause. */
  readonly by: string;
  /** The command line before the agent's. */
  readonly wrapper: readonly string[];
  /** To be called when the agent has ended. */
  readonly remove: () => void;
}

/**
 * Holds a process to a number of bytes by a control group of its own where this machine has the second version with its memory
 * controller. Elsewhere by V8's own limit on the heap, which leaves out buffers and code: what the whole process needs is then
 * only measured.
 */
export function memoryLimit(bytes: number): MemoryLimit {
  if (!hasMemoryController())
    return {
      by: "`--max-old-space-size`, five eighths of it, and the process's own memory measured twice a second: this machine has no memory controller in version 2 of its control groups",
      wrapper: ["env", `NODE_OPTIONS=--max-old-space-size=${Math.floor((bytes * 5) / 8 / 1_048_576)}`],
      remove: () => undefined,
    };
  const group = path.join(ROOT, `vrrpwatch-soak-${process.pid}`);
  const remove = (): void => {
    try {
      rmdirSync(group);
    } catch {
      // Gone already.
    }
  };
  mkdirSync(group);
  // After the lab's own clean-up, which ends the processes in it.
  process.once("exit", remove);
  writeFileSync(path.join(group, "memory.max"), String(bytes));
  return { by: "a control group (`memory.max`)", wrapper: ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', group], remove };
}

function hasMemoryController(): boolean {
  try {
    return readFileSync(path.join(ROOT, "cgroup.subtree_control"), "utf8").split(/\s+/).includes("memory");
  } catch {
    return false;
  }
}
