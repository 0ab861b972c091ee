import { setFlagsFromString } from "node:v8";

/**
 * Imported first: keeps V8 and libuv from trading memory for speed that this program does not need. Measured with 510 virtual
 * routers (npm run bench: scrape, flood):
 * - the young generation stays at 1 MB instead of growing to 48 MB: adverts and scrapes leave little behind (an advert costs
 *   1.6 µs instead of 1.1);
 * - the old generation (15 MB) is collected once it has grown by some 4 MB instead of 35;
 * - two worker threads compress and read files as well as four, and keep half as much to themselves.
 */
for (const flag of ["--semi-space-growth-factor=1", "--optimize-for-size", "--incremental-marking-hard-trigger=50"])
  setFlagsFromString(flag);
process.env["UV_THREADPOOL_SIZE"] ??= "2";
