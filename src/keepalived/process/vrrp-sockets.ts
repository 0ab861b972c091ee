import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { passShortage } from "../../lib/system-code.ts";

/** IP protocol 112 as /proc/net/raw shows it: the "port" of a raw socket is its protocol. */
const VRRP = "0070";

/**
 * The inodes of the raw VRRP sockets in a text of /proc/net/raw or /proc/net/raw6. What cannot be read is left out; never throws.
 * @see Linux net/ipv4/raw.c, raw_sock_seq_show: `sl local:protocol remote:0 st tx:rx tr:when retrnsmt uid timeout inode ...`
 */
export function vrrpSocketInodes(text: string): readonly string[] {
  const inodes: string[] = [];
  for (const line of text.split("\n")) {
    const fields = line.trim().split(/\s+/);
    const inode = fields[9];
    if (fields[1]?.endsWith(`:${VRRP}`) === true && inode !== undefined && /^\d+$/.test(inode)) inodes.push(inode);
  }
  return inodes;
}

/**
 * Reads which raw VRRP sockets there are in this network namespace. Anybody may read it, also where the processes behind the
 * sockets are hidden (another PID namespace, hidepid).
 * @returns undefined where the kernel does not say
 * @throws a shortage (`isShortage`)
 */
export async function readVrrpSockets(procRoot = "/proc"): Promise<ReadonlySet<string> | undefined> {
  const read = (name: string): Promise<string | undefined> =>
    readFile(join(procRoot, name), "latin1").catch((error: unknown) => {
      passShortage(error);
      return undefined;
    });
  const texts = await Promise.all([read("net/raw"), read("net/raw6")]);
  if (texts.every((text) => text === undefined)) return undefined;
  return new Set(texts.flatMap((text) => vrrpSocketInodes(text ?? "")));
}

/** How many of the sockets that were there are gone. */
export type Gone = "none" | "some" | "all";

/**
 * Sees reloads: on SIGHUP keepalived closes its VRRP sockets and opens them anew (vrrp_daemon.c, reload_vrrp_thread; seen with
 * 2.2.7), so that none of the old inodes is left. No other trace of a reload is open to everybody. Where some are left, an interface was
 * made anew, or there is another VRRP speaker, and nobody may see whose sockets they are: one of the two has reloaded or ended.
 */
export class ReloadDetector {
  #known: ReadonlySet<string> = new Set();

  /** @returns how many of the sockets of the last look are gone: all of them is a reload, some may be one. */
  look(sockets: ReadonlySet<string>): Gone {
    const before = this.#known;
    if (sockets.size === 0) return "none"; // between closing and opening, or nobody is there
    this.#known = sockets;
    const gone = [...before].filter((inode) => !sockets.has(inode)).length;
    if (gone === 0) return "none";
    return gone === before.size ? "all" : "some";
  }

  /** Another process has other sockets: that is no reload. */
  forget(): void {
    this.#known = new Set();
  }
}
