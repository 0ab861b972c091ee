import { setFlagsFromString } from "node:v8";

/**
 * Imported first: keeps V8 from trading memory for speed that this program does not need. Its work is short bursts of
 * young garbage; without these the young generation grows to 48 MB and the old one to a multiple of what lives in it.
 */
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--optimize-for-size");
