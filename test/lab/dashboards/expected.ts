import type { Expectation } from "./expectation.ts";
import { addressFacts } from "./expected-addresses.ts";
import { advertFacts } from "./expected-adverts.ts";
import { agentFacts } from "./expected-agents.ts";
import { hostFacts } from "./expected-hosts.ts";
import { masterFacts } from "./expected-masters.ts";

/** What the queries return at moments of the run. */
export const expectations: readonly Expectation[] = [...masterFacts, ...advertFacts, ...addressFacts, ...hostFacts, ...agentFacts];

/** Queries whose values the run does not know beforehand, by panel and letter, and why. */
export const UNSTATED: Readonly<Record<string, string>> = {
  "Web configuration: A": "the agents of the lab have no web configuration",
  "Certificates: A": "the agents of the lab have no web configuration",
  "Certificates: B": "the agents of the lab have no web configuration",
  "Certificates: C": "the agents of the lab have no web configuration",
  "Dropped frames: A": "0 unless the machine is too slow for the wire",
  "Late inputs: A": "0 unless a frame waits for longer than the agent allows for",
  "Delay of the event loop: A": "Node's own measurement",
  "Delay of the event loop: B": "Node's own measurement",
  "Memory: A": "the process's own measurement",
  "Memory: B": "Node's own measurement",
  "Processor time: A": "the process's own measurement",
  "Garbage collection: A": "Node's own measurement",
  "Open file descriptors: A": "the process's own measurement",
};

/** The name of a query without its dashboard: the same panel may be on several. */
export const panelOf = (where: string): string => where.slice(where.indexOf(": ") + 2);
