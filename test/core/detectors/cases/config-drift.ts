import type { ConfiguredInstance } from "../../../../src/core/keepalived-config.ts";
import { seconds } from "../../../../src/lib/time.ts";
import type { AdvertSpec } from "../../../helpers/scenario.ts";
import { configured, ended, host, instance, notify, running } from "../../host/facts.ts";
import type { Case } from "../case.ts";

const ours = "192.0.2.1";
const own = { direction: "out" } as const;

const differs = (cause: string, file: Partial<ConfiguredInstance>, spec: AdvertSpec = {}): Case => ({
  name: `another ${cause} in the file than in our adverts is told a minute later, until they agree`,
  run: (t) =>
    host(t, 0, [instance(file)])
      .adverts(1_000, 70_000, ours, 100, { ...own, ...spec })
      .fact(70_500, configured([instance()])),
  trace: [`61000 raised ${cause}`, "70500 cleared"],
});

export const cases: readonly Case[] = [
  differs("priority", { priority: 120 }),
  differs("addresses", { addresses: [{ address: "192.0.2.101", prefixLength: 24, dev: null, advertised: true, dad: false }] }),
  differs("interval", { interval: seconds(2) }),
  differs("version", { version: 2 }),
  differs("authentication", { auth: "simple" }),
  {
    name: "a file that is not loaded for a minute is told, until a reload",
    run: (t) =>
      host(t)
        .fact(5_100, configured([instance()], {}, 5_000))
        .idle(90_000)
        .fact(90_001, running(-10_000, 90_000)),
    trace: ["65100 raised file", "90001 cleared"],
  },
  {
    name: "a reload within a minute is in time",
    run: (t) =>
      host(t)
        .fact(5_100, configured([instance()], {}, 5_000))
        .fact(65_099, running(-10_000, 65_000))
        .idle(90_000),
    trace: [],
  },
  {
    name: "a reload that cannot be told from that of another speaker leaves nothing to say",
    run: (t) =>
      host(t)
        .fact(5_100, configured([instance()], {}, 5_000))
        .fact(6_000, running(-10_000, null, 5_900))
        .idle(90_000),
    trace: [],
    holds: null,
  },
  {
    name: "a priority that a failing script explains is none",
    run: (t) => host(t, 0, [instance({ tracks: [{ kind: "script", name: "chk", weight: -30 }] })]).adverts(1_000, 90_000, ours, 70, own),
    trace: [],
  },
  {
    name: "grace is another span",
    settings: { grace: seconds(5) },
    run: (t) => host(t, 0, [instance({ priority: 120 })]).adverts(1_000, 9_000, ours, 100, own),
    trace: ["6000 raised priority"],
  },
  {
    name: "it ends when keepalived was stopped for good and its instance is taken out of the file",
    run: (t) =>
      host(t)
        .adverts(1_000, 3_000, "192.0.2.7", 150)
        .fact(5_100, configured([instance()], {}, 5_000))
        .adverts(6_000, 70_000, "192.0.2.7", 150)
        .fact(70_500, notify("stop", 100))
        .fact(70_501, configured([])),
    trace: ["65100 raised file", "70501 cleared"],
    holds: null,
  },
  {
    name: "a listener without keepalived.conf cannot say it",
    run: (t) => t.adverts(0, 5_000, ours, 100),
    trace: [],
    holds: null,
  },
  {
    name: "a keepalived that does not run follows no file",
    run: (t) =>
      host(t)
        .fact(5_100, configured([instance()], {}, 5_000))
        .fact(6_000, ended(-10_000))
        .idle(90_000),
    trace: [],
    holds: null,
  },
];
