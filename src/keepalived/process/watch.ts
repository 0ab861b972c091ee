import { basename, dirname, join } from "node:path";
import type { KeepalivedProcess } from "../../core/host-facts.ts";
import { isShortage } from "../../lib/system-code.ts";
import { type WallTime, wallTime } from "../../lib/time.ts";
import { Proc, type ProcessStat, type ReadProc, readPidFile } from "./proc.ts";
import { keepalivedVersion } from "./version.ts";
import { ReloadDetector, readVrrpSockets } from "./vrrp-sockets.ts";

/** Not what begins like it: the widespread exporter is called keepalived_exporter. */
const NAME = "keepalived";
/** A process that died is noticed within this time. */
const LOOK_MS = 250;
/** Looks between two readings of the pid file and the sockets. */
const SLOW_LOOKS = 4;
/** Slow looks between two searches through all processes, where there is no pid file. */
const SEARCH_LOOKS = 10;
/** Looks after its end while which it is searched for at every slow look. */
const RETURN_LOOKS = 240;

/** Seconds: the kernel counts starts and the uptime in hundredths, cut off. */
const UPTIME_TOLERANCE = 0.02;

export interface ProcessWatchOptions {
  readonly pidFile: string;
  readonly vrrpPidFile: string;
  readonly deliver: (process: KeepalivedProcess | null) => void;
  readonly wall: () => WallTime;
  /** Replaceable in tests. */
  readonly procRoot?: string;
  readonly readProc?: ReadProc;
}

/**
 * Follows keepalived as a process: by its pid files, else by looking for it, and never by a signal. The pid file of the VRRP
 * child counts, because the parent lives on while a child that crashed is started again.
 */
export class ProcessWatch {
  readonly #options: ProcessWatchOptions;
  readonly #proc: Proc;
  readonly #reloads = new ReloadDetector();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #looks = 0;
  /** The process that is followed now, or was last. */
  #stat: ProcessStat | undefined;
  /** Whether `#stat` is alive. */
  #alive = false;
  /** Seconds after boot at which it was seen alive last. */
  #aliveUntil = 0;
  /** Seconds from boot to our own start. */
  #bootToUs: number | null = null;
  /** Searches in a row that found several children of which nobody can say which is the VRRP child: one, while keepalived starts. */
  #ambiguous = 0;
  #startedWall: WallTime | null = null;
  #reloadedWall: WallTime | null = null;
  #mayHaveReloadedWall: WallTime | null = null;
  #version: string | null = null;
  /** A pid file, a process: something told that keepalived belongs to this host. */
  #everSeen = false;
  /** A process was seen, so that its absence is not our lack of sight. */
  #everAlive = false;
  /** Whether somebody in this network namespace speaks VRRP. */
  #speaks = false;
  /** Looks since it was seen to end. */
  #missingLooks = 0;
  #told: string | undefined;

  constructor(options: ProcessWatchOptions) {
    this.#options = options;
    this.#proc = new Proc(options.procRoot, options.readProc);
  }

  /** Resolves when what is so now has been delivered. */
  async start(): Promise<void> {
    await this.#look();
    this.#later();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #later(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#look().then(() => this.#later()), LOOK_MS);
    this.#timer.unref();
  }

