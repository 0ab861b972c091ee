import { type Account, accountText } from "./account.ts";
import { type Capability, canEmptyBounds, hasCapability, maskOf } from "./capability.ts";
import { type Credentials, differences, type Expected } from "./credentials.ts";
import { giveDirectory, giveFifo, type OwnDirectory } from "./directories.ts";
import { PrivilegeError } from "./errors.ts";
import type { Plan } from "./plan.ts";

/** What the addon does on every thread of the process. System calls that fail throw an Error with `code` and `syscall`. */
export interface PrivilegeCalls {
  sealPrivileges(keep: number): void;
  setIdentity(uid: number, gid: number, groups: readonly number[]): void;
  limitCapabilities(keep: number): void;
}

export interface PrivilegesLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface PrivilegesOptions {
  readonly plan: Plan;
  /** What the backend goes on needing. */
  readonly keep: readonly Capability[];
  /** What is needed until the agent serves. */
  readonly keepUntilServing: readonly Capability[];
  /** Groups besides those of the account: who may hand in notify calls. */
  readonly groups: readonly number[];
  readonly directories: readonly OwnDirectory[];
  readonly fifo: string;
}

export interface PrivilegesDeps {
  readonly calls: PrivilegeCalls;
  readonly log: PrivilegesLog;
  /** Of every thread of this process. */
  readonly credentials: () => ReadonlyMap<string, Credentials>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Loads what could not be loaded any more as another user. */
  readonly loadLateCode: () => Promise<void>;
  /** Called as who the agent is from then on. */
  readonly settled: (changed: boolean) => void;
}

/**
 * Gives up what the process was started with, in steps:
 *
 *   prepare    code is loaded and directories are given to the user, as root
 *   captured   the packet socket is open: another user, no capabilities (but one for a port below 1024), no way back
 *   serving    the listeners are open: nothing at all
 *
 * Each step is checked in /proc for every thread. What does not hold ends the start.
 */
export class Privileges {
  readonly #options: PrivilegesOptions;
  readonly #deps: PrivilegesDeps;
  #before: Credentials | undefined;

  constructor(options: PrivilegesOptions, deps: PrivilegesDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** @throws what loading code throws */
  async prepare(): Promise<void> {
    const { plan, directories, fifo } = this.#options;
    const { log, loadLateCode } = this.#deps;
    if (plan.warning !== null) log.warn({}, plan.warning);
    // Root that stays so, too: without capabilities it may not pass the home directory of somebody else.
    if (this.#now()?.uids[1] === 0) await loadLateCode();
    if (plan.become === null) return;
    for (const directory of directories) {
      const problem = giveDirectory(directory, plan.become);
      if (problem !== null) log.warn({ path: directory.path, problem }, "a directory is not given to the user of the agent");
    }
    giveFifo(fifo, plan.become);
  }

  /**
   * To be called in the turn that opened the packet socket, so that no frame is handled with privileges.
   * @throws ERR_PRIVILEGES_NOT_DROPPED
   */
  captured(): void {
    const { keep, keepUntilServing, plan } = this.#options;
    this.#refuseRings();
    this.#before = this.#now();
    this.#giveUp([...keep, ...keepUntilServing], () => this.#become());
    this.#deps.settled(plan.become !== null);
  }

  /** @throws ERR_PRIVILEGES_NOT_DROPPED */
  serving(): void {
    const { keep, keepUntilServing } = this.#options;
    const threads = keepUntilServing.length === 0 ? this.#read() : this.#giveUp(keep, () => {});
    const [one] = threads.values();
    if (one === undefined) return;
    this.#deps.log.info(
      {
        uid: one.uids[1],
        gid: one.gids[1],
        groups: one.groups,
        capabilities: keep.filter((name) => hasCapability(one.permitted, name)),
      },
      "privileges are given up",
    );
  }

  #giveUp(keep: readonly Capability[], become: () => void): ReadonlyMap<string, Credentials> {
    const { calls } = this.#deps;
    const mask = maskOf(keep);
    try {
      calls.sealPrivileges(mask);
      become();
      calls.limitCapabilities(mask);
    } catch (error) {
      throw PrivilegeError.refused(this.#options.plan.become, error);
    }
    const threads = this.#read();
    const remains = differences(threads, this.#expected(mask));
    if (remains.length > 0) throw PrivilegeError.remains(remains);
    return threads;
  }

  #become(): void {
    const { become } = this.#options.plan;
    const { calls } = this.#deps;
    const identity = this.#identity();
    if (identity === null) return;
    calls.setIdentity(identity.uid, identity.gid, identity.groups);
    if (become !== null) this.#deps.log.info({}, `became ${accountText(become)}`);
  }

  /** null: the groups are not ours to change. */
  #identity(): Pick<Account, "uid" | "gid" | "groups"> | null {
    const { plan, groups } = this.#options;
    const { become } = plan;
    if (become !== null) return { uid: become.uid, gid: become.gid, groups: union(become.groups, groups) };
    // Without capabilities root, too, hands something to a group only as its member.
    const before = this.#before;
    if (before === undefined || before.uids[1] !== 0 || groups.length === 0) return null;
    return { uid: 0, gid: before.gids[1] ?? 0, groups: union(before.groups, groups) };
  }

  #expected(mask: number): Expected {
    const before = this.#before;
    return {
      identity: this.#identity(),
      capabilities: BigInt(mask) & (before?.permitted ?? 0n),
      bounding: before !== undefined && canEmptyBounds(before.effective) ? 0n : null,
    };
  }

  #now(): Credentials | undefined {
    return [...this.#read().values()][0];
  }

  #read(): ReadonlyMap<string, Credentials> {
    try {
      return this.#deps.credentials();
    } catch (error) {
      throw PrivilegeError.refused(null, error);
    }
  }

  /** A kernel thread of io_uring goes on with the rights of the moment in which it was made. */
  #refuseRings(): void {
    const wanted = this.#deps.environment["UV_USE_IO_URING"] ?? "";
    if (wanted === "" || wanted === "0") return;
    throw PrivilegeError.impossible(
      "UV_USE_IO_URING is set: with it the kernel would go on reading files with the rights that the agent gives up; start it without that variable",
    );
  }
}

const union = (a: readonly number[], b: readonly number[]): readonly number[] => [...new Set([...a, ...b])];
