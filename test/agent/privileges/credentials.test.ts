import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { differences, type Expected, parseCredentials, readCredentials } from "../../../src/agent/privileges/credentials.ts";

const status = (changes: Readonly<Record<string, string>> = {}): string =>
  Object.entries({
    Name: "node: x",
    Uid: "990\t990\t990\t990",
    Gid: "991\t991\t991\t991",
    Groups: "4 991 ",
    CapInh: "0000000000000000",
    CapPrm: "0000000000000000",
    CapEff: "0000000000000000",
    CapBnd: "0000000000000000",
    CapAmb: "0000000000000000",
    NoNewPrivs: "1",
    ...changes,
  })
    .map(([name, value]) => `${name}:\t${value}\n`)
    .join("");

const expected: Expected = { identity: { uid: 990, gid: 991, groups: [991, 4] }, capabilities: 0n, bounding: 0n };
const differs = (changes: Readonly<Record<string, string>>, wanted = expected): string[] =>
  differences(new Map([["7", parseCredentials(status(changes))]]), wanted);

describe("the credentials of a thread", () => {
  test("are read from /proc as the kernel writes them", () => {
    const read = parseCredentials(status({ CapBnd: "000001ffffffffff", CapEff: "0000000000002000" }));
    assert.deepEqual(read.uids, [990, 990, 990, 990]);
    assert.deepEqual(read.groups, [4, 991]);
    assert.equal(read.bounding, 0x1ffffffffffn);
    assert.equal(read.effective, 1n << 13n);
    assert.equal(read.noNewPrivileges, true);
    assert.deepEqual(differs({}), []);
  });

  test("differ from what they should be in each single field, and in the number of fields", () => {
    const wrong: Readonly<Record<string, [value: string, text: RegExp]>> = {
      Uid: ["990\t990\t0\t990", /user ids 990 990 0 990/],
      Gid: ["991\t0\t991\t991", /group ids 991 0/],
      Groups: ["0 4 991", /groups 0 4 991/],
      CapInh: ["0000000000000001", /inheritable/],
      CapPrm: ["0000000000002000", /2000 as its permitted/],
      CapEff: ["0000000000002000", /2000 as its effective/],
      CapBnd: ["000001ffffffffff", /bounding/],
      CapAmb: ["0000000000002000", /ambient/],
      NoNewPrivs: ["0", /can gain new privileges/],
    };
    for (const [field, [value, text]] of Object.entries(wrong)) {
      const found = differs({ [field]: value });
      assert.equal(found.length, 1, field);
      assert.match(found[0] ?? "", text);
      assert.match(found[0] ?? "", /^thread 7 /);
    }
    assert.equal(differs({ Uid: "" }).length, 1, "a kernel that does not say it");
  });

  test("are not looked at where they are not to change", () => {
    assert.deepEqual(differs({ Uid: "5\t5\t5\t5", CapBnd: "1" }, { ...expected, identity: null, bounding: null }), []);
  });

  test("are never taken as right where no thread is seen", () => {
    assert.equal(differences(new Map(), expected).length, 1);
  });

  test("of all threads are read, but of one that ends meanwhile", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "vw-tasks-"));
    t.after(() => rmSync(folder, { recursive: true }));
    for (const id of ["10", "11", "12"]) mkdirSync(join(folder, id));
    for (const id of ["10", "12"]) writeFileSync(join(folder, id, "status"), status());
    assert.deepEqual([...readCredentials(folder).keys()].sort(), ["10", "12"]);
    assert.throws(() => readCredentials(join(folder, "none")), /ENOENT/);
  });
});
