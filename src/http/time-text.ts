/** A number of seconds as a setting is written: `1 s`, `0.25 s`, `10 ms`. */
export function secondsText(seconds: number): string {
  return seconds > 0 && seconds < 0.1 ? `${Number((seconds * 1_000).toFixed(2))} ms` : `${Number(seconds.toFixed(3))} s`;
}

const units = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;

/** How long something has lasted, to two units: `0.4 s`, `42 s`, `3 min 5 s`, `2 d 7 h`. Never negative. */
export function lengthText(seconds: number): string {
  const whole = Math.max(0, seconds);
  if (whole < 9.95) return `${whole.toFixed(1)} s`;
  let rest = Math.round(whole);
  const index = units.findIndex((unit) => rest >= unit.seconds);
  const parts: string[] = [];
  for (const unit of units.slice(index, index + 2)) {
    const count = Math.floor(rest / unit.seconds);
    rest -= count * unit.seconds;
    if (count > 0) parts.push(`${count} ${unit.name}`);
  }
  return parts.join(" ");
}
