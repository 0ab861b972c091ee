import { millis } from "../../../../src/lib/time.ts";
import type { AdvertSpec } from "../../../helpers/scenario.ts";
import { added, held, host, instance, notify, VIP } from "../../host/facts.ts";
import type { Case, Timeline } from "../case.ts";

const A = "192.0.2.7";
const B = "192.0.2.8";
const ours = "192.0.2.1";
const own = { direction: "out" } as const;

/** A goes on with 150 and never answers, B goes on 300 ms later with 100: each is deaf to the other. */
function partition(t: Timeline, fromMs: number, untilMs: number, a: AdvertSpec = {}, b: AdvertSpec = a): Timeline {
  for (let at = fromMs; at <= untilMs; at += 1_000) t.advert(at, A, 150, a).advert(at + 300, B, 100, b);
  return t;
}

/** A hears B and answers each of its adverts within a millisecond. */
function answering(
  t: Timeline,
  fromMs: number,
  untilMs: number,
  a: string,
  b: string,
  specB: AdvertSpec = {},
  specA: AdvertSpec = {},
): Timeline {
  for (let at = fromMs; at <= untilMs; at += 1_000) t.advert(at, b, 100, specB).advert(at + 1, a, 150, specA);
  return t;
}

/** A and B refuse each other, so that each puts the advert of the other off (protocol §2.9): B A A B B A A B B. @returns when B spoke last */
function turns(t: Timeline, fromMs: number, b: AdvertSpec, a: AdvertSpec, rounds: number): number {
  let at = fromMs + 25;
  t.advert(at, B, 100, b);
  for (let i = 0; i < rounds; i++) {
    t.advert(at + 1_000, A, 150, a).advert(at + 2_000, A, 150, a);
    t.advert(at + 3_000, B, 100, b).advert(at + 4_000, B, 100, b);
    at += 4_000;
  }
  return at;
}

const disputed = (field: string, b: AdvertSpec, a: AdvertSpec = {}): Case => ({
  name: `two masters that refuse each other (${field}) are told with the first advert beside the better one`,
  run: (t) => turns(t.adverts(0, 8_000, A, 150, a), 8_000, b, a, 4),
  trace: [`8025 raised ${field}`],
});

