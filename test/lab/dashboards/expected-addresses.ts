import { ON_A, ON_B, ON_C } from "./cast.ts";
import { type Expectation, fact } from "./expectation.ts";

const of71 = { address: "192.0.2.71" };
const of100 = { address: "192.0.2.100" };
const presence = "Virtual addresses on each host: A";
const holders = "Hosts that hold each virtual address: A";

/** Where the addresses are, and who says so. */
export const addressFacts: readonly Expectation[] = [
  fact(presence, "steady", of71, ["instance"], { [ON_A]: 1, [ON_B]: 0, [ON_C]: 0 }),
  fact(presence, "split", of71, ["instance"], { [ON_A]: 1, [ON_B]: 1, [ON_C]: 0 }),
  fact(presence, "resigned", of71, ["instance"], { [ON_A]: 0, [ON_B]: 1, [ON_C]: 0 }),
  fact(presence, "returned", of71, ["instance"], { [ON_A]: 1, [ON_B]: 0, [ON_C]: 0 }),
  fact(holders, "steady", of71, [], { "": 1 }),
  fact(holders, "split", of71, [], { "": 2 }),
  fact(holders, "healed", of71, [], { "": 1 }),
  // A keepalived that is killed leaves its addresses behind.
  fact(holders, "crashed", of71, [], { "": 2 }),
  fact("Addresses gained and lost: A", "resigned", of71, ["instance", "action"], (truth) =>
    Object.fromEntries(
      [ON_A, ON_B].flatMap((instance) =>
        ["added", "removed"].map((action) => [
          `${instance} ${action}`,
          truth.grown("vrrp_vip_changes_total", { ...of71, action }, instance),
        ]),
      ),
    ),
  ),
  // Those of the host that has no part in this: one, and another where the master announced the address after it.
  fact("Announcements by role of the sender: A", "claimed", { ...of100, role: "foreign" }, [], { "": [0.9, 5.5] }),
  fact("Announcements by role of the sender: A", "claimed", { ...of100, role: "foreign" }, [], (truth) => ({
    "": truth.grown("vrrp_vip_announcements_total", { ...of100, role: "foreign" }),
  })),
  fact("Announcements by role of the sender: A", "claimed", { ...of71, role: "foreign" }, [], { "": 0 }),
  fact("Announcements by role of the sender: A", "resigned", { ...of71, role: "master" }, [], (truth) => ({
    "": truth.grown("vrrp_vip_announcements_total", { ...of71, role: "master" }),
  })),
  fact("Owner of the addresses: A", "claimed", of100, [], { "": 1 }),
  fact("Owner of the addresses: A", "claimed", of71, [], { "": 0 }),
  fact("Owner of the addresses: A", "resigned", of100, [], { "": 0 }),
  fact("Time with the wrong owner: A", "split", of100, [], (truth) => ({
    "": truth.rate("vrrp_vip_owner_mismatch_seconds_total", of100),
  })),
  fact("Duplicate address detection: A", "steady", { address: "2001:db8:1::100" }, ["instance"], { [ON_A]: 0 }),
];
