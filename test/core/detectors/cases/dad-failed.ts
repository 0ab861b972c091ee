import { added, configured, held, host, instance, notify, removed } from "../../host/facts.ts";
import type { Case } from "../case.ts";

const address = "2001:db8::100";
const six = instance({ family: "ipv6", addresses: [{ address, prefixLength: 64, dev: null, advertised: true, dad: true }] });
const tentative = held(2, address, { tentative: true });
const failed = held(2, address, { tentative: true, dadFailed: true });
const marked = { kind: "addresses", changes: [{ kind: "changed", address: failed, before: tentative }] } as const;
const unmarked = { kind: "addresses", changes: [{ kind: "changed", address: held(2, address), before: failed }] } as const;

export const cases: readonly Case[] = [
  {
    name: "an address that the kernel marks as a duplicate is told at once, until it is gone",
    run: (t) => host(t, 0, [six]).fact(100, added(tentative)).fact(900, marked).fact(5_000, removed(failed)),
    trace: ["900 raised duplicate_address", "5000 cleared"],
  },
  {
    name: "it ends when the mark is gone",
    run: (t) => host(t, 0, [six]).fact(100, added(tentative)).fact(900, marked).fact(5_000, unmarked),
    trace: ["900 raised duplicate_address", "5000 cleared"],
  },
  {
    name: "an address that is still being tested has not failed",
    run: (t) => host(t, 0, [six]).fact(100, added(tentative)).idle(5_000),
    trace: [],
  },
  {
    name: "an address of no virtual router is none of it",
    run: (t) => host(t, 0, [six]).fact(100, added(held(2, "2001:db8::55", { dadFailed: true }))),
    trace: [],
  },
  {
    name: "IPv4 has no such test",
    run: (t) => host(t).fact(100, notify("master", 100)),
    trace: [],
    holds: null,
  },
  {
    name: "before the kernel's list of addresses is known nobody can say it",
    run: (t) => t.fact(0, configured([six])),
    trace: [],
    holds: null,
  },
];
