import { samples } from "../lab/framework/agent.ts";

/** The sum of a metric's samples that have these labels; 0 where there are none. */
export const totals = (text: string, name: string, labels: Readonly<Record<string, string>> = {}): number =>
  samples(text, name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
