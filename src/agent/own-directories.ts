import { basename, dirname, join } from "node:path";
import type { Config } from "../config/schema.ts";
import type { OwnDirectory } from "./privileges/directories.ts";
import { LOCK_FILE } from "./state-lock/state-lock.ts";

const STATE_MODE = 0o750;
/** Notify scripts of other users pass through it to the socket. */
const RUN_MODE = 0o755;

/** The directories in which the agent makes files, with what it makes there: that of the state, and those of the FIFO and the sockets. */
export function ownDirectories(config: Config): readonly OwnDirectory[] {
  const { keepalived, state_directory, web } = config;
  const files = [
    keepalived.notify_fifo,
    keepalived.notify_socket,
    join(dirname(keepalived.notify_socket), "notify-spool"),
    web.control_socket,
    ...web.listen.flatMap((address) => (address.kind === "unix" ? [address.path] : [])),
  ];
  const names = new Map<string, { readonly mode: number; readonly names: string[] }>([
    [state_directory, { mode: STATE_MODE, names: ["alerts", "incidents", "silences.json", LOCK_FILE] }],
  ]);
  for (const file of files) {
    const directory = names.get(dirname(file)) ?? { mode: RUN_MODE, names: [] };
    directory.names.push(basename(file));
    names.set(dirname(file), directory);
  }
  return [...names].map(([path, directory]) => ({ path, ...directory }));
}
