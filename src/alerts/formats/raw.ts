import type { Format } from "./format.ts";

/** The notification as it is: nothing is left out, renamed or cut. */
export const raw: Format = { perAlert: false, body: (notification) => ({ ...notification }) };
