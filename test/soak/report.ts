import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { projectFile } from "../lab/framework/agent.ts";
import type { Fact, Length, Scenario } from "./scenario.ts";

export interface Outcome {
  readonly scenario: Scenario;
  readonly seconds: number;
  readonly facts: readonly Fact[];
  /** Why it did not hold; undefined where it did. */
  readonly failure?: string;
}

const [BEGIN, END] = ["<!-- results: begin -->", "<!-- results: end -->"];

/** What was measured on: no name and no path of the machine. */
const machine = (): string =>
  `${availableParallelism()} CPUs (${cpus()[0]?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 1e9)} GB, Linux ${release()}, Node ${process.version}`;

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const row = ({ scenario: { name, done, holds }, facts, failure }: Outcome): string =>
  `| ${[
    `\`${name}\``,
    done,
    holds,
    failure === undefined ? "yes" : `**no**: ${failure.slice(0, 300)}`,
    facts.map(({ what, value }) => `${what}: ${value}`).join("<br>"),
  ]
    .map(cell)
    .join(" | ")} |`;

/** The section of results, as Markdown. */
export function asMarkdown(outcomes: readonly Outcome[], whole: readonly Fact[], length: Length): string {
  const minutes = outcomes.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  return [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${machine()}${length === "short" ? ", in the short form" : ""}; ${minutes.toFixed(1)} minutes.`,
    "",
    "| scenario | what is done | what has to hold | held | measured |",
    "| --- | --- | --- | --- | --- |",
    ...outcomes.map(row),
    "",
    "Over the whole soak, one process, sampled each 5 s:",
    "",
    "| what | value |",
    "| --- | --: |",
    ...whole.map(({ what, value }) => `| ${cell(what)} | ${cell(value)} |`),
    "",
  ].join("\n");
}

export function asText({ scenario, seconds, facts, failure }: Outcome): string {
  const verdict = failure === undefined ? "held" : `DID NOT HOLD: ${failure}`;
  return [`${scenario.name}: ${verdict} (${seconds.toFixed(1)} s)`, ...facts.map(({ what, value }) => `    ${what}: ${value}`)].join("\n");
}

export function writeDocs(text: string): void {
  const file = projectFile("docs/reliability.md");
  const old = readFileSync(file, "utf8");
  writeFileSync(file, `${old.slice(0, old.indexOf(BEGIN) + BEGIN.length)}\n${text}${old.slice(old.indexOf(END))}`);
}
