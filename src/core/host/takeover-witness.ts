import type { Instant, Stamp } from "../../lib/time.ts";
import type { Instance } from "./instance.ts";
import type { Vip } from "./vip.ts";

/** What this host says of the time in which it became master itself. */
export interface TakeoverWitness {
  /** When the last of the addresses came to be there; null: one is not, all were there before, or the kernel is not asked. */
  readonly addressPresent: Stamp | null;
  /** When keepalived called as the new master; null: it did not. */
  readonly notified: Stamp | null;
  /** An address is missing that belongs here. */
  readonly awaitsAddress: boolean;
  /** keepalived speaks to us, so it will say so. */
  readonly awaitsNotify: boolean;
}

/** What a joined router knows. */
export interface HostOfTakeover {
  readonly vips: readonly Vip[];
  readonly instance: Instance | null;
}

/** @param from what happened before is not of this takeover */
export function witnessTakeover({ vips, instance }: HostOfTakeover, from: Instant, until: Instant): TakeoverWitness {
  const within = (stamp: Stamp | null): stamp is Stamp => stamp !== null && stamp.at >= from && stamp.at <= until;
  // What only the user expects may be nobody's; without a device the kernel's list is not known.
  const own = vips.filter(({ origins, devices }) => devices.length > 0 && origins.some((origin) => origin !== "user"));
  const missing = own.some(({ present }) => !present);
  let addressPresent: Stamp | null = null;
  for (const { presentSince } of missing ? [] : own)
    if (within(presentSince) && (addressPresent === null || presentSince.at > addressPresent.at)) addressPresent = presentSince;
  const said = instance?.said ?? null;
  const notified = said?.state === "master" && within(said.since) ? said.since : null;
  return { addressPresent, notified, awaitsAddress: missing, awaitsNotify: notified === null && said !== null && said.state !== null };
}
