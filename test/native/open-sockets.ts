import { readdirSync, readlinkSync } from "node:fs";

/** How many sockets this process has open; other descriptors come and go with Node's own work. */
export function openSockets(): number {
  return readdirSync("/proc/self/fd").filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith("socket:");
    } catch {
      return false; // the descriptor of the listing itself
    }
  }).length;
}
