import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CaptureError } from "./errors.ts";

export interface PacketSocketOptions {
  /** Memory shared with the kernel; whole pages, a multiple of `blockBytes`. Default 8 MiB. */
  readonly ringBytes?: number;
  readonly blockBytes?: number;
  /** A frame is handed over at most this many milliseconds after it arrived. Default 2. */
  readonly retireMs?: number;
}

/** One AF_PACKET socket for all Ethernet devices (native/packet_socket.h). */
export interface NativePacketSocket {
  /** Copies records into `slab` (see records.ts) and returns how many; 0 = nothing more for now. */
  read(slab: Uint8Array): number;
  /** Frames that the kernel dropped since the socket was opened. */
  drops(): number;
  close(): void;
}

export interface NetlinkSocketOptions {
  /** Bit mask of RTMGRP_* */
  readonly groups: number;
  readonly receiveBytes?: number;
}

/** Route events of the kernel (native/netlink_socket.h). */
export interface NativeNetlinkSocket {
  /** At most 64 datagrams; null where the kernel dropped some. */
  read(): (Buffer | null)[];
  close(): void;
}

declare const membership: unique symbol;
export type MembershipHandle = { readonly [membership]: true };

/** The addon's functions. System calls that fail throw an Error with `code`, `errno` and `syscall`. */
export interface Native {
  readonly PacketSocket: new (options: PacketSocketOptions, onReadable: () => void) => NativePacketSocket;
  readonly NetlinkSocket: new (options: NetlinkSocketOptions, onReadable: () => void) => NativeNetlinkSocket;
  /** Joins 224.0.0.18 or ff02::12 on the interface. */
  joinGroup(family: 4 | 6, interfaceIndex: number): MembershipHandle;
  leaveGroup(handle: MembershipHandle): void;
  /** mkfifo(3); the mode is subject to the umask. */
  makeFifo(path: string, mode: number): void;
  /** flock(2): whether the open file is now this process's alone. */
  tryLock(fd: number): boolean;
  /** The account of a name or an id, with all its groups; null where there is none. */
  findUser(user: string | number): { readonly name: string; readonly uid: number; readonly gid: number; readonly groups: number[] } | null;
  /**
   * Of all threads: an empty bounding set where that is allowed, no ambient capabilities, no_new_privs. The permitted set stays, and with
   * `keep` outlasts a change of the user.
   * @param keep capabilities 0 to 31 as bits
   */
  sealPrivileges(keep: number): void;
  /** Real, effective and saved ids, and the groups, of all threads. */
  setIdentity(uid: number, gid: number, groups: readonly number[]): void;
  /** Leaves all threads only what is in `keep` and in their permitted set; makes /proc/self the user's own. */
  limitCapabilities(keep: number): void;
  /** CLOCK_MONOTONIC in microseconds: the clock of `process.hrtime`. */
  monotonicMicros(): number;
  /** Gives memory that malloc keeps for later back to the kernel. */
  trimMemory(): void;
  /** CLOCK_REALTIME - CLOCK_MONOTONIC in microseconds. */
  realtimeOffset(): number;
}

let loaded: Native | undefined;

/** The nearest folder above this file that holds a package.json: the same from `dist/` and from a test build. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

/**
 * Loads the addon at the first call: `replay` and `decode` do without it.
 * @throws ERR_CAPTURE_UNAVAILABLE where it was not built or does not fit this platform
 */
export function loadNative(): Native {
  if (loaded !== undefined) return loaded;
  if (process.platform !== "linux") {
    throw CaptureError.unavailable("the af_packet backend exists on Linux only", 'set "capture.backend: libpcap"');
  }
  try {
    loaded = createRequire(import.meta.url)(addonPath()) as Native;
  } catch (cause) {
    throw CaptureError.unavailable(
      "the native addon of vrrpwatch cannot be loaded",
      `build it with "node scripts/native.mjs" in ${packageRoot()} (needs python3, make and a C compiler)`,
      cause,
    );
  }
  return loaded;
}

const ADDON = "vrrpwatch_native.node";

/** What was built on this machine, else what came with the package: `npm pack` puts it there (scripts/prepack.mjs). */
function addonPath(): string {
  const built = join(packageRoot(), "build", "Release", ADDON);
  if (existsSync(built)) return built;
  const prebuilt = join(packageRoot(), "prebuilds", `linux-${process.arch}-glibc`, ADDON);
  return existsSync(prebuilt) && !runsOnMusl() ? prebuilt : built;
}

/** musl loads what was linked against glibc, and then its structures may differ. The program's interpreter tells, near its start. */
function runsOnMusl(): boolean {
  const head = Buffer.alloc(4096);
  const file = openSync("/proc/self/exe", "r");
  try {
    return head.subarray(0, readSync(file, head)).includes("/ld-musl-");
  } finally {
    closeSync(file);
  }
}
