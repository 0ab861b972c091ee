import { readdirSync } from "node:fs";
import { type Credentials, readCredentials } from "../../../src/agent/privileges/credentials.ts";
import type { Agent } from "./agent.ts";

/** What the kernel says that each thread of an agent may do. */
export const threadsOf = ({ process }: Agent): ReadonlyMap<string, Credentials> => readCredentials(`/proc/${process.pid}/task`);

/** The same in words, for a comparison that shows all of it. One entry where all threads are alike. */
export function rightsOf(agent: Agent): string[] {
  const texts = [...threadsOf(agent).values()].map((one) => {
    const sets = [one.permitted, one.effective, one.inheritable, one.ambient].map((set) => set.toString(16)).join(" ");
    return `user ${one.uids.join(" ")}, group ${one.gids.join(" ")}, groups ${[...one.groups].sort((a, b) => a - b).join(" ")}, capabilities ${sets}, bounding ${one.bounding.toString(16)}, no_new_privs ${one.noNewPrivileges}`;
  });
  return [...new Set(texts)];
}

export const threadCount = ({ process }: Agent): number => readdirSync(`/proc/${process.pid}/task`).length;

/** What `rightsOf` says of a process without any. */
export function noRights(uid: number, gid: number, groups: readonly number[], bounding = "0"): string[] {
  const four = (id: number): string => `${id} ${id} ${id} ${id}`;
  return [
    `user ${four(uid)}, group ${four(gid)}, groups ${groups.join(" ")}, capabilities 0 0 0 0, bounding ${bounding}, no_new_privs true`,
  ];
}
