import type { Clock } from "../../lib/clock.ts";
import type { Duration } from "../../lib/time.ts";

/** Waits for something that never rejects, but not for longer than `patience`. @returns whether it was over by then */
export function waitAtMost(work: Promise<unknown>, patience: Duration, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(patience, () => resolve(false));
    void work.then(() => {
      cancel();
      resolve(true);
    });
  });
}
