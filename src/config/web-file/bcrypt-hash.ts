import * as z from "zod";

/** bcrypt's own least. */
const LEAST_COST = 4;
/** Each step doubles the work; 16 takes seconds, and a scrape waits for ten at most. */
export const MOST_COST = 16;
/** Beyond it a first login is felt, and a few wrong passwords keep a processor busy for a long time. */
export const HIGH_COST = 14;

const pattern = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** The cost in a hash that the schema took. */
export const costOf = (hash: string): number => Number(pattern.exec(hash)?.[1] ?? 0);

/** A bcrypt hash. A message never repeats it: it may be a password that somebody took for one. */
export function bcryptHash() {
  const error = 'must be a bcrypt hash ($2a$, $2b$ or $2y$, 60 characters): make one with htpasswd -nBC 10 "" | tr -d ":\\n"';
  return z.string({ error }).superRefine((value, context) => {
    const cost = costOf(value);
    const message = !pattern.test(value)
      ? error
      : cost < LEAST_COST || cost > MOST_COST
        ? `has the cost ${cost}: it must be from ${LEAST_COST} to ${MOST_COST}, as each step doubles the time that a login takes`
        : null;
    if (message !== null) context.addIssue({ code: "custom", message });
  });
}
