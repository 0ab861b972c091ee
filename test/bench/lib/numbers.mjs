/** Median of a list of numbers; NaN of an empty one. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const round = (value, digits = 2) => (typeof value === "number" ? Number(value.toFixed(digits)) : value);

/** Times in milliseconds, summed up. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    count: sorted.length,
    median: round(median(sorted)),
    p95: round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? Number.NaN),
    max: round(sorted.at(-1) ?? Number.NaN),
  };
}

export const megabytes = (bytes) => round(bytes / 1e6, 1);
