import path from "node:path";
import type { Host } from "../lab/framework/host.ts";
import type { Lab } from "../lab/framework/lab.ts";

const MEGABYTES = 64;

/** The state directory of the agent on a host, as `Agent` lays it out. */
export const stateDirectory = (lab: Lab, { name }: Host, agent = "agent"): string => path.join(lab.folder(`${agent}-${name}`), "state");

/** A command line before the agent's: its state directory is a small file system of its own, which goes with the process. */
export const onSmallDisk = (lab: Lab, host: Host): readonly string[] => [
  ...["unshare", "--mount", "sh", "-c"],
  `mkdir -p "$0" && mount -t tmpfs -o size=${MEGABYTES}m tmpfs "$0" && exec "$@"`,
  stateDirectory(lab, host),
];
