import { existsSync, readFileSync } from "node:fs";

/** What a thread runs: the first argument of `Worker`, and its option `eval`. */
export interface ThreadProgram {
  readonly program: string | URL;
  readonly eval: boolean;
}

/**
 * What a thread of its own runs. The bundle's text is read along with the program: when a thread is wanted the agent may have become a
 * user who cannot come to its folder. A program that was not bundled has its file.
 * @param name of the module that the thread runs, without its ending, beside the caller; the bundle has it as NAME.cjs
 * @param caller the caller's `import.meta.url`
 */
export function threadProgram(name: string, caller: string): ThreadProgram {
  const bundled = new URL(`./${name}.cjs`, caller);
  if (existsSync(bundled)) return { program: readFileSync(bundled, "utf8"), eval: true };
  return { program: new URL(`./${name}${caller.endsWith(".ts") ? ".ts" : ".js"}`, caller), eval: false };
}
