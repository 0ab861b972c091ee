import { setTimeout as delay } from "node:timers/promises";

/** Asks `observe` again and again until it answers with something other than undefined, null or false; throws when `within` (ms) is over. */
export async function waitFor<T>(
  what: string,
  observe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { within, every = 40, state }: { within: number; every?: number; state?: () => unknown },
): Promise<T> {
  const end = performance.now() + within;
  for (;;) {
    const answer = await observe();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (performance.now() > end) {
      const seen = state === undefined ? "" : `; last seen: ${JSON.stringify(await state(), null, 1)}`;
      throw new Error(`waited ${within} ms in vain for ${what}${seen}`);
    }
    await delay(every);
  }
}
