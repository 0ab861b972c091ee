import type { Outcome } from "./report.ts";
import { growth, megabytes } from "./sampler.ts";
import { type Fact, fact, type Length, type Scenario } from "./scenario.ts";
import type { Station } from "./station.ts";

/** Runs one scenario. Never throws: what did not hold is in the outcome. */
export async function play(scenario: Scenario, station: Station, length: Length): Promise<Outcome> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1_000;
  try {
    const facts = await scenario.run(station, length);
    station.isAlive();
    return { scenario, seconds: seconds(), facts };
  } catch (error) {
    const { process: child } = station.agent;
    const ended = child.running
      ? ""
      : `the agent ended (${child.child.exitCode ?? child.child.signalCode}): ${child.stderr || child.stdout.slice(-1_000)}: `;
    const failure = ended + (error instanceof Error ? error.message : String(error));
    // The next one is to be judged by itself.
    const left = await station.restore().then(
      () => "",
      (reason: unknown) => ` Afterwards: ${String(reason)}`,
    );
    return { scenario, seconds: seconds(), facts: [], failure: failure + left };
  }
}

/** Memory and descriptors of the agent that ran from the first scenario to the last. */
export function overAll({ sampler }: Station): readonly Fact[] {
  const last = sampler.now();
  const { samples } = sampler;
  const first = samples[0] ?? last;
  const most = (value: (sample: typeof last) => number): number => Math.max(...samples.map(value));
  return [
    fact("samples", samples.length),
    fact("RSS, first / highest / last", [first.rss, most(({ rss }) => rss), last.rss].map(megabytes).join(" / ")),
    fact("descriptors, first / highest / last", [first.descriptors, most(({ descriptors }) => descriptors), last.descriptors].join(" / ")),
    fact(
      "slope of RSS, with the load that came and went",
      growth(samples, ({ rss }) => rss / 1e6, "MB/h"),
    ),
    fact(
      "slope of descriptors",
      growth(samples, ({ descriptors }) => descriptors, "an hour"),
    ),
  ];
}