  /** Without a descriptor to look with, what was known stays: that nothing can be seen does not mean that nothing is there. */
  async #look(): Promise<void> {
    try {
      await this.#lookOnce();
    } catch (error) {
      if (!isShortage(error)) throw error;
    }
  }

  async #lookOnce(): Promise<void> {
    const slow = this.#looks % SLOW_LOOKS === 0;
    // Who is started anew is there in a moment, and a host without keepalived should not be searched all the time.
    const search = this.#looks % (SLOW_LOOKS * SEARCH_LOOKS) === 0 || (slow && this.#everAlive && this.#missingLooks < RETURN_LOOKS);
    this.#looks += 1;
    const began = process.uptime();
    if (this.#stat !== undefined) await this.#check(this.#stat);
    if (slow || !this.#alive) await this.#find(search);
    if (this.#alive && this.#bootToUs !== null) this.#aliveUntil = this.#bootToUs + began;
    this.#missingLooks = this.#alive ? 0 : this.#missingLooks + 1;
    if (slow && (this.#alive || this.#mayBeHidden)) await this.#lookAtSockets();
    if (!this.#closed) this.#tell();
  }

  /** Whether the process that is followed still lives: another one may have got its number. */
  async #check({ pid, started }: ProcessStat): Promise<void> {
    const stat = await this.#proc.stat(pid);
    this.#alive = stat !== undefined && stat.started === started;
  }

  async #find(search: boolean): Promise<void> {
    const pid = await readPidFile(this.#options.vrrpPidFile);
    if (pid !== undefined) this.#everSeen = true;
    let found: ProcessStat | undefined;
    if (typeof pid === "number") found = await this.#keepalived(pid);
    if (found === undefined && search && !this.#alive) found = await this.#search(await readPidFile(this.#options.pidFile));
    if (found !== undefined) this.#ambiguous = 0;
    if (found === undefined || (found.pid === this.#stat?.pid && found.started === this.#stat.started)) return;
    this.#stat = found;
    this.#alive = true;
    this.#everSeen = true;
    this.#everAlive = true;
    this.#reloadedWall = null;
    this.#mayHaveReloadedWall = null;
    this.#reloads.forget();
    const uptime = await this.#proc.uptime();
    this.#bootToUs = uptime === undefined ? null : uptime - process.uptime();
    this.#aliveUntil = found.started;
    this.#startedWall = uptime === undefined ? null : wallTime(Math.round(this.#options.wall() - (uptime - found.started) * 1e6));
    this.#version = await keepalivedVersion(this.#proc, found.pid);
  }

  /** A stale pid file may name a process of somebody else. */
  async #keepalived(pid: number): Promise<ProcessStat | undefined> {
    const stat = await this.#proc.stat(pid);
    if (stat === undefined) return undefined;
    if (stat.comm === NAME) return stat;
    // `process_names` of global_defs changes the name.
    const [command = ""] = await this.#proc.commandLine(pid);
    return basename(command) === NAME ? stat : undefined;
  }

  /**
   * The VRRP child where it has no pid file: that of the parent whose pid file is there, else that of the only keepalived in our
   * network namespace (`--vrrp_pid` names another file, or it is in a folder per instance). Children that lived beside the one that
   * was followed are others (checkers, BFD), and so are those that the pid files beside that of the VRRP child name.
   */
  async #search(parentPid: number | "stale" | undefined): Promise<ProcessStat | undefined> {
    const found: ProcessStat[] = [];
    for (const pid of await this.#proc.pids()) {
      const stat = await this.#proc.stat(pid);
      if (stat === undefined || stat.comm !== NAME) continue;
      if ((await this.#proc.inOurNetworkNamespace(pid)) !== false) found.push(stat);
    }
    const parents = found.filter(({ pid, parent }) =>
      typeof parentPid === "number" ? pid === parentPid : !found.some((other) => other.pid === parent),
    );
    const [only, ...others] = parents;
    if (only === undefined || others.length > 0) {
      this.#ambiguous = 0;
      return undefined;
    }
    const named = await this.#pidsOfOthers();
    const children = found.filter(({ pid, parent, started }) => parent === only.pid && !this.#livedBeside(started) && !named.includes(pid));
    this.#ambiguous = children.length > 1 ? this.#ambiguous + 1 : 0;
    return children.length > 1 ? undefined : children[0];
  }

  /** A new VRRP child is started after the end of the old one. */
  #livedBeside(started: number): boolean {
    return this.#stat !== undefined && started < this.#aliveUntil - UPTIME_TOLERANCE;
  }

  /** What keepalived calls the pid files of its other children, where it is not told. */
  async #pidsOfOthers(): Promise<readonly unknown[]> {
    const { vrrpPidFile } = this.#options;
    const name = basename(vrrpPidFile);
    if (!name.includes("vrrp")) return [];
    return Promise.all(["checkers", "bfd"].map((child) => readPidFile(join(dirname(vrrpPidFile), name.replace("vrrp", child)))));
  }

  async #lookAtSockets(): Promise<void> {
    const sockets = await readVrrpSockets(this.#proc.path(""));
    this.#speaks = sockets !== undefined && sockets.size > 0;
    if (sockets === undefined || !this.#alive) return;
    const gone = this.#reloads.look(sockets);
    if (gone === "all") this.#reloadedWall = this.#options.wall();
    if (gone === "some") this.#mayHaveReloadedWall = this.#options.wall();
  }

  /** There is a pid file and no process to see: it may be hidden (hidepid, another PID namespace), which somebody's VRRP sockets tell. */
  get #mayBeHidden(): boolean {
    return this.#everSeen && !this.#everAlive;
  }

  #tell(): void {
    const hidden = (this.#mayBeHidden && this.#speaks) || (!this.#alive && this.#ambiguous > 1);
    const process: KeepalivedProcess | null =
      this.#everSeen && !hidden
        ? {
            running: this.#alive,
            startedWall: this.#startedWall,
            reloadedWall: this.#reloadedWall,
            mayHaveReloadedWall: this.#mayHaveReloadedWall,
            version: this.#version,
          }
        : null;
    const text = JSON.stringify(process);
    if (text === this.#told) return;
    this.#told = text;
    this.#options.deliver(process);
  }
}
