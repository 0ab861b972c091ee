import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Notify, notifyEvents } from "../../../src/core/host-facts.ts";
import { formatLine, type LineProblem, parseArguments, parseLine } from "../../../src/keepalived/notify/line.ts";

const notify = (kind: Notify["kind"], name: string, event: Notify["event"], priority: number | null): Notify => ({
  kind,
  name,
  event,
  priority,
});

const good: ReadonlyArray<readonly [line: string, notify: Notify]> = [
  ['INSTANCE "VI_1" MASTER 100', notify("instance", "VI_1", "master", 100)],
  ['INSTANCE "VI_1" BACKUP 0', notify("instance", "VI_1", "backup", 0)],
  ['INSTANCE "VI_1" FAULT 255', notify("instance", "VI_1", "fault", 255)],
  ['INSTANCE "VI_1" STOP 100', notify("instance", "VI_1", "stop", 100)],
  ['INSTANCE "VI_1" DELETED 100', notify("instance", "VI_1", "deleted", 100)],
  ['INSTANCE "VI_1" MASTER_RX_LOWER_PRI 100', notify("instance", "VI_1", "master_rx_lower_pri", 100)],
  ['INSTANCE "VI_1" MASTER_PRIORITY 70', notify("instance", "VI_1", "master_priority", 70)],
  ['INSTANCE "VI_1" BACKUP_PRIORITY 100', notify("instance", "VI_1", "backup_priority", 100)],
  ['GROUP "G1" MASTER 0', notify("group", "G1", "master", 0)],
  ['INSTANCE "VI_1" MASTER', notify("instance", "VI_1", "master", null)],
  ['INSTANCE "VI 1" BACKUP 100', notify("instance", "VI 1", "backup", 100)],
  ['INSTANCE "a"b" BACKUP 100', notify("instance", 'a"b', "backup", 100)],
  ['INSTANCE "x" MASTER 1" BACKUP 2', notify("instance", 'x" MASTER 1', "backup", 2)],
  ['INSTANCE "eth0.100 – büro" MASTER 100', notify("instance", "eth0.100 – büro", "master", 100)],
  ["VS [192.168.201.15]:tcp:80 UP", notify("virtual_server", "[192.168.201.15]:tcp:80", "up", null)],
  ["VS FWM 7 DOWN", notify("virtual_server", "FWM 7", "down", null)],
  ["RS [1.2.3.4]:tcp:80 [192.168.201.15]:tcp:80 DOWN", notify("real_server", "[1.2.3.4]:tcp:80 [192.168.201.15]:tcp:80", "down", null)],
];

const bad: ReadonlyArray<readonly [line: string, problem: LineProblem]> = [
  ["", "not_notify"],
  ["hello", "not_notify"],
  ["INSTANCE VI_1 MASTER 100", "not_notify"],
  ['INSTANCE "VI_1', "not_notify"],
  ['INSTANCE "', "not_notify"],
  ['INSTANCE ""', "not_notify"],
  ['INSTANCE "VI_1"MASTER 100', "not_notify"],
  ['instance "VI_1" MASTER 100', "not_notify"],
  ['INSTANCE "" MASTER 100', "no_name"],
  ['INSTANCE "VI_1" {UNKNOWN} 100', "unknown_event"],
  ['INSTANCE "VI_1" UP 100', "unknown_event"],
  ['INSTANCE "VI_1" master 100', "unknown_event"],
  ['INSTANCE "VI_1" ', "unknown_event"],
  ['INSTANCE "VI_1" MASTER ', "bad_priority"],
  ['INSTANCE "VI_1" MASTER 256', "bad_priority"],
  ['INSTANCE "VI_1" MASTER -1', "bad_priority"],
  ['INSTANCE "VI_1" MASTER 1e2', "bad_priority"],
  ['INSTANCE "VI_1" MASTER 100 100', "bad_priority"],
  ['INSTANCE "VI\u00001" MASTER 100', "control_characters"],
  ['INSTANCE "VI\t1" MASTER 100', "control_characters"],
  ['INSTANCE "\u001b[2J" MASTER 100', "control_characters"],
  ['INSTANCE "VI_1" MASTER 100\r', "control_characters"],
  ["VS UP", "no_name"],
  ["VS  UP", "no_name"],
  ["VS [::1]:tcp:80 MASTER", "unknown_event"],
];

