import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Credentials, parseCredentials } from "../../../src/agent/privileges/credentials.ts";
import { PrivilegeError } from "../../../src/agent/privileges/errors.ts";
import { Privileges, type PrivilegesOptions } from "../../../src/agent/privileges/privileges.ts";

const NET_RAW = 1n << 13n;
const NET_BIND = 1n << 10n;
const ALL = (1n << 41n) - 1n;
const account = { name: "vrrpwatch", uid: 990, gid: 991, groups: [991, 4] };

const options: PrivilegesOptions = {
  plan: { become: account, warning: null },
  keep: [],
  keepUntilServing: [],
  groups: [],
  directories: [],
  fifo: "/nowhere/notify.fifo",
};

/** One thread as the kernel would keep it, without any kernel. */
class Kernel {
  readonly calls: string[] = [];
  #uid: number;
  #gid: number;
  #groups: readonly number[];
  #permitted: bigint;
  #bounding = ALL;
  #ambient: bigint;
  #nnp = 0;
  /** Makes a call fail, or do nothing. */
  spoil: Readonly<Record<string, unknown>> = {};

  constructor(uid: number, permitted: bigint) {
    this.#uid = uid;
    this.#gid = uid;
    this.#groups = [uid];
    this.#permitted = permitted;
    this.#ambient = uid === 0 ? 0n : permitted;
  }

