import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Notification } from "../../src/alerts/alert.ts";
import { type CoalesceOptions, coalesce, type Waiting } from "../../src/alerts/coalesce.ts";
import { sampleAlert, sampleNotification, told } from "../helpers/deliveries.ts";

const waits = (notification: Notification, fields: Partial<Waiting> = {}): Waiting => ({
  notification,
  attempted: false,
  revived: false,
  ...fields,
});

const join = (waiting: readonly Waiting[], options: Partial<CoalesceOptions> = {}) =>
  coalesce(waiting, { perAlert: false, maxAlerts: 300, sent: () => undefined, newId: () => "new", ...options });

const group = (id: string, ...alerts: Parameters<typeof sampleNotification>[1]): Notification =>
  sampleNotification(id, alerts, { group_key: "g" });

describe("what waits for one receiver", () => {
  test("is the very same object where there is nothing to join", () => {
    const one = group("a", sampleAlert("x", 1));
    const two = sampleNotification("b", [sampleAlert("y", 1)]);
    const joined = join([waits(one, { attempted: true }), waits(two)]);
    assert.deepEqual(
      joined.map(({ from }) => from),
      [[0], [1]],
    );
    assert.equal(joined[0]?.notification, one);
    assert.equal(joined[1]?.notification, two);
  });

  test("tells of an alert that began and ended once, with both true times", () => {
    const firing = sampleAlert("x", 1);
    const [only, ...more] = join([waits(group("a", firing)), waits(group("b", sampleAlert("x", 2)))]);
    assert.deepEqual(more, []);
    const alert = only?.notification.alerts[0];
    assert.equal(alert?.status, "resolved");
    assert.equal(alert?.times, 1);
    assert.equal(alert?.starts_at, firing.starts_at);
    assert.equal(alert?.ends_at, sampleAlert("x", 2).ends_at);
  });

  test("keeps the start that was told first where the end tells of a later one", () => {
    const late = sampleAlert("x", 2, { starts_at: sampleAlert("x", 2).ends_at ?? "" });
    const [only] = join([waits(group("a", sampleAlert("x", 1))), waits(group("b", late))]);
    assert.equal(only?.notification.alerts[0]?.starts_at, sampleAlert("x", 1).starts_at);
  });

  const episodes: ReadonlyArray<readonly [name: string, states: readonly (readonly [sequence: number, times: number])[], times: number]> = [
    ["it began, ended and began", [[1, 1], [2, 1], [3, 1]], 2], // biome-ignore format: a table
    ["it began, and came and went before it was told again", [[1, 1], [4, 2]], 2], // biome-ignore format: a table
    ["it began four times between two that were told", [[1, 1], [9, 4]], 5], // biome-ignore format: a table
    ["the same state is repeated", [[3, 2], [3, 1], [3, 1]], 2], // biome-ignore format: a table
    ["a joined one meets what it was joined from", [[1, 1], [3, 2], [3, 1]], 2], // biome-ignore format: a table
    ["the numbers began anew in between", [[4, 1], [4_000_001, 1]], 2], // biome-ignore format: a table
  ];
  for (const [name, states, times] of episodes) {
    test(`counts each episode once: ${name}`, () => {
      const [only] = join(states.map(([sequence, n], i) => waits(group(`n${i}`, sampleAlert("x", sequence, { times: n })))));
      assert.equal(only?.notification.alerts[0]?.times, times);
      assert.equal(only?.notification.alerts[0]?.sequence, states.at(-1)?.[0]);
    });
  }

  test("believes the number of a state more than its place", () => {
    const [only] = join([waits(group("a", sampleAlert("x", 4))), waits(group("b", sampleAlert("x", 3)))]);
    assert.equal(only && told(only.notification), "x4");
  });

  test("is joined within a group, in the place of the first, firing before resolved and the most severe first", () => {
    const joined = join([
      waits(group("a", sampleAlert("x", 1), sampleAlert("y", 1, { severity: "info" }))),
      waits(sampleNotification("o", [sampleAlert("other", 1)])),
      waits(group("b", sampleAlert("x", 2), sampleAlert("z", 1, { severity: "warning" }))),
    ]);
    assert.deepEqual(
      joined.map(({ notification, from }) => [told(notification), from]),
      [
        ["z1 y1 x2", [0, 2]],
        ["other1", [1]],
      ],
    );
  });

  test("tells an alert in the group of its latest state only", () => {
    const joined = join([
      waits(sampleNotification("a", [sampleAlert("x", 1), sampleAlert("y", 1)], { group_key: "old" })),
      waits(sampleNotification("b", [sampleAlert("z", 1)], { group_key: "gone" })),
      waits(sampleNotification("c", [sampleAlert("x", 2), sampleAlert("z", 2)], { group_key: "now" })),
    ]);
    assert.deepEqual(
      joined.map(({ notification, from }) => [notification.group_key, told(notification), from]),
      [
        ["now", "x2 z2", [0, 1, 2]],
        ["old", "y1", [0]],
      ],
    );
  });

  test("gets a new id where its content changed after an attempt, and keeps it otherwise", () => {
    const one = group("a", sampleAlert("x", 1));
    const two = group("b", sampleAlert("y", 1));
    const idOf = (first: boolean, second: boolean): string | undefined =>
      join([waits(one, { attempted: first }), waits(two, { attempted: second })])[0]?.notification.id;
    assert.equal(idOf(false, false), "a");
    assert.equal(idOf(true, false), "b");
    assert.equal(idOf(true, true), "new");
  });

  test("keeps id and content of one that says all of it already", () => {
    const whole = group("b", sampleAlert("x", 1), sampleAlert("y", 1));
    const [only] = join([waits(group("a", sampleAlert("x", 1)), { attempted: true }), waits(whole, { attempted: true })]);
    assert.equal(only?.notification, whole);
    assert.deepEqual(only?.from, [0, 1]);
  });

  test("goes alert by alert to a receiver that knows no lists, each with an id of its own", () => {
    let ids = 0;
    const joined = join([waits(group("a", sampleAlert("x", 1), sampleAlert("y", 1))), waits(group("b", sampleAlert("x", 2)))], {
      perAlert: true,
      newId: () => `new-${++ids}`,
    });
    assert.deepEqual(
      joined.map(({ notification, from }) => [told(notification), from]),
      [
        ["x2", [0, 1]],
        ["y1", [0]],
      ],
    );
    assert.equal(new Set(joined.map(({ notification }) => notification.id)).size, 2);
  });

  test("has the most severe alerts of too many, and counts the rest", () => {
    const [only] = join(
      [
        waits(group("a", sampleAlert("x", 1, { severity: "info" }), sampleAlert("y", 2))),
        waits(sampleNotification("b", [sampleAlert("z", 1, { severity: "warning" })], { group_key: "g", truncated: 4 })),
      ],
      { maxAlerts: 2 },
    );
    assert.equal(only && told(only.notification), "z1 y2");
    assert.equal(only?.notification.truncated, 5);
    assert.equal(only?.cut, 1);
  });

  test("leaves out what is older than what was told, if it comes from an earlier run or from the dead letters", () => {
    const sent = (fingerprint: string): number | undefined => (fingerprint === "x" ? 2 : undefined);
    const old = group("a", sampleAlert("x", 1));
    assert.deepEqual(join([waits(old, { revived: true })], { sent }), []);
    const [partly] = join([waits(group("b", sampleAlert("x", 1), sampleAlert("y", 1)), { revived: true, attempted: true })], { sent });
    assert.equal(partly && told(partly.notification), "y1");
    assert.equal(partly?.notification.id, "new");
    assert.equal(join([waits(group("c", sampleAlert("x", 2)), { revived: true })], { sent }).length, 1, "a repetition is not older");
    // The wall clock was set back, and with it the numbers of a new alert: nothing may be lost by that.
    assert.equal(join([waits(old)], { sent })[0]?.notification, old);
  });

  test("is a repetition only where all of it is", () => {
    const repeat = (id: string): Notification => ({ ...group(id, sampleAlert(id, 1)), reason: "repeat" });
    const damped: Notification = { ...group("d", sampleAlert("x", 1)), reason: "damped" };
    const reasonOf = (...list: Notification[]): string | undefined => join(list.map((one) => waits(one)))[0]?.notification.reason;
    assert.equal(reasonOf(repeat("a"), repeat("b")), "repeat");
    assert.equal(reasonOf(group("a", sampleAlert("x", 1)), damped, repeat("b")), "damped");
  });

  test("leaves tests alone", () => {
    const trial: Notification = { ...group("t", sampleAlert("x", 9)), reason: "test" };
    const joined = join([waits(group("a", sampleAlert("x", 1))), waits(trial), waits(group("b", sampleAlert("x", 2)))]);
    assert.deepEqual(
      joined.map(({ notification }) => told(notification)),
      ["x2", "x9"],
    );
  });
});
