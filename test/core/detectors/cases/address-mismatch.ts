import { host, instance } from "../../host/facts.ts";
import type { Case } from "../case.ts";
import { mismatchCases } from "./mismatch.ts";

const list = (count: number): string[] => Array.from({ length: count }, (_, i) => `198.51.${i >> 8}.${i & 0xff}`);
const entries = (addresses: readonly string[]) =>
  addresses.map((address) => ({ address, prefixLength: 24, dev: null, advertised: true, dad: false }));
const two = ["192.0.2.100", "192.0.2.101"];

export const cases: readonly Case[] = [
  ...mismatchCases({ cause: "configuration", other: { addresses: two }, same: {}, file: { addresses: entries(two) } }),
  {
    name: "the order of the addresses means nothing",
    run: (t) => t.adverts(0, 3_000, "192.0.2.7", 150, { addresses: two }).advert(3_500, "192.0.2.8", 200, { addresses: two.toReversed() }),
    trace: [],
  },
  {
    name: "a router that sends no addresses differs from one that does",
    run: (t) => t.adverts(0, 3_000, "192.0.2.7", 150).advert(3_500, "192.0.2.8", 200, { addresses: [] }),
    trace: ["3500 raised configuration"],
  },
  {
    name: "lists that have nothing in common are two clusters",
    run: (t) => t.adverts(0, 3_000, "192.0.2.7", 150).advert(3_500, "192.0.2.8", 200, { addresses: ["192.0.2.200"] }),
    trace: [],
  },
  ...[20, 300].flatMap((count): Case[] => [
    {
      name: `${count} addresses in another order are the same`,
      run: (t) =>
        t
          .adverts(0, 3_000, "192.0.2.7", 150, { addresses: list(count) })
          .advert(3_500, "192.0.2.8", 200, { addresses: list(count).toReversed() }),
      trace: [],
    },
    {
      name: `${count} addresses of which the last differs are not`,
      run: (t) =>
        t
          .adverts(0, 3_000, "192.0.2.7", 150, { addresses: list(count) })
          .advert(3_500, "192.0.2.8", 200, { addresses: [...list(count - 1), "192.0.2.1"] }),
      trace: ["3500 raised configuration"],
    },
    {
      name: `a backup on this host with the same ${count} addresses in its keepalived.conf does not differ from its master`,
      run: (t) =>
        host(t, 0, [instance({ addresses: entries(list(count)) })]).adverts(1_000, 5_000, "192.0.2.7", 150, { addresses: list(count) }),
      trace: [],
    },
    {
      name: `a backup on this host with one address less than the ${count} of its master differs`,
      run: (t) =>
        host(t, 0, [instance({ addresses: entries(list(count - 1)) })]).adverts(1_000, 5_000, "192.0.2.7", 150, { addresses: list(count) }),
      trace: ["1000 raised configuration"],
    },
  ]),
  {
    name: "addresses of virtual_ipaddress_excluded are in no advert",
    run: (t) =>
      host(t, 0, [
        instance({
          addresses: [...instance().addresses, { address: "2001:db8::5", prefixLength: 64, dev: null, advertised: false, dad: false }],
        }),
      ]).adverts(1_000, 5_000, "192.0.2.7", 150),
    trace: [],
  },
];