export const cases: readonly Case[] = [
  {
    name: "two masters that do not hear each other are told with the second advert after the chance to hear, and until one resigns",
    run: (t) => partition(t.adverts(0, 4_000, A, 150), 5_000, 9_000).advert(9_500, B, 0),
    trace: ["7300 raised unknown", "9500 cleared"],
  },
  {
    name: "it ends as well when the weaker one yields: silent for one and a half of its intervals",
    run: (t) => {
      partition(t.adverts(0, 4_000, A, 150), 5_000, 9_000)
        .advert(9_301, A, 150)
        .adverts(10_000, 20_000, A, 150);
    },
    trace: ["7300 raised unknown", "10801 cleared"],
  },
  {
    name: "it ends when one of them has been silent for the time of the slowest backup",
    run: (t) => partition(t.adverts(0, 4_000, A, 150), 5_000, 9_000).adverts(10_300, 30_300, B, 100),
    trace: ["7300 raised unknown", "13016.093 cleared"],
  },
  {
    name: "with an interval of 0.1 s it is told as soon",
    run: (t) => {
      const fast = { interval: millis(100) };
      t.adverts(0, 1_000, A, 150, fast);
      for (let at = 1_100; at <= 3_000; at += 100) t.advert(at, A, 150, fast).advert(at + 30, B, 100, fast);
    },
    trace: ["1430 raised unknown"],
  },
  {
    name: "a single advert that is told off within milliseconds is none",
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_500, B, 100).adverts(5_501, 20_501, A, 150),
    trace: [],
  },
  {
    name: "this host drops what it should hear: it goes on beside a better master that is captured here",
    run: (t) => answering(host(t).adverts(0, 4_000, A, 150), 5_000, 9_000, A, ours, own).advert(9_500, ours, 0, own),
    trace: ["7000 raised local_receive_blocked", "9500 cleared"],
  },
  {
    name: "this host drops what it should hear: it never answers a weaker master",
    run: (t) => {
      host(t).adverts(0, 4_000, ours, 150, own);
      for (let at = 5_000; at <= 12_000; at += 1_000) t.advert(at, ours, 150, own).advert(at + 300, B, 100);
    },
    trace: ["7300 raised local_receive_blocked"],
  },
  {
    name: "none of this host's adverts leaves, and another router took over",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .adverts(102, 2_102, ours, 100, own)
        .adverts(5_700, 12_700, B, 90),
    trace: ["7700 raised local_send_blocked"],
  },
  {
    name: "a better master comes back, and the keepalived of this host stays master in silence",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .adverts(102, 9_102, ours, 100, own)
        .adverts(9_500, 20_500, A, 150),
    trace: ["13000 raised local_send_blocked"],
  },
  {
    name: "the counter of the other shows that adverts are lost between the two",
    run: (t) => {
      host(t);
      for (let id = 1; id <= 6; id++) t.advert(id * 1_000, B, 100, { ipId: id });
      t.adverts(6_500, 9_500, ours, 150, own);
      // It does not hear us, and of its adverts one does not arrive.
      for (const id of [7, 9, 10, 11])
        t.advert(3_000 + id * 1_000, B, 100, { ipId: id }).adverts(3_001 + id * 1_000, 3_999 + id * 1_000, ours, 150, own);
    },
    trace: ["14000 raised partition"],
  },
  {
    name: "an advert that was lost an hour before says nothing of the path",
    run: (t) => {
      host(t);
      for (const id of [1, 2, 3, 4, 5, 7]) t.advert(id * 1_000, B, 100, { ipId: id });
      t.adverts(7_500, 3_600_500, ours, 150, own);
      for (const id of [8, 9, 10])
        t.advert(3_593_000 + id * 1_000, B, 100, { ipId: id }).adverts(3_593_001 + id * 1_000, 3_593_999 + id * 1_000, ours, 150, own);
    },
    trace: ["3603000 raised unknown"],
  },
  disputed("version_mismatch", { version: 2, checksum: "v2" }),
  disputed("auth_mismatch", { version: 2, auth: "simple", passwordTag: 2 }, { version: 2, auth: "simple", passwordTag: 1 }),
  disputed("address_mismatch", { addresses: [VIP, "192.0.2.101"] }),
  disputed("checksum_mismatch", { checksum: "message_only" }),
  {
    name: "VRRPv2 refuses another interval: the slower one says hardly anything and counts for 30 intervals",
    run: (t) => {
      const v2 = { version: 2 } as const;
      t.adverts(0, 6_000, A, 150, v2).advert(6_017, B, 100, { ...v2, interval: millis(2_000) });
      t.adverts(7_017, 100_017, A, 150, v2);
    },
    trace: ["6017 raised interval_mismatch", "66017 cleared"],
  },
  {
    name: "the better one may be the silent one: the weaker one, whose packets it refuses, puts it off",
    run: (t) => {
      const v2 = { version: 2 } as const;
      t.adverts(902, 2_902, A, 150).adverts(3_612, 15_612, B, 100, v2).advert(16_617, A, 150).advert(16_617.02, B, 100, v2);
      t.adverts(17_618, 60_618, B, 100, v2);
    },
    trace: ["3612 raised version_mismatch", "46617 cleared"],
  },
  {
    name: "the better one that is silent is waited for, also where the weaker one is too slow to be heard when its time is over",
    run: (t) => {
      const v2 = { version: 2 } as const;
      t.adverts(0, 5_000, A, 150, v2)
        .adverts(5_600, 29_600, B, 100, { ...v2, interval: millis(3_000) })
        .adverts(31_000, 31_000, A, 0, v2);
    },
    trace: ["5600 raised interval_mismatch", "31000 cleared"],
  },
  {
    name: "it ends at once when the silent one speaks as the other one does",
    run: (t) => {
      const v2 = { version: 2 } as const;
      t.adverts(902, 2_902, A, 150).adverts(3_612, 15_612, B, 100, v2).adverts(16_300, 30_300, A, 150, v2);
    },
    trace: ["3612 raised version_mismatch", "16300 cleared"],
  },
  {
    name: "in VRRPv3 another interval is learned, and no reason to refuse",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150)
        .advert(5_500, B, 100, { interval: millis(2_000) })
        .adverts(5_501, 20_501, A, 150),
    trace: [],
  },
  {
    name: "a refusal is over when they agree",
    run: (t) => {
      t.adverts(0, 8_000, A, 150);
      const at = turns(t, 8_000, { checksum: "message_only" }, {}, 1);
      t.advert(at + 500, B, 100)
        .advert(at + 501, A, 150)
        .adverts(at + 1_501, at + 9_501, A, 150);
    },
    trace: ["8025 raised checksum_mismatch", "12525 cleared"],
  },
  {
    name: "one source address that sends from two cards in turn is two routers",
    run: (t) => {
      for (let at = 0; at <= 8_000; at += 1_000)
        t.advert(at, A, 100, { mac: "02:00:00:00:00:01" }).advert(at + 400, A, 100, { mac: "02:00:00:00:00:02" });
      t.adverts(9_000, 20_000, A, 100, { mac: "02:00:00:00:00:01" });
    },
    trace: ["1400 raised equal_addresses", "13000 cleared"],
  },
  {
    name: "a router whose network card was changed is one router",
    run: (t) => t.adverts(0, 4_000, A, 100, { mac: "02:00:00:00:00:01" }).adverts(5_000, 20_000, A, 100, { mac: "02:00:00:00:00:02" }),
    trace: [],
  },
  {
    name: "lists that have nothing in common are two clusters",
    run: (t) => partition(t.adverts(0, 4_000, A, 150), 5_000, 20_000, {}, { addresses: ["192.0.2.200"] }),
    trace: [],
  },
  {
    name: "nobody can say it while the interface is not captured: it is neither cleared nor known",
    run: (t) =>
      partition(t.adverts(0, 4_000, A, 150), 5_000, 9_000)
        .capture(9_500, "deaf")
        .idle(900_000),
    trace: ["7300 raised unknown"],
    holds: null,
  },
  {
    name: "a host whose keepalived says MASTER without the address has not taken over yet",
    run: (t) => host(t, 0, [instance()]).fact(100, notify("master", 100)).adverts(200, 20_200, B, 150),
    trace: [],
  },
];
