import { parseArgs } from "node:util";
import { scenarios } from "./list.ts";
import { asMarkdown, asText, type Outcome, writeDocs } from "./report.ts";
import { overAll, play } from "./run.ts";
import type { Length } from "./scenario.ts";
import { Station } from "./station.ts";

/** What `npm run soak` runs. Exit status: 0 everything held, 1 something did not (it says what), 2 wrong usage. */

const usage = `usage: npm run soak -- [options]
  --short         as the suite runs it, a minute or two
  --only NAMES    some scenarios only, by commas: ${scenarios.map(({ name }) => name).join(",")}
  --docs          put the results into docs/reliability.md`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Options {
  readonly short: boolean;
  readonly docs: boolean;
  readonly only: readonly string[] | undefined;
}

function refuse(message: string): never {
  process.stderr.write(`soak: ${message}\n${usage}\n`);
  process.exit(2);
}

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        short: { type: "boolean", default: false },
        docs: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        only: { type: "string" },
      },
    });
    if (values.help) {
      say(usage);
      process.exit(0);
    }
    const only = values.only?.split(",");
    const unknown = only?.find((name) => !scenarios.some((scenario) => scenario.name === name));
    if (unknown !== undefined) refuse(`there is no scenario ${unknown}`);
    if (values.docs && only !== undefined) refuse("--docs wants all scenarios: a part would replace the whole table");
    return { short: values.short, docs: values.docs, only };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const options = readOptions();
const length: Length = options.short ? "short" : "full";
// All that the lab made is removed while this process exits. Not `once`: a second Ctrl-C would end it in the midst of that.
for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
] as const)
  process.on(signal, () => process.exit(128 + number));
// Whoever read along has gone (`| head`).
process.stdout.on("error", () => process.exit(1));

say("soak: starting two keepalived nodes, an agent and a receiver ...");
const station = await Station.create();
const outcomes: Outcome[] = [];
for (const scenario of scenarios.filter(({ name }) => options.only?.includes(name) ?? true)) {
  const outcome = await play(scenario, station, length);
  outcomes.push(outcome);
  say(asText(outcome));
  if (!station.agent.process.running) {
    say("the agent has ended: no scenario after this one was run");
    break;
  }
}
const whole = overAll(station);
for (const { what, value } of whole) say(`${what}: ${value}`);
if (options.docs) writeDocs(asMarkdown(outcomes, whole, length));
process.exit(outcomes.some(({ failure }) => failure !== undefined) ? 1 : 0);
