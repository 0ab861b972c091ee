import type { Host } from "./host.ts";

/** Which of a host's netfilter chains drop. AF_PACKET hears what input drops, and nobody hears what output drops. */
export type Chain = "input" | "output";

const table = (vrid: number, chain: Chain): string => `inet vw_${chain}_${vrid}`;

/** Drops the adverts of one virtual router in a chain of a host: the VRID is the second byte of the VRRP header. */
export async function dropAdverts(host: Host, chain: Chain, vrid: number): Promise<void> {
  await host.nft(
    `table ${table(vrid, chain)} { chain c { type filter hook ${chain} priority 0; meta l4proto 112 @th,8,8 ${vrid} counter drop; }; }\n`,
  );
}

/** Ends `dropAdverts`. Returns when that was, in microseconds since the epoch: the rule was gone by then. */
export async function passAdverts(host: Host, chain: Chain, vrid: number): Promise<number> {
  await host.nft(`delete table ${table(vrid, chain)}\n`);
  return Date.now() * 1_000;
}
