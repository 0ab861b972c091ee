import type { Severity } from "../core/events.ts";

/** Something that is computed once, under a name of its own. */
export interface RecordingRule {
  readonly record: string;
  /** Why it is there: a comment in the file. */
  readonly why: string;
  readonly expr: string;
}

/** Texts are Go templates of Prometheus. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long it has to hold; left out: as soon as it does. */
  readonly for?: string;
  /** How long it goes on after that: over a scrape that failed. Left out: not at all. */
  readonly keepFiringFor?: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
  /** A page of docs/, from the top of the repository. */
  readonly runbook: string;
}

export type Rule = RecordingRule | AlertRule;

/** Over one failed scrape and the wait for scrapes after a change of master, at up to 30 s between two. Prometheus 2.42 has it. */
export const overFailedScrapes = "1m";

/** Evaluated in order, one after the other. */
export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly Rule[];
}

export const isAlert = (rule: Rule): rule is AlertRule => "alert" in rule;
