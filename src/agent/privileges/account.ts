/** Whom the agent becomes where the configuration does not say. */
export const DEFAULT_USER = "vrrpwatch";

/** Somebody whom a process can become. */
export interface Account {
  /** null where the host has only a number for it, as in containers. */
  readonly name: string | null;
  readonly uid: number;
  readonly gid: number;
  /** All groups, the first one included. */
  readonly groups: readonly number[];
}

/** An account by its name or id, null where there is none. Throws a system error where the accounts cannot be read. */
export type FindUser = (user: string | number) => (Account & { readonly name: string }) | null;

/**
 * The account that the setting `user` names: `vrrpwatch`, `1000`, or `1000:1000` for a user and group that need no account.
 * @returns null where this host has none of that name or id
 */
export function accountOf(setting: string, find: FindUser): Account | null {
  const [uid = "", gid] = setting.split(":");
  if (!/^\d+$/.test(uid)) return find(setting);
  const found = find(Number(uid));
  if (gid === undefined) return found;
  // Who names the group wants this one, as `docker run --user` does.
  return { name: found?.name ?? null, uid: Number(uid), gid: Number(gid), groups: [Number(gid)] };
}

/** For messages: its name, or its ids. */
export const accountText = ({ name, uid, gid }: Account): string => (name === null ? `the user with the id ${uid}:${gid}` : `user ${name}`);
