import { seconds } from "../../../../src/lib/time.ts";
import type { AdvertSpec } from "../../../helpers/scenario.ts";
import { configured, host, instance } from "../../host/facts.ts";
import type { Case } from "../case.ts";

const A = "192.0.2.7";
const B = "192.0.2.8";

interface Difference {
  readonly cause: string;
  /** What the second one says; the first says the defaults. */
  readonly other: AdvertSpec;
  /** What looks different and is not. */
  readonly same: AdvertSpec;
  /** What the keepalived.conf of a backup on this host says; null: the file cannot tell. */
  readonly file: Parameters<typeof instance>[0] | null;
}

/** The cases that the five mismatch conditions have in common. */
export function mismatchCases({ cause, other, same, file }: Difference): readonly Case[] {
  const common: Case[] = [
    {
      name: "a second sender that differs is told at its first advert, and until it says the same",
      run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, B, 200, other).advert(6_400, B, 200, same),
      trace: [`5400 raised ${cause}`, "6400 cleared"],
    },
    {
      name: "it ends as well when the first one says the same as the second",
      run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, B, 200, other).advert(5_410, B, 0, other).advert(8_000, A, 150, other),
      trace: [`5400 raised ${cause}`, "8000 cleared"],
    },
    {
      name: "a backup that was not heard again for ten minutes may have been set right since",
      run: (t) => t.advert(0, B, 100, other).adverts(1_000, 700_000, A, 150),
      trace: [`1000 raised ${cause}`, "600000 cleared"],
    },
    {
      name: "remember is another span",
      settings: { remember: seconds(20) },
      run: (t) => t.advert(0, B, 100, other).adverts(1_000, 700_000, A, 150),
      trace: [`1000 raised ${cause}`, "20000 cleared"],
    },
    {
      name: "who was heard last ten minutes ago is not compared any more",
      run: (t) => t.advert(0, B, 100, other).advert(10, B, 0, other).adverts(600_010, 700_000, A, 150),
      trace: [],
    },
    {
      name: "senders that say the same in other words do not differ",
      run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, B, 200, same).adverts(6_400, 20_000, B, 200, same),
      trace: [],
    },
    {
      name: "while the interface is not captured it is neither cleared nor known",
      run: (t) => t.advert(0, B, 100, other).adverts(1_000, 5_000, A, 150).capture(6_000, "deaf").idle(2_000_000),
      trace: [`1000 raised ${cause}`],
      holds: null,
    },
  ];
  if (file === null) return common;
  return [
    ...common,
    {
      name: "a backup on this host differs from its master by its keepalived.conf, until that is set right and loaded",
      run: (t) =>
        host(t, 0, [instance(file)])
          .adverts(1_000, 5_000, A, 150)
          .fact(5_500, configured([instance()])),
      trace: [`1000 raised ${cause}`, "5500 cleared"],
    },
    {
      name: "a keepalived.conf that may not be loaded says nothing of the backup",
      run: (t) =>
        host(t, 0, [instance()])
          .adverts(1_000, 5_000, A, 150)
          .fact(5_500, configured([instance(file)], {}, 5_400)),
      trace: [],
    },
  ];
}
