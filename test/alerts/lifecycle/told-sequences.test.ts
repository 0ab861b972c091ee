import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprintOf } from "../../../src/alerts/identity.ts";
import { storedTold } from "../../../src/alerts/lifecycle/told-sequences.ts";
import { receiver } from "./feed.ts";

const labels = { alertname: "VRRPSplitBrain", segment: "dc1-front" };
const x = fingerprintOf(labels);
const told = (name: string, sequence: number, fingerprint = x) => ({
  receiver: name,
  told: [{ fingerprint, sequence, firing: sequence % 2 === 1, damped: false }],
});
const state = (conversations: readonly unknown[], sequence = 2, hushed = false) => ({
  version: 1,
  alerts: [{ labels, sequence, hushed }],
  conversations,
});

const cases: readonly (readonly [title: string, stored: unknown, sendResolved: boolean, expected: Readonly<Record<string, number>>])[] = [
  ["of a beginning the state is believed", state([told("a", 1)], 1), true, { [x]: 1 }],
  ["of an end that was no secret the state is believed", state([told("a", 2)]), true, { [x]: 2 }],
  ["an end that was hushed may not have been told", state([told("a", 2)], 2, true), true, {}],
  ["an end is not told to a receiver that wants none", state([told("a", 2)]), false, {}],
  ["of an end before the present episode it is not known whether it was told", state([told("a", 2)], 3), true, {}],
  ["what other receivers were told does not count", state([told("b", 1)]), true, {}],
  ["the highest of several groups counts", state([told("a", 3), told("a", 1)]), true, { [x]: 3 }],
  ["without a state nothing was told", null, true, {}],
  [
    "of entries in another shape nothing is taken",
    state([null, { receiver: "a", told: {} }, { receiver: "a", told: [7, { fingerprint: x, sequence: "1" }] }]),
    true,
    {},
  ],
  ["a state in another shape is none", [1], true, {}],
];
for (const [title, stored, sendResolved, expected] of cases)
  test(title, () => assert.deepEqual(Object.fromEntries(storedTold(stored, receiver("a", { sendResolved }))), expected));
