import type { WallTime } from "../../lib/time.ts";
import { entryOf } from "../keepalived-config.ts";
import { mayHearEachOther } from "../reach.ts";
import type { SenderView } from "../view.ts";
import type { JoinedRouterView, VipView } from "./view.ts";

/** Answers that cannot all be right. */
export interface Contradiction {
  readonly kind: "address_missing" | "address_left" | "foreign_master" | "sends_without_mastership" | "dad_failed" | "own_address_used";
  /** One sentence for a person. */
  readonly text: string;
  /** The virtual addresses, or the sender, that it is about. */
  readonly about: readonly string[];
}

interface Claimants extends Pick<JoinedRouterView, "instance" | "vips" | "confirmedMaster"> {
  /** Senders from outside that use an address of this host. */
  readonly impostors: readonly string[];
  /** When keepalived read its file last; null where that is not known. */
  readonly loadedWall: WallTime | null;
}

/** Where the wire, the kernel and keepalived cannot all be right. During a takeover they differ for milliseconds. */
export function contradictionsOf(
  { instance, vips, confirmedMaster: master, impostors, loadedWall }: Claimants,
  senders: Iterable<SenderView>,
): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const note = (kind: Contradiction["kind"], text: string, about: readonly string[]): void => void found.push({ kind, text, about });
  const state = instance?.state ?? "unknown";
  const expected = instance?.configured ?? null;
  // What only somebody's adverts list may be on this host for any reason.
  const isOurs = ({ address, origins }: VipView): boolean =>
    expected === null ? origins.includes("wire") : entryOf(expected, address) !== undefined;
  // Before a reload keepalived knows nothing of an address that is new in the file: that is drift.
  const isUsed = ({ address, origins, writtenWall }: VipView): boolean => {
    if (origins.includes("wire")) return true;
    if (writtenWall !== null && loadedWall !== null && writtenWall > loadedWall) return false;
    return master?.local !== true || (expected !== null && entryOf(expected, address)?.advertised === false);
  };
  const here = vips.filter((vip) => vip.present && isOurs(vip)).map(({ address }) => address);
  if (state === "master") {
    const missing = vips.filter((vip) => vip.devices.length > 0 && !vip.present && isOurs(vip) && isUsed(vip));
    for (const { address, devices } of missing)
      note("address_missing", `keepalived is master here, but ${address} is not on ${devices[0]?.dev}`, [address]);
    // Beside a virtual router that only shares the number we are master with right.
    const apart = [...senders].some((sender) => sender.local && sender.claims && master !== null && !mayHearEachOther(sender, master));
    if (master !== null && !master.local && !apart)
      note("foreign_master", `keepalived is master here, but the adverts of ${master.source} show another master`, [master.source]);
  } else if (instance !== null && state !== "unknown") {
    if (here.length > 0) note("address_left", `keepalived is not master here (${state}), but this host has ${here.join(", ")}`, here);
    if (master?.local)
      note("sends_without_mastership", `keepalived is not master here (${state}), but this host sends its adverts`, [master.source]);
  } else if (here.length > 0 && master !== null && !master.local) {
    note("address_left", `this host has ${here.join(", ")}, but ${master.source} is master`, here);
  }
  for (const { address, devices } of vips)
    for (const { dev, dadFailed } of devices)
      if (dadFailed)
        note("dad_failed", `${address} does not answer on ${dev}: duplicate address detection found another host that has it`, [address]);
  for (const { source, claims } of senders)
    if (claims && impostors.includes(source))
      note(
        "own_address_used",
        `adverts from ${source} arrive from outside, and it is an address of this host: another host uses it, or forges it`,
        [source],
      );
  return found;
}
