/** A sample's value: the shortest text that reads back as the same number. NaN must not come here. */
export function sampleValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}

/**
 * A bucket's upper bound as the value of `le`: always with a decimal point, in both formats. OpenMetrics and Prometheus 3
 * write it so; an older Prometheus takes it as it is, and would otherwise make other series of each format.
 */
export function bucketBound(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : sampleValue(bound);
}
