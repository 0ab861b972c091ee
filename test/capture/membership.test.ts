import assert from "node:assert/strict";
import { test } from "node:test";
import { type JoinGroups, joinedIpv4, joinedIpv6, Memberships } from "../../src/capture/membership.ts";
import type { MembershipHandle } from "../../src/capture/native.ts";

const igmp = `Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
1\tlo        :     1      V3
\t\t\t\t010000E0     1 0:00000000\t\t0
2\teth0      :     2      V3
\t\t\t\t120000E0     1 0:00000000\t\t0
\t\t\t\t010000E0     1 0:00000000\t\t0
3\teth1      :     1      V3
\t\t\t\t010000E0     1 0:00000000\t\t0
`;
const igmp6 = `1    lo              ff020000000000000000000000000001     1 0000000C 0
2    eth0            ff020000000000000000000000000012     1 00000004 0
2    eth0            ff020000000000000000000000000001     1 0000000C 0
3    eth1            ff0200000000000000000001ff00ab12     1 00000004 0
`;

test("the kernel's tables tell on which devices the groups are joined", () => {
  assert.deepEqual([...joinedIpv4(igmp, "LE")], [2]);
  assert.deepEqual([...joinedIpv6(igmp6)], [2]);
  assert.deepEqual([...joinedIpv4(""), ...joinedIpv6("")], []);
});

test("the kernel prints the IPv4 group in the byte order of the host", () => {
  const line = (group: string): string => `4\teth0      :     1      V3\n\t\t\t\t${group}     1 0:00000000\t\t0\n`;
  assert.deepEqual([...joinedIpv4(line("120000E0"), "LE")], [4]);
  assert.deepEqual([...joinedIpv4(line("E0000012"), "BE")], [4]);
  assert.deepEqual([...joinedIpv4(line("E0000012"), "LE")], []);
});

interface Harness {
  readonly memberships: Memberships;
  readonly calls: string[];
  readonly warnings: string[];
  refuse: boolean;
  tables: { igmp: string; igmp6: string };
}

function harness(mode: JoinGroups): Harness {
  const calls: string[] = [];
  const warnings: string[] = [];
  const state = { calls, warnings, refuse: false, tables: { igmp: "", igmp6: "" } };
  const native = {
    joinGroup(family: 4 | 6, index: number): MembershipHandle {
      if (state.refuse) throw new Error("refused");
      calls.push(`join ${index}/${family}`);
      return `${index}/${family}` as unknown as MembershipHandle;
    },
    leaveGroup: (handle: MembershipHandle) => void calls.push(`leave ${String(handle)}`),
  };
  const memberships = new Memberships({
    mode,
    native,
    warn: (message) => warnings.push(message),
    readProc: (path) => (path.endsWith("6") ? state.tables.igmp6 : state.tables.igmp),
  });
  return Object.assign(state, { memberships });
}

const device = (index: number, name: string) => ({ link: { index, name } });
const none: ReadonlySet<string> = new Set();

test("auto joins both groups on the interfaces that are named, and on no other", () => {
  const h = harness("auto");
  h.memberships.update([device(2, "eth0"), device(3, "eth1")], new Set(["eth1"]));
  assert.deepEqual(h.calls, ["join 3/4", "join 3/6"]);
  assert.deepEqual(h.memberships.joined(), ["eth1 ipv4", "eth1 ipv6"]);
  h.memberships.close();
});

test("true joins everywhere, false nowhere", () => {
  const everywhere = harness(true);
  everywhere.memberships.update([device(2, "eth0")], none);
  assert.deepEqual(everywhere.calls, ["join 2/4", "join 2/6"]);
  everywhere.memberships.close();
  const nowhere = harness(false);
  nowhere.memberships.update([device(2, "eth0")], new Set(["eth0"]));
  assert.deepEqual(nowhere.calls, []);
  nowhere.memberships.close();
});

test("what somebody on this host has joined already is left alone, until they leave it", () => {
  const h = harness(true);
  h.tables = { igmp, igmp6 };
  h.memberships.update([device(2, "eth0"), device(3, "eth1")], none);
  assert.deepEqual(h.calls, ["join 3/4", "join 3/6"]);
  h.tables = { igmp: "", igmp6: "" };
  h.memberships.update([device(2, "eth0"), device(3, "eth1")], none);
  assert.deepEqual(h.calls.slice(2), ["join 2/4", "join 2/6"]);
  h.memberships.close();
});

test("a device that was made anew is joined again, and the old one left", () => {
  const h = harness(true);
  h.memberships.update([device(2, "eth0")], none);
  h.memberships.update([device(7, "eth0")], none);
  assert.deepEqual(h.calls, ["join 2/4", "join 2/6", "leave 2/4", "leave 2/6", "join 7/4", "join 7/6"]);
  h.memberships.close();
});

test("a refusal is told once and tried again", () => {
  const h = harness(true);
  h.refuse = true;
  for (let i = 0; i < 3; i++) h.memberships.update([device(2, "eth0")], none);
  assert.equal(h.warnings.length, 2);
  h.refuse = false;
  h.memberships.update([device(2, "eth0")], none);
  assert.deepEqual(h.calls, ["join 2/4", "join 2/6"]);
  h.memberships.close();
  assert.deepEqual(h.calls.slice(2), ["leave 2/4", "leave 2/6"]);
});