describe("a line of keepalived's FIFO", () => {
  for (const [line, expected] of good) {
    test(`is read: ${line}`, () => assert.deepEqual(parseLine(line), { ok: true, value: expected }));
  }
  for (const [line, problem] of bad) {
    test(`is refused as ${problem}: ${JSON.stringify(line)}`, () => assert.deepEqual(parseLine(line), { ok: false, error: problem }));
  }

  test("never makes the parser throw, whatever it holds", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => typeof parseLine(text).ok === "boolean"));
    const pieces = fc.constantFrom('INSTANCE "', 'GROUP "', "VS ", "RS ", '"', " ", "MASTER", "UP", "100", "\n", "\u0000", "é");
    fc.assert(fc.property(fc.array(pieces), (words) => typeof parseLine(words.join("")).ok === "boolean"));
  });

  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a name must not hold.
  const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[\u0000-\u001f\u007f-\u009f]/.test(text));
  const fields = {
    kind: fc.constantFrom("instance" as const, "group" as const),
    name,
    event: fc.constantFrom(...notifyEvents.filter((event) => event !== "up" && event !== "down")),
    priority: fc.option(fc.integer({ min: 0, max: 255 })),
  };
  const call = fc.record(fields, { noNullPrototype: true });

  test("is read back as it was written, for any name", () => {
    fc.assert(fc.property(call, (value) => assert.deepEqual(parseLine(formatLine(value)), { ok: true, value })));
  });

  test("says the same as the arguments of a script", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), call, (configured, value) => {
        const words = [value.kind.toUpperCase(), value.name, value.event.toUpperCase()];
        const args = [...configured, ...words, ...(value.priority === null ? [] : [String(value.priority)])];
        // "INSTANCE" or "GROUP" as the user's own last argument could be taken for keepalived's first.
        fc.pre(!/^(INSTANCE|GROUP)$/.test(configured.at(-1) ?? ""));
        assert.deepEqual(parseArguments(args), { ok: true, value });
      }),
    );
  });
});

describe("the arguments of a notify script", () => {
  const master = notify("instance", "VI_1", "master", 100);
  const table: ReadonlyArray<readonly [args: string[], expected: Notify | LineProblem]> = [
    [["INSTANCE", "VI_1", "MASTER", "100"], master],
    [["--fast", "-x", "INSTANCE", "VI_1", "MASTER", "100"], master],
    [["INSTANCE", "VI_1", "MASTER"], { ...master, priority: null }],
    [["mail", "INSTANCE", "VI_1", "MASTER"], { ...master, priority: null }],
    [["GROUP", 'a b "c" d\'e', "FAULT", "0"], notify("group", 'a b "c" d\'e', "fault", 0)],
    [["INSTANCE", "GROUP", "MASTER", "100"], notify("instance", "GROUP", "master", 100)],
    [["INSTANCE", "3", "MASTER"], notify("instance", "3", "master", null)],
    [[], "not_notify"],
    [["MASTER"], "not_notify"],
    [["INSTANCE", "VI_1"], "not_notify"],
    [["INSTANCE", "VI_1", "MASTER", "100", "--after"], "not_notify"],
    [["INSTANCE", "", "MASTER", "100"], "no_name"],
    [["INSTANCE", "VI_1", "EQUAL", "100"], "unknown_event"],
    [["INSTANCE", "VI_1", "MASTER", "1000"], "bad_priority"],
    [["INSTANCE", "VI_1\nINSTANCE", "MASTER", "100"], "control_characters"],
  ];
  for (const [args, expected] of table) {
    test(JSON.stringify(args), () => {
      const parsed = parseArguments(args);
      assert.deepEqual(parsed.ok ? parsed.value : parsed.error, expected);
    });
  }
});
