import type { Event } from "../../../src/core/events.ts";
import type { Run } from "./world.ts";
import type { Step } from "./world-spec.ts";

const time = (us: number): string => (us / 1_000_000).toFixed(4).padStart(9);
const name = (who: number): string => String.fromCharCode(65 + who);

/** A run for a person: who is who, then steps, states, adverts and the engine's events in the order of time. */
export function timeline(run: Run, events: readonly Event[] = []): string {
  const { speakers, loss, listenerLoss, scheduling, seed, listenFrom, end } = run.spec;
  const lines: { at: number; text: string }[] = [
    ...run.spec.steps.map((step) => ({ at: step.at, text: `# ${stepText(step)}` })),
    ...run.states.map(({ at, who, state, paused }) => ({ at, text: `  ${name(who)} is ${state}${paused ? ", frozen" : ""}` })),
    ...run.adverts.map(({ at, who, packet, reached, heardAt }) => {
      const others = speakers.map((_, i) => i).filter((i) => i !== who && !reached.includes(i));
      const missed = [...others.map(name), ...(heardAt === null ? ["listener"] : [])];
      return {
        at,
        text: `${name(who)} sends ${packet.priority}${missed.length === 0 ? "" : ` (not to ${missed.join(", ")})`}`,
      };
    }),
    ...events.map((event) => ({ at: event.at as number, text: `    => ${eventText(event)}` })),
  ];
  lines.sort((x, y) => x.at - y.at);
  const who = speakers.map(({ config, clock }, i) => {
    const { source, priority, version, interval, addresses, password } = config;
    const options = Object.entries(config)
      .filter(([, value]) => value === true || (typeof value === "number" && value > 0))
      .filter(([key]) => !["version", "priority", "interval"].includes(key))
      .map(([key, value]) => ` ${key}${value === true ? "" : `=${value}`}`);
    const secret = password === "" ? "" : ` password ${password}`;
    return `${name(i)}: ${source} priority ${priority} v${version} every ${interval / 1_000} ms, ${addresses}${secret}${options.join("")}, clock ${clock}`;
  });
  return [
    ...who,
    `seed ${seed}, loss ${loss}, listener's loss ${listenerLoss}, scheduling ${scheduling}, listening from ${time(listenFrom).trim()} to ${time(end).trim()} s`,
    ...shortened(lines),
  ].join("\n");
}

/** Of a line that repeats itself many times only the first two and the last. */
function shortened(lines: readonly { readonly at: number; readonly text: string }[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < lines.length; ) {
    let next = i + 1;
    while (lines[next]?.text === lines[i]?.text) next += 1;
    const same = lines.slice(i, next).map(({ at, text }) => `${time(at)} ${text}`);
    out.push(...(same.length > 4 ? [...same.slice(0, 2), `          … ${same.length - 3} more`, ...same.slice(-1)] : same));
    i = next;
  }
  return out;
}

function stepText(step: Step): string {
  const until = "until" in step ? ` until ${time(step.until).trim()}` : "";
  switch (step.do) {
    case "cut":
      return `${name(step.from)} does not reach ${name(step.to)}${until}`;
    case "gap":
    case "deaf":
      return `the listener: ${step.do}${until}`;
    case "priority":
      return `${name(step.who)}: priority ${step.priority}`;
    case "reload":
      return `${name(step.who)}: reload ${JSON.stringify(step.config)}`;
    case "pause":
      return `${name(step.who)}: pause${until}, queue ${step.keeping ? "kept" : "lost"}`;
    default:
      return `${name(step.who)}: ${step.do}`;
  }
}

function eventText(event: Event): string {
  switch (event.kind) {
    case "master_changed":
      return `master ${event.from ?? "-"} > ${event.to ?? "-"} (${event.reason})`;
    case "condition_raised":
    case "condition_cleared":
      return `${event.condition} ${event.kind === "condition_raised" ? "RAISED" : "CLEARED"}: ${event.summary}`;
    default:
      return event.kind;
  }
}
