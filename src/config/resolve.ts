import { resolve as resolvePath } from "node:path";
import type * as z from "zod";
import { patternProblem, patternsProblem } from "../lib/interface-names.ts";
import { parseListen } from "../lib/listen.ts";
import { readAtMost } from "../lib/read-file.ts";
import { err, ok, type Result } from "../lib/result.ts";
import { largestFile } from "./document.ts";
import { loadConfig } from "./load.ts";
import type { ConfigProblem } from "./problems.ts";
import { type Config, defaultConfig } from "./schema.ts";
import { logSection } from "./sections/log.ts";

/** Read when no `--config` is given and it exists. */
export const defaultConfigPath = "/etc/vrrpwatch/config.yaml";

/** What the command line may say. Empty lists and left out settings say nothing. */
export interface ConfigFlags {
  readonly interface?: readonly string[] | undefined;
  readonly listen?: readonly string[] | undefined;
  readonly stateDirectory?: string | undefined;
  readonly logLevel?: string | undefined;
}

/** Puts the flags over the file: a flag wins, and a list given by flags replaces the whole list of the file. */
export function resolveConfig(file: Config, flags: ConfigFlags): Result<Config, ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const given = new Set(file.given);
  const refuse = (flag: string, message: string): void => void problems.push({ file: null, line: null, column: null, path: flag, message });

  let { capture, web, log, state_directory } = file;
  if (flags.interface !== undefined && flags.interface.length > 0) {
    for (const pattern of flags.interface) {
      const problem = patternProblem(pattern);
      if (problem !== null) refuse("--interface", problem);
    }
    const together = patternsProblem(flags.interface);
    if (together !== null) refuse("--interface", together);
    capture = { ...capture, interfaces: flags.interface };
    given.add("capture.interfaces");
  }
  if (flags.listen !== undefined && flags.listen.length > 0) {
    const listen = flags.listen.map(parseListen);
    for (const address of listen) if (!address.ok) refuse("--listen", address.error);
    web = { ...web, listen: listen.flatMap((address) => (address.ok ? [address.value] : [])) };
    given.add("web.listen");
  }
  if (flags.stateDirectory !== undefined) {
    if (flags.stateDirectory === "") refuse("--state-directory", "must be a path");
    state_directory = resolvePath(flags.stateDirectory);
    given.add("state_directory");
  }
  if (flags.logLevel !== undefined) {
    const parsed = logSection.safeParse({ level: flags.logLevel }, { reportInput: true });
    if (parsed.success) log = parsed.data;
    else refuse("--log-level", firstMessage(parsed.error));
    given.add("log.level");
  }
  return problems.length > 0 ? err(problems) : ok({ ...file, capture, web, log, state_directory, given: [...given] });
}

const firstMessage = (error: z.ZodError): string => error.issues[0]?.message ?? "not valid";

export interface ReadConfig {
  readonly config: Config;
  /** The file that was read; null where there was none and the defaults hold. */
  readonly file: string | null;
  /** The file holds nothing, not even a comment. */
  readonly isBlank: boolean;
}

type Loaded = Result<Config, ConfigProblem[]>;

/**
 * Reads the file and puts the flags over it. Without `file` the default path is read if it exists. Never throws for what a user may do wrong.
 * @param load `loadConfig`, or what does the same elsewhere
 */
export async function readConfig(
  file: string | undefined,
  flags: ConfigFlags = {},
  load: (text: string, file: string) => Loaded | Promise<Loaded> = loadConfig,
): Promise<Result<ReadConfig, ConfigProblem[]>> {
  const path = file ?? defaultConfigPath;
  const text = await readText(path, file === undefined);
  if (!text.ok) return err([{ file: path, line: null, column: null, path: "", message: text.error }]);
  const loaded = text.value === null ? ok(defaultConfig()) : await load(text.value, path);
  // Problems of the flags are listed together with those of the file.
  const resolved = resolveConfig(loaded.ok ? loaded.value : defaultConfig(), flags);
  if (!loaded.ok || !resolved.ok) return err([...(loaded.ok ? [] : loaded.error), ...(resolved.ok ? [] : resolved.error)]);
  return ok({ config: resolved.value, file: text.value === null ? null : path, isBlank: text.value?.trim() === "" });
}

/** The text of a file of configuration; null: there is no file, and that is allowed. Never throws for what a user may do wrong. */
export async function readText(path: string, mayBeAbsent: boolean): Promise<Result<string | null, string>> {
  let bytes: Uint8Array;
  try {
    bytes = await readAtMost(path, largestFile + 1);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (mayBeAbsent && (code === "ENOENT" || code === "ENOTDIR")) return ok(null);
    return err(readFailures[code] ?? `cannot be read (${code === "" ? String(error) : code})`);
  }
  if (bytes.length > largestFile) return err("the file is larger than 1 MiB, which no configuration of vrrpwatch needs");
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return err("is not UTF-8 text");
  }
}

const readFailures: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EACCES: "may not be read by this user: check the file's mode and owner",
  EISDIR: "is a directory, not a file",
  ELOOP: "is a symbolic link that leads back to itself",
  ENAMETOOLONG: "has too long a name",
  NOT_REGULAR: "is a pipe, socket or device: the configuration must be a regular file",
};
