import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accountOf, type FindUser } from "../../../src/agent/privileges/account.ts";
import { PrivilegeError } from "../../../src/agent/privileges/errors.ts";
import { planPrivileges } from "../../../src/agent/privileges/plan.ts";

const accounts = [
  { name: "root", uid: 0, gid: 0, groups: [0] },
  { name: "vrrpwatch", uid: 990, gid: 991, groups: [991, 4] },
  { name: "other", uid: 1_000, gid: 1_000, groups: [1_000] },
];
const find: FindUser = (user) => accounts.find(({ name, uid }) => name === user || uid === user) ?? null;
const empty: FindUser = () => null;

describe("the user that an agent becomes", () => {
  test("is vrrpwatch with all its groups where nothing is configured", () => {
    assert.deepEqual(planPrivileges({ user: null, uid: 0, find }), { become: accounts[1], warning: null });
  });

  test("is nobody else where there is no such account, with the command that makes it", () => {
    const { become, warning } = planPrivileges({ user: null, uid: 0, find: empty });
    assert.equal(become, null);
    assert.match(warning ?? "", /goes on as root.*useradd --system .* vrrpwatch /);
  });

  test("may be named by its id, or by the ids of a user and a group that need no account", () => {
    assert.deepEqual(planPrivileges({ user: "1000", uid: 0, find }).become, accounts[2]);
    assert.deepEqual(planPrivileges({ user: "65532:65533", uid: 0, find }).become, {
      name: null,
      uid: 65_532,
      gid: 65_533,
      groups: [65_533],
    });
    assert.deepEqual(accountOf("990:5", find), { name: "vrrpwatch", uid: 990, gid: 5, groups: [5] });
  });

  test("is root without a word where the configuration says so", () => {
    for (const user of ["root", "0", "0:0"]) assert.deepEqual(planPrivileges({ user, uid: 0, find }), { become: null, warning: null });
  });

  test("must exist where it is configured and root started the agent", () => {
    for (const [user, remedy] of [
      ["ghost", /no account "ghost" on this host; create the account, correct the name/],
      ["4711", /"4711:4711"/],
      ["vrrpwatch", /useradd --system/],
    ] as const) {
      assert.throws(
        () => planPrivileges({ user, uid: 0, find: empty }),
        (error) => error instanceof PrivilegeError && error.code === "ERR_PRIVILEGES_USER_UNKNOWN" && remedy.test(error.message),
        user,
      );
    }
  });

  test("need not exist where an ordinary user started the agent, who could not become it anyway", () => {
    const { become, warning } = planPrivileges({ user: "ghost", uid: 1_000, find: empty });
    assert.equal(become, null);
    assert.match(warning ?? "", /names "ghost", but .* id 1000/);
    assert.deepEqual(planPrivileges({ user: "1000", uid: 1_000, find: empty }), { become: null, warning: null });
  });

  test("cannot be changed by an ordinary user, which is said where another one is configured", () => {
    assert.deepEqual(planPrivileges({ user: null, uid: 1_000, find }), { become: null, warning: null });
    assert.deepEqual(planPrivileges({ user: "other", uid: 1_000, find }), { become: null, warning: null });
    const { become, warning } = planPrivileges({ user: "vrrpwatch", uid: 1_000, find });
    assert.equal(become, null);
    assert.match(warning ?? "", /names "vrrpwatch", but .* id 1000/);
  });
});
