import type { Clock } from "../lib/clock.ts";
import type { Duration } from "../lib/time.ts";

/** What the agent does again and again, or once after a while; all of it ends together. */
export class Timers {
  readonly #clock: Clock;
  readonly #cancels: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  every(interval: Duration, action: () => void): void {
    let cancel = (): void => {};
    const again = (): void => {
      cancel = this.#clock.after(interval, () => {
        action();
        again();
      });
    };
    again();
    this.#cancels.push(() => cancel());
  }

  once(delay: Duration, action: () => void): void {
    this.#cancels.push(this.#clock.after(delay, action));
  }

  stop(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
  }
}
