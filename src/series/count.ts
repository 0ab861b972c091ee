import { topics } from "../metrics/index.ts";

/** The samples of an exposition: each is a series in Prometheus. */
const samplesOf = (exposition: string): string[] => exposition.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

export const seriesIn = (exposition: string): number => samplesOf(exposition).length;

/** The same by the topics of the metric reference, those without any left out. */
export function seriesByTopic(exposition: string): Map<string, number> {
  const found = samplesOf(exposition).map((line) => /^[a-z0-9_]+/.exec(line)?.[0] ?? "");
  const counts = topics.map(({ title, metrics }): [string, number] => {
    const names = new Set(metrics.flatMap(({ name }) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]));
    return [title, found.filter((name) => names.has(name)).length];
  });
  return new Map(counts.filter(([, count]) => count > 0));
}