  credentials(): ReadonlyMap<string, Credentials> {
    const hex = (set: bigint): string => set.toString(16).padStart(16, "0");
    const [uid, gid] = [this.#uid, this.#gid];
    const text = `Uid:\t${uid} ${uid} ${uid} ${uid}\nGid:\t${gid} ${gid} ${gid} ${gid}\nGroups:\t${this.#groups.join(" ")}
CapInh:\t0\nCapPrm:\t${hex(this.#permitted)}\nCapEff:\t${hex(this.#permitted)}\nCapBnd:\t${hex(this.#bounding)}
CapAmb:\t${hex(this.#ambient)}\nNoNewPrivs:\t${this.#nnp}\n`;
    return new Map([["1", parseCredentials(text)]]);
  }

  sealPrivileges(keep: number): void {
    if (this.#skips("seal", `seal ${keep}`)) return;
    if ((this.#permitted & (1n << 8n)) !== 0n) this.#bounding = 0n;
    this.#ambient = 0n;
    this.#nnp = 1;
  }
  setIdentity(uid: number, gid: number, groups: readonly number[]): void {
    if (this.#skips("identity", `identity ${uid} ${gid} ${groups.join(",")}`)) return;
    [this.#uid, this.#gid, this.#groups] = [uid, gid, groups];
  }
  limitCapabilities(keep: number): void {
    if (this.#skips("limit", `limit ${keep}`)) return;
    this.#permitted &= BigInt(keep);
  }

  #skips(name: string, call: string): boolean {
    this.calls.push(call);
    if (this.spoil[name] instanceof Error) throw this.spoil[name];
    return this.spoil[name] !== undefined;
  }
}

function privilegesOf(kernel: Kernel, given: Partial<PrivilegesOptions> = {}, environment: Record<string, string> = {}) {
  const said: string[] = [];
  const told = (fields: object, text: string): void => void said.push(`${text} ${JSON.stringify(fields)}`);
  const privileges = new Privileges(
    { ...options, ...given },
    {
      calls: kernel,
      log: { info: told, warn: told },
      credentials: () => kernel.credentials(),
      environment,
      loadLateCode: async () => void said.push("code loaded"),
      settled: (changed) => void said.push(`settled ${changed}`),
    },
  );
  return { privileges, said };
}

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof PrivilegeError && error.code === "ERR_PRIVILEGES_NOT_DROPPED" && message.test(error.message);

describe("an agent that gives up its privileges", () => {
  test("becomes the user with all of its groups, and keeps nothing", async () => {
    const kernel = new Kernel(0, ALL);
    const { privileges, said } = privilegesOf(kernel, { groups: [77, 4] });
    await privileges.prepare();
    privileges.captured();
    privileges.serving();
    assert.deepEqual(kernel.calls, ["seal 0", "identity 990 991 991,4,77", "limit 0"]);
    assert.equal(said[0], "code loaded");
    assert.match(said.at(-1) ?? "", /given up .*"uid":990,"gid":991,"groups":\[991,4,77\],"capabilities":\[\]/);
    assert.ok(said.includes("settled true"));
  });

  test("keeps the right to open a low port until it has", () => {
    const kernel = new Kernel(0, ALL);
    const { privileges } = privilegesOf(kernel, { keepUntilServing: ["CAP_NET_BIND_SERVICE"] });
    privileges.captured();
    assert.equal([...kernel.credentials().values()][0]?.permitted, NET_BIND);
    privileges.serving();
    assert.equal([...kernel.credentials().values()][0]?.permitted, 0n);
    assert.deepEqual(kernel.calls, ["seal 1024", "identity 990 991 991,4", "limit 1024", "seal 0", "limit 0"]);
  });

  test("keeps CAP_NET_RAW for a backend that opens a socket for each interface", () => {
    const kernel = new Kernel(0, ALL);
    const { privileges, said } = privilegesOf(kernel, { keep: ["CAP_NET_RAW"] });
    privileges.captured();
    privileges.serving();
    assert.equal([...kernel.credentials().values()][0]?.permitted, NET_RAW);
    assert.match(said.at(-1) ?? "", /"capabilities":\["CAP_NET_RAW"\]/);
  });

  test("stays who it is where it was started as an ordinary user, and drops what it was given", async () => {
    const kernel = new Kernel(1_000, NET_RAW);
    const { privileges, said } = privilegesOf(kernel, { plan: { become: null, warning: null }, groups: [77] });
    await privileges.prepare();
    privileges.captured();
    assert.deepEqual(kernel.calls, ["seal 0", "limit 0"]);
    assert.deepEqual(said, ["settled false"]);
  });

  test("that stays root loads all code before it gives up its capabilities", async () => {
    const { privileges, said } = privilegesOf(new Kernel(0, ALL), { plan: { become: null, warning: null } });
    await privileges.prepare();
    privileges.captured();
    assert.deepEqual(said, ["code loaded", "settled false"]);
  });

  test("that stays root joins the group of the notify scripts, to which it could not give anything any more", () => {
    const kernel = new Kernel(0, ALL);
    const { privileges } = privilegesOf(kernel, { plan: { become: null, warning: null }, groups: [77] });
    privileges.captured();
    assert.deepEqual(kernel.calls, ["seal 0", "identity 0 0 0,77", "limit 0"]);
  });

  test("ends where any step leaves something behind", () => {
    for (const [step, message] of [
      ["seal", /bounding.*can gain new privileges/],
      ["identity", /user ids 0 0 0 0/],
      ["limit", /permitted capabilities/],
    ] as const) {
      const kernel = new Kernel(0, ALL);
      kernel.spoil = { [step]: "does nothing" };
      assert.throws(() => privilegesOf(kernel).privileges.captured(), refused(message), step);
    }
    const kernel = new Kernel(0, ALL);
    const { privileges } = privilegesOf(kernel, { keepUntilServing: ["CAP_NET_BIND_SERVICE"] });
    privileges.captured();
    kernel.spoil = { limit: "does nothing" };
    assert.throws(() => privileges.serving(), refused(/400 as its permitted/));
  });

  test("ends with a remedy where root may not become another", () => {
    const kernel = new Kernel(0, NET_RAW);
    kernel.spoil = { identity: Object.assign(new Error("setgroups: Operation not permitted"), { code: "EPERM" }) };
    assert.throws(
      () => privilegesOf(kernel).privileges.captured(),
      refused(/may not become user vrrpwatch .*CAP_SETUID.*start the agent as that user.*"user: root"/),
    );
  });

  test("does not demand an empty bounding set of a process that may not empty it", () => {
    const kernel = new Kernel(0, NET_RAW | (1n << 6n) | (1n << 7n));
    privilegesOf(kernel).privileges.captured();
    assert.equal([...kernel.credentials().values()][0]?.bounding, ALL);
  });

  test("refuses to start while the kernel could go on for it with the old rights", () => {
    const kernel = new Kernel(0, ALL);
    const { privileges } = privilegesOf(kernel, {}, { UV_USE_IO_URING: "1" });
    assert.throws(() => privileges.captured(), refused(/UV_USE_IO_URING/));
    assert.deepEqual(kernel.calls, []);
    privilegesOf(kernel, {}, { UV_USE_IO_URING: "0" }).privileges.captured();
  });
});
